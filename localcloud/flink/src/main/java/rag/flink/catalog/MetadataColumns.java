package rag.flink.catalog;

import java.util.List;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeCasts;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import rag.flink.Settings;
import rag.flink.UserException;

/** Refuses metadata columns that a topic cannot have, when they are declared. */
final class MetadataColumns {

    private MetadataColumns() {}

    static void require(List<Column> columns) {
        for (Column column : columns) {
            if (column instanceof Column.MetadataColumn metadata && !column.getName().equals(SystemColumns.ROWTIME)) {
                require(metadata);
            }
        }
    }

    private static void require(Column.MetadataColumn column) {
        String key = column.getMetadataKey().orElse(column.getName());
        Settings.METADATA.requireKnown(List.of(key));
        Settings.Option known = Settings.METADATA.find(key).orElseThrow();
        requireType(column, key, known.values());
    }

    /** Refuses to write a table with a column that is read alone, and is not said to be {@code VIRTUAL}. */
    static void requireWritable(List<Column> columns) {
        for (Column column : columns) {
            if (column instanceof Column.MetadataColumn metadata && !metadata.isVirtual()) {
                String key = metadata.getMetadataKey().orElse(column.getName());
                if (Settings.METADATA.find(key).filter(known -> !known.is("write")).isPresent()) {
                    throw new UserException(
                            "The column '" + column.getName() + "' cannot be written, because '" + key
                                    + "' is only read: write METADATA"
                                    + (key.equals(column.getName()) ? "" : " FROM '" + key + "'")
                                    + " VIRTUAL, by ALTER TABLE ... MODIFY where the table is there.");
                }
            }
        }
    }

    private static void requireType(Column.MetadataColumn column, String key, String type) {
        LogicalType source = LogicalTypeParser.parse(type, MetadataColumns.class.getClassLoader());
        DataType declared = column.getDataType();
        if (!LogicalTypeCasts.supportsExplicitCast(source, declared.getLogicalType())) {
            throw new UserException(
                    "The column '" + column.getName() + "' of the metadata '" + key + "' cannot be "
                            + declared.getLogicalType().asSummaryString() + ": write " + type + ".");
        }
    }
}
