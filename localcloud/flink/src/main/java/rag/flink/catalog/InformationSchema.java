package rag.flink.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.CatalogView;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.catalog.exceptions.DatabaseNotExistException;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

/** The database in which Confluent's catalogs describe themselves, as far as the statement's principal may see them. */
final class InformationSchema {

    static final String NAME = "INFORMATION_SCHEMA";

    private static final List<String> CATALOG = List.of("CATALOG_ID", "CATALOG_NAME");
    private static final List<String> SCHEMA = List.of("CATALOG_ID", "CATALOG_NAME", "SCHEMA_ID", "SCHEMA_NAME");
    private static final List<String> TABLE =
            List.of("TABLE_CATALOG_ID", "TABLE_CATALOG", "TABLE_SCHEMA_ID", "TABLE_SCHEMA", "TABLE_NAME");
    private static final Map<String, List<String>> VIEWS = new LinkedHashMap<>();

    static {
        VIEWS.put("INFORMATION_SCHEMA_CATALOG_NAME", CATALOG);
        VIEWS.put("CATALOGS", CATALOG);
        VIEWS.put("SCHEMATA", SCHEMA);
        VIEWS.put(
                "TABLES",
                and(
                        TABLE,
                        "TABLE_TYPE",
                        "IS_DISTRIBUTED",
                        "DISTRIBUTION_ALGORITHM",
                        "DISTRIBUTION_BUCKETS INT",
                        "IS_MATERIALIZED",
                        "COMMENT"));
        VIEWS.put(
                "COLUMNS",
                and(
                        TABLE,
                        "COLUMN_NAME",
                        "ORDINAL_POSITION INT",
                        "IS_NULLABLE",
                        "DATA_TYPE",
                        "FULL_DATA_TYPE",
                        "IS_HIDDEN",
                        "DISTRIBUTION_ORDINAL_POSITION INT",
                        "COMMENT"));
        VIEWS.put("TABLE_OPTIONS", and(TABLE, "OPTION_KEY", "OPTION_VALUE"));
    }

    private final EnvironmentCatalog catalog;

    InformationSchema(EnvironmentCatalog catalog) {
        this.catalog = catalog;
    }

    static List<String> views() {
        return List.copyOf(VIEWS.keySet());
    }

    /** The table of that name, which has no storage: its rows are made when it is read. */
    static Optional<CatalogBaseTable> find(String view) {
        return Optional.ofNullable(VIEWS.get(view))
                .map(
                        columns -> {
                            Schema.Builder schema = Schema.newBuilder();
                            columns.forEach(column -> schema.column(column.split(" ")[0], typeOf(column)));
                            return CatalogTable.newBuilder().schema(schema.build()).build();
                        });
    }

    private static DataType typeOf(String column) {
        return column.endsWith(" INT") ? DataTypes.INT() : DataTypes.STRING();
    }

    private static List<String> and(List<String> first, String... more) {
        return Stream.concat(first.stream(), Stream.of(more)).toList();
    }

    /** The rows of that table as they are now. */
    List<RowData> rows(String view) {
        Environment environment = catalog.environment();
        List<RowData> rows = new ArrayList<>();
        switch (view) {
            case "INFORMATION_SCHEMA_CATALOG_NAME", "CATALOGS" -> rows.add(row(environment.id(), environment.name()));
            case "SCHEMATA" ->
                    databases().forEach(at -> rows.add(row(environment.id(), environment.name(), at.id(), at.name())));
            case "TABLES" -> forEachTable((place, table) -> rows.add(table(place, table)));
            case "COLUMNS" -> forEachTable((place, table) -> rows.addAll(columns(place, table)));
            case "TABLE_OPTIONS" ->
                    forEachTable(
                            (place, table) ->
                                    table.getOptions().forEach((key, value) -> rows.add(row(place, key, value))));
            default -> throw new IllegalArgumentException(view);
        }
        return rows;
    }

    private List<Database> databases() {
        List<Database> databases = new ArrayList<>(catalog.environment().databases());
        databases.removeIf(database -> database.bootstrap() == null);
        databases.add(new Database(NAME, NAME, null));
        return databases;
    }

    private void forEachTable(BiConsumer<Object[], CatalogBaseTable> action) {
        Environment environment = catalog.environment();
        for (Database database : databases()) {
            for (String name : names(database)) {
                try {
                    CatalogBaseTable table = catalog.getTable(new ObjectPath(database.name(), name));
                    action.accept(
                            new Object[] {environment.id(), environment.name(), database.id(), database.name(), name},
                            table);
                } catch (TableNotExistException e) {
                    // Dropped since its name was listed, or not for this principal to see.
                }
            }
        }
    }

    private List<String> names(Database database) {
        try {
            return catalog.listTables(database.name());
        } catch (DatabaseNotExistException e) {
            return List.of();
        }
    }

    private static RowData table(Object[] place, CatalogBaseTable table) {
        Optional<TableDistribution> distribution = distribution(table);
        String kind = table instanceof CatalogView ? "VIEW" : place[3].equals(NAME) ? "SYSTEM TABLE" : "BASE TABLE";
        String comment = table.getComment();
        return row(
                place,
                kind,
                yesNo(distribution.isPresent()),
                distribution.map(found -> found.getKind().name()).orElse(null),
                distribution.flatMap(TableDistribution::getBucketCount).orElse(null),
                yesNo(false),
                comment == null || comment.isEmpty() ? null : comment);
    }

    private static List<RowData> columns(Object[] place, CatalogBaseTable table) {
        List<String> keys = distribution(table).map(TableDistribution::getBucketKeys).orElse(List.of());
        List<RowData> rows = new ArrayList<>();
        for (Schema.UnresolvedColumn column : table.getUnresolvedSchema().getColumns()) {
            DataType declared = typeOf(column);
            if (declared == null || column.getName().equals(SystemColumns.ROWTIME)) {
                continue;
            }
            int key = keys.indexOf(column.getName());
            rows.add(
                    column(
                            place,
                            column.getName(),
                            rows.size() + 1,
                            declared,
                            false,
                            key < 0 ? null : key + 1,
                            column.getComment().orElse(null)));
        }
        if (table instanceof CatalogTable && !place[3].equals(NAME)) {
            rows.add(
                    column(
                            place,
                            SystemColumns.ROWTIME,
                            rows.size() + 1,
                            SystemColumns.TYPE,
                            true,
                            null,
                            SystemColumns.COMMENT));
        }
        return rows;
    }

    private static RowData column(
            Object[] place, String name, int position, DataType declared, boolean hidden, Integer key, String comment) {
        LogicalType type = declared.getLogicalType();
        return row(
                place,
                name,
                position,
                yesNo(type.isNullable()),
                type.getTypeRoot().name(),
                type.copy(true).asSerializableString(),
                yesNo(hidden),
                key,
                comment);
    }

    /** {@code null} if it is computed: its type is known once its expression is resolved. */
    private static DataType typeOf(Schema.UnresolvedColumn column) {
        if (column instanceof Schema.UnresolvedPhysicalColumn physical) {
            return (DataType) physical.getDataType();
        }
        return column instanceof Schema.UnresolvedMetadataColumn metadata ? (DataType) metadata.getDataType() : null;
    }

    private static Optional<TableDistribution> distribution(CatalogBaseTable table) {
        return table instanceof CatalogTable stored ? stored.getDistribution() : Optional.empty();
    }

    private static String yesNo(boolean value) {
        return value ? "YES" : "NO";
    }

    private static RowData row(Object[] place, Object... more) {
        return row(Stream.concat(Stream.of(place), Stream.of(more)).toArray());
    }

    private static RowData row(Object... cells) {
        GenericRowData row = new GenericRowData(cells.length);
        for (int i = 0; i < cells.length; i++) {
            row.setField(i, cells[i] instanceof String text ? StringData.fromString(text) : cells[i]);
        }
        return row;
    }
}
