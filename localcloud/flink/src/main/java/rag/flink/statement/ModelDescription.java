package rag.flink.statement;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlNode;
import org.apache.flink.sql.parser.dql.SqlRichDescribeModel;
import org.apache.flink.table.catalog.CatalogManager;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.UnresolvedIdentifier;
import org.apache.flink.table.operations.Operation;
import rag.flink.UserException;
import rag.flink.catalog.EnvironmentCatalog;
import rag.flink.catalog.ModelVersion;

/** {@code DESCRIBE MODEL}, in Confluent's columns: one row for the default version, or for the versions asked for. */
final class ModelDescription {

    private ModelDescription() {}

    /** The operation of a DESCRIBE MODEL; empty for any other statement. */
    static Optional<Operation> of(SqlNode statement, CatalogManager catalogs) {
        if (!(statement instanceof SqlRichDescribeModel describe)) {
            return Optional.empty();
        }
        ObjectIdentifier name = catalogs.qualifyIdentifier(UnresolvedIdentifier.of(describe.fullModelName()));
        List<ModelVersion> versions =
                catalogs.getCatalog(name.getCatalogName())
                        .filter(EnvironmentCatalog.class::isInstance)
                        .map(catalog -> ((EnvironmentCatalog) catalog).modelVersions(name.toObjectPath()))
                        .orElse(List.of());
        if (versions.isEmpty()) {
            throw new UserException("The model '" + name.getObjectName() + "' does not exist.");
        }
        return Optional.of(texts(versions, name.getObjectName().contains("$")));
    }

    static ShowTexts texts(List<ModelVersion> versions, boolean isNumbered) {
        List<String> headings = new ArrayList<>(List.of("Inputs", "Outputs", "Options", "Comment"));
        if (isNumbered) {
            headings.addAll(0, List.of("VersionId", "IsDefaultVersion"));
        }
        List<List<String>> rows = new ArrayList<>();
        for (ModelVersion version : versions) {
            List<String> row = new ArrayList<>();
            if (isNumbered) {
                row.add(Integer.toString(version.number()));
                row.add(Boolean.toString(version.isDefault()));
            }
            row.add(block("(", version.inputs(), "  `%s` %s", ")"));
            row.add(block("(", version.outputs(), "  `%s` %s", ")"));
            row.add(block("{", version.options(), "  %s=%s", "}"));
            row.add(version.comment() == null ? "" : version.comment());
            rows.add(row);
        }
        return new ShowTexts("DESCRIBE MODEL", headings, rows);
    }

    private static String block(String before, Map<String, String> entries, String line, String after) {
        return entries.entrySet().stream()
                .map(entry -> line.formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(",\n", before + "\n", "\n" + after));
    }
}
