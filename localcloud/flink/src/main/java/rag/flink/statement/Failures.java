package rag.flink.statement;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.flink.table.api.SqlParserException;
import org.apache.flink.table.catalog.exceptions.DatabaseNotExistException;
import org.apache.flink.table.catalog.exceptions.ModelAlreadyExistException;
import org.apache.flink.table.catalog.exceptions.ModelNotExistException;
import org.apache.flink.table.catalog.exceptions.TableAlreadyExistException;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.util.SerializedThrowable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rag.flink.UserException;

/** Converts a chain of exceptions to one sentence that a user can act on, in Confluent's words where they are known. */
final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final Pattern CLASS_NAME = Pattern.compile("^(?:[a-z][\\w$]*\\.)+[A-Z][\\w$]*: ");
    private static final Pattern NOT_FOUND =
            Pattern.compile("(?:Object|Table) '([^']+)' not found");
    private static final Pattern SINK_NOT_FOUND = Pattern.compile("Cannot find table '([^']+)' in any of the catalogs");
    private static final Pattern EXPECTING = Pattern.compile("\\s*Was expecting.*", Pattern.DOTALL);
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");
    private static final Pattern JAVA_WORDS =
            Pattern.compile(
                    "\\b(?:java|javax|jdk|sun|scala|rag|(?:org|com|io)\\.(?:apache|codehaus|fasterxml|google|confluent))"
                            + "(?:\\.[a-z][\\w$]*)+\\.[A-Z]\\w*|Cannot invoke \"|cannot be cast to |\\bis null$");
    private static final Pattern MISPLACED =
            Pattern.compile("Was not expecting value '(\\w+)' for enumeration 'org\\.apache\\.calcite\\.sql\\.SqlKind'.*");
    private static final Pattern VIEW_AS_SINK = Pattern.compile("Sink '([^']+)' does not exists");
    private static final Pattern NULL_WRITTEN = Pattern.compile("Column '([^']+)' is NOT NULL, however, a null value .*");

    /** A sentence that advises a setting of Flink, which no statement can set here, nor on Confluent Cloud. */
    private static final Pattern ADVICE =
            Pattern.compile("(?<=[.!])\\s+[A-Z][^.!]*\\btable\\.(?:exec|optimizer|dml)\\.\\S+[^.!]*(?:[.!]|$)");

    private static final String NO_NAME = "Parts of the object identifier are null or whitespace-only.";
    private static final int LONGEST = 1000;

    static final String TOO_DEEP =
            "The statement is nested too deeply: use fewer parentheses, subqueries or operators within one another.";

    private Failures() {}

    /**
     * One line, without stack or class names.
     *
     * <p>An internal error's message does not help a user: it goes to the log, with its stack, and the line names the log.
     */
    static String describe(Throwable failure, String statement, String catalog, String database) {
        List<Throwable> chain = chain(failure);
        String message = message(chain, catalog, database);
        if (message == null) {
            LOG.error("Statement {} failed", statement, failure);
            return "The statement failed by an internal error of Flink: its log, flink.log, has the cause under "
                    + statement + ".";
        }
        message = WHITE_SPACE.matcher(message).replaceAll(" ").strip();
        return message.length() > LONGEST ? message.substring(0, LONGEST) + "..." : message;
    }

    private static String message(List<Throwable> chain, String catalog, String database) {
        for (Throwable cause : chain) {
            if (cause instanceof UserException) {
                return cause.getMessage();
            }
            if (cause instanceof StackOverflowError) { // which Flink's parser wraps
                return TOO_DEEP;
            }
        }
        for (Throwable cause : chain) {
            if (cause instanceof SqlParserException) {
                return parseError(cause);
            }
            if (cause instanceof CalciteContextException position && position.getCause() != null) {
                String what = String.valueOf(position.getCause().getMessage());
                Matcher missing = NOT_FOUND.matcher(what);
                return "SQL validation failed. " + place(position)
                        + (missing.find() ? noTable(missing.group(1), catalog, database) : what);
            }
            if (cause instanceof TableAlreadyExistException
                    || cause instanceof TableNotExistException
                    || cause instanceof DatabaseNotExistException
                    || cause instanceof ModelAlreadyExistException
                    || cause instanceof ModelNotExistException) {
                return cause.getMessage();
            }
        }
        for (Throwable cause : chain) {
            String what = String.valueOf(cause.getMessage());
            Matcher misplaced = MISPLACED.matcher(what);
            if (misplaced.matches()) {
                return "SQL validation failed. " + misplaced.group(1).replace('_', ' ')
                        + " stands where it cannot: write it only as an argument of a function.";
            }
            if (what.equals(NO_NAME)) {
                return "SQL validation failed. A name has a part that is empty or *: write the whole name.";
            }
        }
        for (Throwable cause : chain) {
            Matcher missing = SINK_NOT_FOUND.matcher(String.valueOf(cause.getMessage()));
            if (missing.find()) {
                return noTable(missing.group(1), catalog, database);
            }
        }
        return plain(root(chain));
    }

    /** What Flink's planner says in its own terms, in those of SQL. */
    private static String plain(String said) {
        if (said == null) {
            return null;
        }
        if (said.startsWith("Invalid pos:")) {
            return "A function over a window of this query is not supported in a continuous query: run it as a snapshot"
                    + " query, with sql.snapshot.mode = now.";
        }
        if (said.equals("Type is not supported: ANY")) {
            return "A NULL of this statement has no type: write CAST(NULL AS STRING), or another type.";
        }
        Matcher nullWritten = NULL_WRITTEN.matcher(said);
        if (nullWritten.matches()) {
            String column = nullWritten.group(1);
            return "Column '" + column + "' is NOT NULL, and the statement writes a null into it: leave such rows out with"
                    + " WHERE, or write COALESCE(...).";
        }
        Matcher view = VIEW_AS_SINK.matcher(said);
        return view.find()
                ? "'" + view.group(1) + "' is a view, which is only read: INSERT INTO a table."
                : ADVICE.matcher(said).replaceAll("");
    }

    private static String parseError(Throwable failure) {
        String message = EXPECTING.matcher(failure.getMessage()).replaceFirst("");
        message = message.startsWith("SQL parse failed.") ? message : "SQL parse failed. " + message;
        if (failure.getCause() instanceof SqlParseException parse && parse.getPos() != null && !message.contains(" line ")) {
            return message + " at line " + parse.getPos().getLineNum() + ", column " + parse.getPos().getColumnNum();
        }
        return message;
    }

    private static String place(CalciteContextException position) {
        return "From line " + position.getPosLine() + ", column " + position.getPosColumn() + " to line "
                + position.getEndPosLine() + ", column " + position.getEndPosColumn() + ": ";
    }

    private static String noTable(String name, String catalog, String database) {
        return "Table (or view) '" + name + "' does not exist, or you do not have permission to access it. "
                + "Using current catalog '" + catalog + "' and current database '" + database + "'.";
    }

    /** The message of the innermost exception that has one; {@code null} if that is an internal error. */
    private static String root(List<Throwable> chain) {
        for (int i = chain.size() - 1; i >= 0; i--) {
            String message = chain.get(i).getMessage();
            if (isFaultOfProgram(chain.get(i))) {
                return null;
            }
            if (message != null && !message.isBlank()) {
                String stripped = CLASS_NAME.matcher(message).replaceFirst("");
                int stack = stripped.indexOf("\n\tat ");
                String said = stack < 0 ? stripped : stripped.substring(0, stack);
                return JAVA_WORDS.matcher(said).find() ? null : said;
            }
        }
        return null;
    }

    private static boolean isFaultOfProgram(Throwable cause) {
        return cause instanceof NullPointerException
                || cause instanceof ClassCastException
                || cause instanceof IndexOutOfBoundsException
                || cause instanceof ReflectiveOperationException
                || cause instanceof Error;
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        Throwable next = failure;
        while (next != null && !chain.contains(next)) {
            if (next instanceof SerializedThrowable serialized) {
                next = serialized.deserializeError(Failures.class.getClassLoader());
            }
            chain.add(next);
            next = next.getCause();
        }
        return chain;
    }
}
