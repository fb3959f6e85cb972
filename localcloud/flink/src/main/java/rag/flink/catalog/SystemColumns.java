package rag.flink.catalog;

import java.util.regex.Pattern;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.types.DataType;

/**
 * The hidden column of every table, {@code $rowtime}: the time of the Kafka record, with a watermark.
 *
 * <p>Every statement plans with it. {@code SELECT *} leaves it out by Flink's own {@code table.column-expansion-strategy},
 * and DESCRIBE and SHOW do not list it, except for DESCRIBE EXTENDED.
 */
public final class SystemColumns {

    static final String ROWTIME = "$rowtime";
    static final DataType TYPE = DataTypes.TIMESTAMP_LTZ(3).notNull();

    private static final String COMMENT = "SYSTEM";

    /** As INFORMATION_SCHEMA shows it. Its own metadata key lets a table have a column of {@code timestamp}, too. */
    static final CatalogEntries.Derived COLUMN =
            new CatalogEntries.Derived(
                    ROWTIME, TYPE.getLogicalType().asSerializableString(), "timestamp", true, null, COMMENT);

    private static final String SOURCE_WATERMARK = "SOURCE_WATERMARK()";

    /** The watermark of a table whose DDL declares none. */
    static final CatalogEntries.Watermark WATERMARK = new CatalogEntries.Watermark(ROWTIME, SOURCE_WATERMARK);

    private static final Pattern SQL_COMMENT = Pattern.compile("--[^\\n]*|/\\*.*?\\*/", Pattern.DOTALL);
    private static final Pattern DESCRIBES = Pattern.compile("\\s*(DESC|DESCRIBE|SHOW)\\b.*", flags());
    private static final Pattern DESCRIBES_ALL = Pattern.compile("\\s*(DESC|DESCRIBE)\\s+EXTENDED\\b.*", flags());

    private SystemColumns() {}

    /** Whether tables have the column in that statement. */
    public static boolean areShownTo(String statement) {
        String sql = SQL_COMMENT.matcher(statement).replaceAll(" ");
        return !DESCRIBES.matcher(sql).matches() || DESCRIBES_ALL.matcher(sql).matches();
    }

    static void addTo(Schema.Builder schema, boolean watermarked) {
        schema.columnByMetadata(ROWTIME, TYPE, true).withComment(COMMENT);
        if (!watermarked) {
            schema.watermark(ROWTIME, watermark(ROWTIME, SOURCE_WATERMARK));
        }
    }

    /** Confluent's default watermark adapts to how late records usually are, at least 50 ms; here it is fixed at that. */
    static String watermark(String column, String expression) {
        return expression.equals(SOURCE_WATERMARK) ? "`" + column + "` - INTERVAL '0.050' SECOND" : expression;
    }

    /** Whether an expression is the default watermark of that column. */
    public static boolean isDefaultWatermark(String column, String expression) {
        return expression.equals(watermark(column, SOURCE_WATERMARK));
    }

    private static int flags() {
        return Pattern.CASE_INSENSITIVE | Pattern.DOTALL;
    }
}
