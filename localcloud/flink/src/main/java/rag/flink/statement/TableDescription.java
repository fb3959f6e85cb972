package rag.flink.statement;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlNode;
import org.apache.flink.sql.parser.dql.SqlRichDescribeTable;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogManager;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ContextResolvedTable;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.catalog.UniqueConstraint;
import org.apache.flink.table.catalog.UnresolvedIdentifier;
import org.apache.flink.table.catalog.WatermarkSpec;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.types.logical.LogicalType;
import rag.flink.catalog.SystemColumns;

/** {@code DESCRIBE} of a table or view, in Confluent's columns; the one of comments is there if there are any. */
final class TableDescription {

    private final ResolvedSchema schema;
    private final List<String> primaryKey;
    private final List<String> bucketKey;

    private TableDescription(ResolvedSchema schema, List<String> bucketKey) {
        this.schema = schema;
        this.primaryKey = schema.getPrimaryKey().map(UniqueConstraint::getColumns).orElse(List.of());
        this.bucketKey = bucketKey;
    }

    /** The operation of a DESCRIBE; empty for any other statement. */
    static Optional<Operation> of(SqlNode statement, CatalogManager catalogs) {
        if (!(statement instanceof SqlRichDescribeTable describe)) {
            return Optional.empty();
        }
        ObjectIdentifier name = catalogs.qualifyIdentifier(UnresolvedIdentifier.of(describe.fullTableName()));
        ContextResolvedTable table =
                catalogs.getTable(name)
                        .orElseThrow(
                                () ->
                                        new ValidationException(
                                                "Table (or view) '" + name.getObjectName() + "' does not exist, or you"
                                                        + " do not have permission to access it."));
        return Optional.of(of(table.getResolvedSchema(), table.getTable()));
    }

    static ShowTexts of(ResolvedSchema schema, CatalogBaseTable table) {
        List<String> bucketKey =
                table instanceof CatalogTable stored
                        ? stored.getDistribution().map(TableDistribution::getBucketKeys).orElse(List.of())
                        : List.of();
        return new TableDescription(schema, bucketKey).texts();
    }

    private ShowTexts texts() {
        List<String> headings = new ArrayList<>(List.of("Column Name", "Data Type", "Nullable", "Extras"));
        boolean isCommented = schema.getColumns().stream().anyMatch(column -> !comment(column).isEmpty());
        if (isCommented) {
            headings.add("Comment");
        }
        List<List<String>> rows = new ArrayList<>();
        for (Column column : schema.getColumns()) {
            LogicalType type = column.getDataType().getLogicalType();
            List<String> row = new ArrayList<>();
            row.add(column.getName());
            row.add(type.copy(true).asSummaryString());
            row.add(type.isNullable() ? "NULL" : "NOT NULL");
            row.add(String.join(", ", extras(column)));
            if (isCommented) {
                row.add(comment(column));
            }
            rows.add(row);
        }
        return new ShowTexts("DESCRIBE", headings, rows);
    }

    private List<String> extras(Column column) {
        List<String> extras = new ArrayList<>();
        if (primaryKey.contains(column.getName())) {
            extras.add("PRIMARY KEY");
        }
        if (bucketKey.contains(column.getName())) {
            extras.add("BUCKET KEY");
        }
        column.explainExtras().ifPresent(extras::add);
        for (WatermarkSpec watermark : schema.getWatermarkSpecs()) {
            if (watermark.getRowtimeAttribute().equals(column.getName())) {
                String expression = watermark.getWatermarkExpression().asSummaryString();
                boolean isDefault = SystemColumns.isDefaultWatermark(column.getName(), expression);
                extras.add("WATERMARK AS " + (isDefault ? "`SOURCE_WATERMARK`()" : expression));
            }
        }
        return extras;
    }

    private static String comment(Column column) {
        return column.getComment().orElse("");
    }
}
