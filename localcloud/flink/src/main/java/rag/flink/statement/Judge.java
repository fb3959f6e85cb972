package rag.flink.statement;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCreate;
import org.apache.calcite.sql.SqlHint;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.flink.sql.parser.ddl.SqlCreateObject;
import org.apache.flink.sql.parser.ddl.model.SqlDropModel;
import org.apache.flink.sql.parser.ddl.table.SqlAlterTable;
import org.apache.flink.sql.parser.ddl.table.SqlAlterTableSchema;
import org.apache.flink.sql.parser.ddl.table.SqlCreateTable;
import org.apache.flink.sql.parser.ddl.table.SqlDropTable;
import org.apache.flink.sql.parser.ddl.view.SqlCreateView;
import org.apache.flink.sql.parser.ddl.view.SqlDropView;
import org.apache.flink.sql.parser.dml.RichSqlInsert;
import org.apache.flink.sql.parser.dml.SqlExecute;
import org.apache.flink.sql.parser.dml.SqlStatementSet;
import org.apache.flink.sql.parser.dql.SqlRichExplain;
import rag.flink.Listing;
import rag.flink.Settings;
import rag.flink.UserException;

/**
 * Decides from the parsed text alone whether a statement is served: before Flink resolves it, which may have side effects
 * or fail with messages of its own.
 *
 * <p>A statement that is not listed in {@code statements.tsv} is refused. Its columns: the parser's class, the statement's
 * name, the sentence that refuses it (empty if it is served).
 */
final class Judge {

    private static final Listing KINDS = Listing.read("statements.tsv");
    private static final String PARTITIONS = "a table is divided into buckets; write DISTRIBUTED BY (...) INTO n BUCKETS.";

    private Judge() {}

    /** Refuses a statement that is not served, in one sentence with its name. */
    static void requireServed(SqlNode statement) {
        requireServedKind(statement);
        if (statement instanceof SqlRichExplain explain) {
            requireServed(explain.getStatement());
        } else if (statement instanceof SqlExecute execute) {
            requireServed(execute.getStatement());
        } else if (statement instanceof SqlStatementSet set) {
            set.getInserts().forEach(Judge::requireServed);
        } else if (statement instanceof RichSqlInsert insert) {
            requirePlain(insert);
        } else if (statement instanceof SqlCreate create) {
            requirePlain(create);
        } else if (statement instanceof SqlAlterTable alter && alter.getPartitionSpec() != null) {
            throw notThere("PARTITION", PARTITIONS);
        } else if (statement instanceof SqlAlterTableSchema alter) {
            AlteredColumns.require(alter);
        } else if (isTemporaryDrop(statement)) {
            throw notThere("DROP TEMPORARY", "there is nothing temporary to drop.");
        }
        requireServedHints(statement);
        Dialect.require(statement);
    }

    private static void requireServedKind(SqlNode statement) {
        Listing.Row exact = KINDS.find(kind(statement)).orElse(null);
        if (exact != null && exact.text().isEmpty()) {
            return;
        }
        // A refusal holds for subclasses, too; a class that is served does not make its subclasses served.
        for (Class<?> type = statement.getClass(); exact == null && type != null; type = type.getSuperclass()) {
            exact = KINDS.find(type.getSimpleName()).filter(row -> !row.text().isEmpty()).orElse(null);
        }
        throw new UserException(
                exact != null ? exact.text() : name(statement) + " is not supported by the local cloud.");
    }

    /** The name of a statement's row: queries and calls of procedures have no class of their own. */
    private static String kind(SqlNode statement) {
        if (statement.isA(SqlKind.QUERY)) {
            return "SqlQuery";
        }
        return statement.getKind() == SqlKind.PROCEDURE_CALL ? "SqlProcedureCall" : statement.getClass().getSimpleName();
    }

    private static String name(SqlNode statement) {
        String words = statement.getClass().getSimpleName().replaceAll("^(Rich)?Sql(Rich)?", "");
        return words.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toUpperCase(Locale.ROOT);
    }

    private static void requirePlain(RichSqlInsert insert) {
        if (insert.isOverwrite()) {
            throw notThere("INSERT OVERWRITE", "a topic is only appended to; write INSERT INTO.");
        }
        if (insert.isUpsert()) {
            throw notThere("UPSERT INTO", "write INSERT INTO, into a table with a primary key to change what is there.");
        }
        if (insert.getTargetTable().getKind() == SqlKind.EXTEND) {
            throw new UserException(
                    "The columns of INSERT INTO have no types: write INSERT INTO t (a, b), with a comma between two names.");
        }
        if (!insert.getStaticPartitions().isEmpty()) {
            throw notThere("PARTITION", PARTITIONS);
        }
    }

    private static void requirePlain(SqlCreate create) {
        if (create.getReplace()) {
            throw notThere("OR REPLACE", "drop it first, then create it.");
        }
        if (create instanceof SqlCreateObject object && object.isTemporary()) {
            throw notThere("TEMPORARY", "nothing outlives a statement but what is created for good; leave the word out.");
        }
        if (create instanceof SqlCreateTable table && !table.getPartitionKeyList().isEmpty()) {
            throw notThere("PARTITIONED BY", PARTITIONS);
        }
        if (create instanceof SqlCreateView view && view.getProperties() != null && !view.getProperties().isEmpty()) {
            throw notThere("WITH after the name of a view", "a view has no options.");
        }
    }

    private static boolean isTemporaryDrop(SqlNode statement) {
        return (statement instanceof SqlDropTable table && table.isTemporary())
                || (statement instanceof SqlDropView view && view.isTemporary())
                || (statement instanceof SqlDropModel model && model.isTemporary());
    }

    private static UserException notThere(String words, String remedy) {
        return new UserException(words + " is not supported by the local cloud: " + remedy);
    }

    /** Refuses hints that change what a table is: a hint may only change how it is read. */
    private static void requireServedHints(SqlNode statement) {
        statement.accept(
                new SqlBasicVisitor<Void>() {
                    @Override
                    public Void visit(SqlCall call) {
                        if (call instanceof SqlHint hint) {
                            requireServed(hint);
                            return null;
                        }
                        return super.visit(call);
                    }
                });
    }

    private static void requireServed(SqlHint hint) {
        String name = hint.getName().toUpperCase(Locale.ROOT);
        Map<String, String> options = new TreeMap<>();
        if (hint.getOptionFormat() == SqlHint.HintOptionFormat.KV_LIST) {
            options.putAll(hint.getOptionKVPairs());
        }
        if (name.equals("OPTIONS")) {
            Settings.TABLE.requireServed(options);
            options.keySet().forEach(Judge::requireHint);
            return;
        }
        if (options.isEmpty()) {
            refuse(Settings.HINT.fault(name, null, ""));
        }
        options.forEach((table, value) -> refuse(Settings.HINT.fault(name, value, " of '" + table + "'")));
    }

    private static void requireHint(String option) {
        if (!Settings.TABLE.find(option).orElseThrow().is("hint")) {
            throw new UserException(
                    "The option '" + option + "' cannot be a hint, those of 'scan.' can: write ALTER TABLE ... SET.");
        }
    }

    private static void refuse(Optional<String> fault) {
        fault.ifPresent(
                sentence -> {
                    throw new UserException(sentence);
                });
    }
}
