package rag.flink.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.apache.flink.table.types.utils.TypeConversions;
import rag.flink.catalog.CatalogEntries.Derived;
import rag.flink.catalog.CatalogEntries.Watermark;

/** Parts of a table that its schemas cannot hold: computed and metadata columns, and the watermark. */
final class DerivedColumns {

    private DerivedColumns() {}

    static List<Derived> of(ResolvedSchema schema) {
        List<Derived> found = new ArrayList<>();
        for (Column column : schema.getColumns()) {
            String comment = column.getComment().orElse(null);
            if (column.getName().equals(SystemColumns.ROWTIME)) {
                continue; // CREATE TABLE ... LIKE copies it
            }
            if (column instanceof Column.MetadataColumn metadata) {
                String type = metadata.getDataType().getLogicalType().asSerializableString();
                String key = metadata.getMetadataKey().orElse(null);
                found.add(new Derived(column.getName(), type, key, metadata.isVirtual(), null, comment));
            } else if (column instanceof Column.ComputedColumn computed) {
                String type = computed.getDataType().getLogicalType().asSerializableString();
                String expression = computed.getExpression().asSerializableString();
                found.add(new Derived(column.getName(), type, null, true, expression, comment));
            }
        }
        return found;
    }

    static Optional<Watermark> watermarkOf(ResolvedSchema schema) {
        return schema.getWatermarkSpecs().stream()
                .findFirst()
                .map(
                        watermark ->
                                new Watermark(
                                        watermark.getRowtimeAttribute(),
                                        watermark.getWatermarkExpression().asSerializableString()))
                .filter(watermark -> !SystemColumns.isDefault(watermark)); // which CREATE TABLE ... LIKE copies
    }

    static void add(Derived column, Schema.Builder schema) {
        if (column.expression() != null) {
            schema.columnByExpression(column.name(), column.expression());
        } else {
            DataType type =
                    TypeConversions.fromLogicalToDataType(
                            LogicalTypeParser.parse(column.type(), DerivedColumns.class.getClassLoader()));
            schema.columnByMetadata(column.name(), type, column.metadataKey(), column.virtual());
        }
        if (column.comment() != null) {
            schema.withComment(column.comment());
        }
    }
}
