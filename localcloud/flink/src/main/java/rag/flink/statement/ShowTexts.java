package rag.flink.statement;

import java.util.Arrays;
import java.util.List;
import org.apache.flink.sql.parser.dql.SqlShowCall;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.internal.TableResultInternal;
import org.apache.flink.table.api.internal.TableResultUtils;
import org.apache.flink.table.functions.SqlLikeUtils;
import org.apache.flink.table.operations.ShowOperation;
import org.apache.flink.table.types.DataType;

/**
 * Rows of texts under their headings: what SHOW and DESCRIBE return where Confluent's columns are not Flink's.
 *
 * @param name the statement, which is also its kind
 */
record ShowTexts(String name, List<String> headings, List<List<String>> rows) implements ShowOperation {

    /** Whether a name fits the {@code LIKE} of a SHOW; any does without one. */
    static boolean isWanted(SqlShowCall show, String name) {
        if (!show.isWithLike()) {
            return true;
        }
        boolean fits =
                "ILIKE".equalsIgnoreCase(show.getLikeType())
                        ? SqlLikeUtils.ilike(name, show.getLikeSqlPattern(), "\\")
                        : SqlLikeUtils.like(name, show.getLikeSqlPattern(), "\\");
        return fits != show.isNotLike();
    }

    @Override
    public String asSummaryString() {
        return name;
    }

    @Override
    public TableResultInternal execute(Context context) {
        DataType[] types = new DataType[headings.size()];
        Arrays.fill(types, DataTypes.STRING());
        Object[][] cells = rows.stream().map(List::toArray).toArray(Object[][]::new);
        return TableResultUtils.buildTableResult(headings.toArray(String[]::new), types, cells);
    }
}
