package rag.flink.statement;

import org.apache.calcite.sql.SqlNode;
import org.apache.flink.sql.parser.ddl.position.SqlTableColumnPosition;
import org.apache.flink.sql.parser.ddl.table.SqlAlterTableAdd;
import org.apache.flink.sql.parser.ddl.table.SqlAlterTableSchema;
import rag.flink.UserException;

/** Parts of ALTER TABLE ADD and MODIFY that Flink has and Confluent's grammar has not. */
final class AlteredColumns {

    private AlteredColumns() {}

    static void require(SqlAlterTableSchema alter) {
        if (!alter.getConstraints().isEmpty()) {
            throw new UserException(
                    "ALTER TABLE ADD and MODIFY CONSTRAINT are not statements of Confluent Cloud: create another table"
                            + " with the key, and copy the rows with INSERT INTO.");
        }
        if (alter instanceof SqlAlterTableAdd && alter.getWatermark().isPresent()) {
            throw new UserException(
                    "ALTER TABLE ADD WATERMARK is not a statement of Confluent Cloud, where every table has one: write"
                            + " ALTER TABLE ... MODIFY WATERMARK.");
        }
        for (SqlNode column : alter.getColumnPositions()) {
            if (column instanceof SqlTableColumnPosition position && position.getPositionSpec() != null) {
                throw new UserException(
                        "FIRST and AFTER are not supported by the local cloud: leave them out, and name the columns in"
                                + " SELECT in the order that you want.");
            }
        }
    }
}
