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
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import rag.flink.UserException;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

/** The database {@code INFORMATION_SCHEMA} of a catalog; it shows what the statement's principal may see. */
final class InformationSchema {

    static final String NAME = "INFORMATION_SCHEMA";

    private static final List<String> CATALOG = List.of("CATALOG_ID", "CATALOG_NAME");
    private static final List<String> SCHEMA = List.of("CATALOG_ID", "CATALOG_NAME", "SCHEMA_ID", "SCHEMA_NAME");
    private static final List<String> TABLE =
            List.of("TABLE_CATALOG_ID", "TABLE_CATALOG", "TABLE_SCHEMA_ID", "TABLE_SCHEMA", "TABLE_NAME");
    private static final List<String> CONSTRAINT =
            Stream.concat(
                            Stream.of("CATALOG_ID", "CATALOG", "SCHEMA_ID", "SCHEMA", "NAME").map("CONSTRAINT_"::concat),
                            TABLE.stream())
                    .toList();
    private static final Map<String, List<String>> VIEWS = new LinkedHashMap<>();

    static {
        VIEWS.put("INFORMATION_SCHEMA_CATALOG_NAME", CATALOG);
        VIEWS.put("CATALOGS", CATALOG);
        VIEWS.put("SCHEMATA", SCHEMA);
        VIEWS.put("DATABASES", SCHEMA);
        VIEWS.put(
                "TABLES",
                and(
                        TABLE,
                        "TABLE_TYPE",
                        "IS_DISTRIBUTED",
                        "DISTRIBUTION_ALGORITHM",
                        "DISTRIBUTION_BUCKETS INT",
                        "IS_WATERMARKED",
                        "WATERMARK_COLUMN",
                        "WATERMARK_EXPRESSION",
                        "WATERMARK_IS_HIDDEN",
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
                        "IS_GENERATED",
                        "GENERATION_EXPRESSION",
                        "IS_METADATA",
                        "METADATA_KEY",
                        "IS_PERSISTED",
                        "DISTRIBUTION_ORDINAL_POSITION INT",
                        "COMMENT"));
        VIEWS.put("TABLE_CONSTRAINTS", and(CONSTRAINT, "CONSTRAINT_TYPE", "ENFORCED"));
        VIEWS.put("KEY_COLUMN_USAGE", and(CONSTRAINT, "COLUMN_NAME", "ORDINAL_POSITION INT"));
        VIEWS.put("TABLE_OPTIONS", and(TABLE, "OPTION_KEY", "OPTION_VALUE"));
    }

    private final EnvironmentCatalog catalog;

    InformationSchema(EnvironmentCatalog catalog) {
        this.catalog = catalog;
    }

    static List<String> views() {
        return List.copyOf(VIEWS.keySet());
    }

    /** The table of that name. It has no storage: its rows are computed when it is read. */
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

    /** The current rows of that table. */
    List<RowData> rows(String view) {
        Environment environment = catalog.environment();
        List<RowData> rows = new ArrayList<>();
        switch (view) {
            case "INFORMATION_SCHEMA_CATALOG_NAME", "CATALOGS" -> rows.add(row(environment.id(), environment.name()));
            case "SCHEMATA", "DATABASES" ->
                    databases().forEach(at -> rows.add(row(environment.id(), environment.name(), at.id(), at.name())));
            case "TABLES" ->
                    forEachTable(
                            (place, table) -> rows.add(table(place, table)),
                            (place, why) -> rows.add(unreadable(place, why)));
            case "COLUMNS" -> forEachTable((place, table) -> rows.addAll(columns(place, table)));
            case "TABLE_CONSTRAINTS" ->
                    forEachKey((constraint, columns) -> rows.add(row(constraint, "PRIMARY KEY", yesNo(false))));
            case "KEY_COLUMN_USAGE" ->
                    forEachKey(
                            (constraint, columns) -> {
                                for (int i = 0; i < columns.size(); i++) {
                                    rows.add(row(constraint, columns.get(i), i + 1));
                                }
                            });
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
        forEachTable(action, (place, why) -> {});
    }

    /** @param unreadable takes a topic of which no table can be made, and the sentence that says why */
    private void forEachTable(
            BiConsumer<Object[], CatalogBaseTable> action, BiConsumer<Object[], String> unreadable) {
        Environment environment = catalog.environment();
        for (Database database : databases()) {
            for (String name : names(database)) {
                Object[] place = {environment.id(), environment.name(), database.id(), database.name(), name};
                CatalogBaseTable table;
                try {
                    table = catalog.getTable(new ObjectPath(database.name(), name));
                } catch (TableNotExistException e) {
                    continue; // Dropped since its name was listed, or the principal may not see it.
                } catch (UserException e) {
                    unreadable.accept(place, e.getMessage());
                    continue;
                }
                action.accept(place, table);
            }
        }
    }

    /** The first columns of a row (names of constraint and table), and the columns of the key. */
    private void forEachKey(BiConsumer<Object[], List<String>> action) {
        forEachTable(
                (place, table) ->
                        table.getUnresolvedSchema()
                                .getPrimaryKey()
                                .ifPresent(
                                        key -> {
                                            List<Object> constraint = new ArrayList<>(List.of(place));
                                            constraint.set(4, key.getConstraintName());
                                            constraint.addAll(List.of(place));
                                            action.accept(
                                                    constraint.toArray(),
                                                    key.getColumnNames());
                                        }));
    }

    private List<String> names(Database database) {
        try {
            return catalog.listTables(database.name());
        } catch (DatabaseNotExistException e) {
            return List.of();
        }
    }

    private RowData table(Object[] place, CatalogBaseTable table) {
        Optional<TableDistribution> distribution = distribution(table);
        boolean isHashed = distribution.filter(found -> !found.getBucketKeys().isEmpty()).isPresent();
        String kind = table instanceof CatalogView ? "VIEW" : place[3].equals(NAME) ? "SYSTEM TABLE" : tableKind(table);
        String comment = table.getComment();
        CatalogEntries.Watermark watermark = null;
        boolean isDefault = false;
        if (kind.equals("BASE TABLE")) {
            watermark = entry(place).map(CatalogEntries.Table::watermark).orElse(null);
            isDefault = watermark == null;
            watermark = isDefault ? SystemColumns.WATERMARK : watermark;
        }
        return row(
                place,
                kind,
                yesNo(isHashed),
                isHashed ? distribution.get().getKind().name() : null,
                distribution.flatMap(TableDistribution::getBucketCount).orElse(null),
                yesNo(watermark != null),
                watermark == null ? null : watermark.column(),
                watermark == null ? null : watermark.expression(),
                watermark == null ? null : yesNo(isDefault),
                yesNo(false),
                comment == null || comment.isEmpty() ? null : comment);
    }

    private static RowData unreadable(Object[] place, String why) {
        String none = null;
        return row(place, "BASE TABLE", yesNo(false), none, null, yesNo(false), none, none, none, yesNo(false), why);
    }

    private static String tableKind(CatalogBaseTable table) {
        return ExternalTables.isExternal(table) ? "EXTERNAL TABLE" : "BASE TABLE";
    }

    private List<RowData> columns(Object[] place, CatalogBaseTable table) {
        List<String> keys = distribution(table).map(TableDistribution::getBucketKeys).orElse(List.of());
        Map<String, CatalogEntries.Derived> derived = new LinkedHashMap<>();
        entry(place).ifPresent(entry -> entry.derived().forEach(column -> derived.put(column.name(), column)));
        Schema.Builder schema = Schema.newBuilder().fromSchema(table.getUnresolvedSchema());
        if (table instanceof CatalogTable && !place[3].equals(NAME) && !ExternalTables.isExternal(table)) {
            derived.put(SystemColumns.ROWTIME, SystemColumns.COLUMN);
            if (table.getUnresolvedSchema().getColumns().stream().noneMatch(InformationSchema::isHidden)) {
                SystemColumns.addTo(schema, true);
            }
        }
        List<RowData> rows = new ArrayList<>();
        for (Schema.UnresolvedColumn column : schema.build().getColumns()) {
            CatalogEntries.Derived origin = derived.get(column.getName());
            LogicalType type = typeOf(column, origin);
            if (type != null) {
                int key = keys.indexOf(column.getName());
                rows.add(column(place, column, rows.size() + 1, type, origin, key < 0 ? null : key + 1));
            }
        }
        return rows;
    }

    private static boolean isHidden(Schema.UnresolvedColumn column) {
        return column.getName().equals(SystemColumns.ROWTIME);
    }

    /** @param origin {@code null} for a field of the records */
    private static RowData column(
            Object[] place,
            Schema.UnresolvedColumn column,
            int position,
            LogicalType type,
            CatalogEntries.Derived origin,
            Integer key) {
        boolean isComputed = origin != null && origin.expression() != null;
        boolean isMetadata = origin != null && !isComputed;
        return row(
                place,
                column.getName(),
                position,
                yesNo(type.isNullable()),
                type.getTypeRoot().name(),
                type.copy(true).asSerializableString(),
                yesNo(isHidden(column)),
                yesNo(isComputed),
                isComputed ? origin.expression() : null,
                yesNo(isMetadata),
                isMetadata ? Optional.ofNullable(origin.metadataKey()).orElse(column.getName()) : null,
                yesNo(origin == null || !origin.virtual()),
                key,
                column.getComment().orElse(null));
    }

    /** {@code null} for a computed column of an older file: its type is known once its expression is resolved. */
    private static LogicalType typeOf(Schema.UnresolvedColumn column, CatalogEntries.Derived origin) {
        if (column instanceof Schema.UnresolvedPhysicalColumn physical) {
            return ((DataType) physical.getDataType()).getLogicalType();
        }
        if (column instanceof Schema.UnresolvedMetadataColumn metadata) {
            return ((DataType) metadata.getDataType()).getLogicalType();
        }
        return origin == null || origin.type() == null
                ? null
                : LogicalTypeParser.parse(origin.type(), InformationSchema.class.getClassLoader());
    }

    private Optional<CatalogEntries.Table> entry(Object[] place) {
        return catalog.entry(new ObjectPath((String) place[3], (String) place[4]));
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
