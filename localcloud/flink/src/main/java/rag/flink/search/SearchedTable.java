package rag.flink.search;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema.UnresolvedPhysicalColumn;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.utils.DataTypeUtils;
import org.apache.flink.table.types.utils.TypeConversions;
import rag.flink.UserException;
import rag.flink.catalog.ObjectNames;
import rag.flink.functions.InvocationOptions;
import rag.flink.workspace.Connection;
import rag.flink.workspace.Workspace;

/**
 * The external table that a search names, as its statement finds it.
 *
 * @param function the search, for what is told of it
 */
record SearchedTable(String function, String environmentId, ExternalTable table) implements Serializable {

    private static final String RESULTS = "search_results";
    private static final int DEFAULT_PARALLELISM = 10;

    /** The table of a call's first argument; {@link UserException} if it cannot be searched. */
    static SearchedTable of(String function, ObjectNames names, CallContext call) {
        String name = text(function, call, 0, "first", "an external table");
        ObjectNames.Place place =
                names.find(name).orElseThrow(() -> new UserException(names.missing("Table (or view)", name)));
        CatalogBaseTable stored;
        try {
            stored = place.catalog().getTable(place.path());
        } catch (TableNotExistException e) {
            throw new UserException(names.missing("Table (or view)", name));
        }
        if (!SearchProviders.isExternal(stored.getOptions())) {
            throw new UserException(
                    "Table '" + place.path().getObjectName() + "' is no external table: " + function
                            + " searches what CREATE TABLE has made with 'connector' = " + SearchProviders.connectors() + ".");
        }
        List<Column> columns = new ArrayList<>();
        stored.getUnresolvedSchema()
                .getColumns()
                .forEach(
                        each ->
                                columns.add(
                                        Column.physical(
                                                each.getName(),
                                                (DataType)
                                                        ((UnresolvedPhysicalColumn) each)
                                                                .getDataType())));
        ExternalTable found =
                ExternalTable.of(place.path().getObjectName(), ResolvedSchema.of(columns), stored.getOptions());
        found.check(place.catalog().environment());
        return new SearchedTable(function, place.catalog().environment().id(), found);
    }

    /** An argument that is written out. */
    static String text(String function, CallContext call, int position, String which, String what) {
        return call.getArgumentValue(position, String.class)
                .orElseThrow(
                        () ->
                                new UserException(
                                        "The " + which + " argument of " + function + " must be " + what + "."));
    }

    /** How many results the fourth argument asks for. */
    static int limit(String function, CallContext call) {
        int wanted = call.isArgumentLiteral(3) ? call.getArgumentValue(3, Integer.class).orElse(0) : 0;
        if (wanted < 1 || wanted > SearchProvider.MOST_RESULTS) {
            throw new UserException(
                    "The fourth argument of " + function + ", how many results it gives, must be a number from 1 to "
                            + SearchProvider.MOST_RESULTS + ".");
        }
        return wanted;
    }

    /** The options in a call's last argument, if it is there. */
    static InvocationOptions options(String function, CallContext call, int position, String which) {
        return InvocationOptions.of(
                function,
                call.getArgumentDataTypes().size() <= position
                        ? null
                        : text(function, call, position, which, "a MAP of options"),
                DEFAULT_PARALLELISM);
    }

    /** {@link UserException} if there is no such column. */
    void requireColumn(String named, String what) {
        if (!table.columnNames().contains(named)) {
            throw new UserException(
                    "The external table '" + table.name() + "' has no column '" + named
                            + "': name in DESCRIPTOR the one that has " + what + ".");
        }
    }

    /** One column, an array of the table's columns and {@code more}. */
    DataType output(DataTypes.Field... more) {
        List<DataTypes.Field> fields = new ArrayList<>();
        table.columns()
                .getFields()
                .forEach(
                        field ->
                                fields.add(
                                        DataTypes.FIELD(
                                                field.getName(),
                                                TypeConversions.fromLogicalToDataType(field.getType().copy(true)))));
        fields.addAll(List.of(more));
        return DataTypeUtils.toInternalDataType(
                DataTypes.ROW(DataTypes.FIELD(RESULTS, DataTypes.ARRAY(DataTypes.ROW(fields)))));
    }

    /** The search and its table, for the beginning of a sentence. */
    String described() {
        return function + " of '" + table.name() + "'";
    }

    /** The table's connection as it is now. */
    Connection connection() {
        return Workspace.current()
                .environment(environmentId)
                .flatMap(environment -> environment.connection(table.connection()))
                .orElseThrow(
                        () ->
                                new SearchException(
                                        described() + ": the connection '" + table.connection()
                                                + "' does not exist any more."));
    }
}
