package rag.flink.statement;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.catalog.UniqueConstraint;
import org.apache.flink.table.operations.CreateTableASOperation;
import org.apache.flink.table.operations.ExplainOperation;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.operations.ddl.CreateTableOperation;
import org.apache.flink.table.planner.delegation.PlannerBase;
import rag.flink.UserException;
import rag.flink.catalog.TopicTables;

/**
 * What Confluent Cloud infers for the table of a {@code CREATE TABLE AS} whose query updates its rows, if the statement says
 * neither a primary key nor a changelog mode: the upsert key of the query is the primary key, whose columns must not be
 * nullable; without an upsert key, the mode is {@code retract}.
 *
 * <p>Source: what public workshops report of Confluent Cloud, its own message about nullable columns included.
 */
final class InferredTable {

    private InferredTable() {}

    /** Completes the statement, also within an {@code EXPLAIN}; returns any other as it is. */
    static Operation complete(PlannerBase planner, Operation operation) {
        if (operation instanceof ExplainOperation explain && explain.getChild() instanceof CreateTableASOperation creation) {
            return new ExplainOperation(complete(planner, creation), explain.getExplainDetails());
        }
        return operation instanceof CreateTableASOperation creation ? complete(planner, creation) : operation;
    }

    private static Operation complete(PlannerBase planner, CreateTableASOperation creation) {
        ResolvedCatalogTable table = creation.getCreateTableOperation().getCatalogTable();
        if (table.getOptions().containsKey(TopicTables.CHANGELOG_MODE)
                || table.getResolvedSchema().getPrimaryKey().isPresent()) {
            return creation;
        }
        Plan.Changes changes = Plan.Changes.of(planner, creation.getChild());
        if (changes.appendOnly()) {
            return creation;
        }
        List<String> names = creation.getChild().getResolvedSchema().getColumnNames();
        List<String> key = changes.upsertColumns().stream().map(names::get).toList();
        ResolvedCatalogTable inferred = isKey(key, table) ? withPrimaryKey(table, key) : inRetractMode(table);
        CreateTableOperation created = creation.getCreateTableOperation();
        return new CreateTableASOperation(
                new CreateTableOperation(
                        created.getTableIdentifier(), inferred, created.isIgnoreIfExists(), created.isTemporary()),
                creation.getSinkModifyStaticPartitions(),
                creation.getChild(),
                creation.getSinkModifyOverwrite());
    }

    /** Whether there is a key, and the table is not distributed by other columns, which an upsert table cannot be. */
    private static boolean isKey(List<String> key, ResolvedCatalogTable table) {
        Optional<List<String>> buckets =
                table.getDistribution().map(TableDistribution::getBucketKeys).filter(found -> !found.isEmpty());
        return !key.isEmpty() && buckets.map(found -> new HashSet<>(found).equals(new HashSet<>(key))).orElse(true);
    }

    private static ResolvedCatalogTable withPrimaryKey(ResolvedCatalogTable table, List<String> key) {
        String name = "PK_" + String.join("_", key);
        ResolvedSchema schema = table.getResolvedSchema();
        for (String column : key) {
            if (schema.getColumn(column).orElseThrow().getDataType().getLogicalType().isNullable()) {
                throw new UserException(
                        "Invalid primary key '" + name + "'. Column '" + column + "' is nullable. The query updates its rows"
                                + " by this key: write COALESCE(" + column + ", ...) in GROUP BY or PARTITION BY, too, or"
                                + " 'changelog.mode' = 'retract' for a table without a key.");
            }
        }
        CatalogTable keyed =
                CatalogTable.newBuilder()
                        .schema(
                                Schema.newBuilder()
                                        .fromSchema(table.getUnresolvedSchema())
                                        .primaryKeyNamed(name, key)
                                        .build())
                        .comment(table.getComment())
                        .distribution(table.getDistribution().orElse(null))
                        .options(table.getOptions())
                        .build();
        return new ResolvedCatalogTable(
                keyed,
                new ResolvedSchema(
                        schema.getColumns(),
                        schema.getWatermarkSpecs(),
                        UniqueConstraint.primaryKey(name, key),
                        schema.getIndexes()));
    }

    private static ResolvedCatalogTable inRetractMode(ResolvedCatalogTable table) {
        Map<String, String> options = new HashMap<>(table.getOptions());
        options.put(TopicTables.CHANGELOG_MODE, "retract");
        return table.copy(options);
    }
}
