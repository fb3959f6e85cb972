package rag.flink.catalog;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A version of a model, as it is shown.
 *
 * @param inputs types by column, in their order; {@code outputs} alike
 * @param options sorted by name; none of them is a secret
 * @param comment may be {@code null}
 */
public record ModelVersion(
        int number,
        boolean isDefault,
        Map<String, String> inputs,
        Map<String, String> outputs,
        Map<String, String> options,
        String comment) {

    static ModelVersion of(CatalogEntries.Model model, boolean isDefault) {
        return new ModelVersion(
                model.version(),
                isDefault,
                types(model.inputs()),
                types(model.outputs()),
                new TreeMap<>(model.options()),
                model.comment());
    }

    private static Map<String, String> types(Fields fields) {
        Map<String, String> types = new LinkedHashMap<>();
        fields.columns().forEach(field -> types.put(field.name(), field.type()));
        return types;
    }
}
