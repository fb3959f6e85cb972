package rag.flink.statement;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.flink.table.api.SqlParserException;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.api.internal.TableEnvironmentInternal;
import org.apache.flink.table.catalog.CatalogManager;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.planner.delegation.PlannerBase;
import org.apache.flink.table.planner.delegation.PlannerContext;
import org.apache.flink.table.planner.operations.SqlNodeToOperationConversion;
import rag.flink.UserException;
import rag.flink.functions.FunctionCalls;

/** The only place where text becomes a statement: parsed by Flink, checked by {@link Judge}, resolved by Flink. */
final class SqlText {

    /** Statements of Confluent Cloud that Flink's parser does not know, after any comments. */
    private static final Pattern NOT_IN_THE_GRAMMAR =
            Pattern.compile(
                    "(?:\\s++|--[^\\n]*+|/\\*.*?\\*/)*+"
                            + "((?:CREATE|ALTER|DROP|SHOW(?:\\s+CREATE)?|DESC(?:RIBE)?)\\s+(?:AGENT|TOOL)S?)\\b.*",
                    Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** Text that is no code (quoted, or a comment), or the hidden column behind the name of its table. */
    private static final Pattern QUALIFIED_ROWTIME =
            Pattern.compile(
                    "'(?:[^']|'')*+'|`(?:[^`]|``)*+`|--[^\\n]*+|/\\*.*?\\*/|(\\.\\$rowtime)\\b", Pattern.DOTALL);

    private SqlText() {}

    static Operation resolve(TableEnvironmentInternal environment, String sql) {
        if (sql.isBlank()) {
            throw new UserException("The statement is empty.");
        }
        TableEnvironmentImpl tables = (TableEnvironmentImpl) environment;
        PlannerContext planner = ((PlannerBase) tables.getPlanner()).plannerContext();
        SqlNode statement = parse(planner, sql);
        Judge.requireServed(statement);
        Optional<Operation> view = view(statement, tables.getCatalogManager());
        if (view.isPresent()) {
            return view.get();
        }
        FunctionCalls.rewrite(statement);
        return SqlNodeToOperationConversion.convert(planner.createFlinkPlanner(), tables.getCatalogManager(), statement)
                .map(FunctionDescription::of)
                .orElseThrow(() -> new UserException("Statements of this kind are not supported by the local cloud."));
    }

    /** What shows things in Confluent's columns instead of Flink's; empty for any other statement. */
    private static Optional<Operation> view(SqlNode statement, CatalogManager catalogs) {
        return ConnectionViews.of(statement, catalogs)
                .or(() -> CatalogViews.of(statement, catalogs))
                .or(() -> TableDescription.of(statement, catalogs))
                .or(() -> ModelDescription.of(statement, catalogs));
    }

    /** Writes {@code t.$rowtime} so that Flink's parser takes it for a column, as it takes {@code $rowtime} alone. */
    static String withSystemColumns(String sql) {
        return QUALIFIED_ROWTIME
                .matcher(sql)
                .replaceAll(one -> Matcher.quoteReplacement(one.group(1) == null ? one.group() : ".`$rowtime`"));
    }

    /** Parses a text of one statement by Flink's grammar; no name is resolved. */
    static SqlNode parse(PlannerContext planner, String sql) {
        SqlNodeList statements;
        try {
            statements = planner.createCalciteParser().parseSqlList(withSystemColumns(sql));
        } catch (SqlParserException e) {
            Matcher unknown = NOT_IN_THE_GRAMMAR.matcher(sql);
            if (unknown.lookingAt()) {
                String name = unknown.group(1).toUpperCase(Locale.ROOT).replaceAll("\\s+", " ");
                throw new UserException(name + " is not supported by the local cloud: there are no agents and tools.", e);
            }
            throw e;
        } catch (NullPointerException e) {
            // A stack overflow in Calcite's parser becomes a parse error without a message, on which Flink's own code fails.
            throw new UserException(Failures.TOO_DEEP, e);
        }
        if (statements.size() == 1) {
            return statements.get(0);
        }
        throw new UserException(
                "A request takes one statement; several INSERTs go into EXECUTE STATEMENT SET BEGIN ... END.");
    }
}
