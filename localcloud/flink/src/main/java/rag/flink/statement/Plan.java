package rag.flink.statement;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelVisitor;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.util.ImmutableBitSet;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.table.api.internal.CachedPlan;
import org.apache.flink.table.api.internal.DQLCachedPlan;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.operations.CollectModifyOperation;
import org.apache.flink.table.operations.QueryOperation;
import org.apache.flink.table.planner.delegation.PlannerBase;
import org.apache.flink.table.planner.operations.PlannerQueryOperation;
import org.apache.flink.table.planner.plan.metadata.FlinkRelMetadataQuery;
import org.apache.flink.table.planner.plan.nodes.exec.ExecNodeGraph;
import org.apache.flink.table.planner.plan.nodes.physical.stream.StreamPhysicalRel;
import org.apache.flink.table.planner.plan.schema.TableSourceTable;
import org.apache.flink.table.planner.plan.utils.ChangelogPlanUtils;
import org.apache.flink.table.planner.utils.JavaScalaConversionUtil;
import org.apache.flink.table.runtime.connector.source.ScanRuntimeProviderContext;

/**
 * A planned query: ready to run, with the facts for its traits.
 *
 * <p>Flink's own entry points either run a query or explain it as text. Confluent's API needs facts of the same plan that
 * runs, so this class calls the planner's steps one by one.
 *
 * @param upsertColumns indexes of a key of the result, empty without one
 * @param limit rows after which an append-only result is complete
 */
record Plan(
        CachedPlan executable, boolean bounded, boolean appendOnly, List<Integer> upsertColumns, OptionalLong limit) {

    static Plan of(PlannerBase planner, QueryOperation query) {
        RelNode logical = ((PlannerQueryOperation) query).getCalciteTree();
        CollectModifyOperation sink = new CollectModifyOperation(query);
        planner.beforeTranslation();
        RelNode optimized = planner.optimize(planner.translateToRel(sink));
        ExecNodeGraph graph =
                planner.translateToExecNodeGraph(JavaScalaConversionUtil.toScala(List.of(optimized)), false);
        List<Transformation<?>> transformations = planner.translateToPlan(graph);
        planner.afterTranslation();
        Changes changes = Changes.of(optimized);
        return new Plan(
                new DQLCachedPlan(query, sink, transformations),
                isBounded(logical),
                changes.appendOnly(),
                changes.upsertColumns(),
                limit(logical));
    }

    /** How a query changes its rows: {@code upsertColumns} are indexes of the smallest key of its result, or empty. */
    record Changes(boolean appendOnly, List<Integer> upsertColumns) {

        /** Plans a query for nothing but this. */
        static Changes of(PlannerBase planner, QueryOperation query) {
            planner.beforeTranslation();
            Changes changes = of(planner.optimize(planner.translateToRel(new CollectModifyOperation(query))));
            planner.afterTranslation();
            return changes;
        }

        private static Changes of(RelNode optimized) {
            // A batch plan has no changelog: it returns final rows only.
            boolean appendOnly =
                    !(optimized instanceof StreamPhysicalRel result) || ChangelogPlanUtils.inputInsertOnly(result);
            return new Changes(appendOnly, appendOnly ? List.of() : Plan.upsertColumns(optimized.getInput(0)));
        }
    }

    /** Whether its changelog is folded into final rows before any is returned: it is bounded and has retractions. */
    boolean isFolded() {
        return bounded && !appendOnly;
    }

    private static List<Integer> upsertColumns(RelNode result) {
        Set<ImmutableBitSet> keys =
                FlinkRelMetadataQuery.reuseOrCreate(result.getCluster().getMetadataQuery()).getUpsertKeys(result);
        if (keys == null) {
            return List.of();
        }
        return keys.stream()
                .min(Comparator.comparingInt(ImmutableBitSet::cardinality))
                .map(ImmutableBitSet::asList)
                .orElse(List.of());
    }

    /** Whether every source table is bounded. */
    static boolean isBounded(RelNode logical) {
        boolean[] bounded = {true};
        new RelVisitor() {
            @Override
            public void visit(RelNode node, int ordinal, RelNode parent) {
                if (node instanceof TableScan scan && !isBounded(scan.getTable())) {
                    bounded[0] = false;
                }
                super.visit(node, ordinal, parent);
            }
        }.go(logical);
        return bounded[0];
    }

    private static boolean isBounded(RelOptTable table) {
        TableSourceTable source = table.unwrap(TableSourceTable.class);
        return source == null
                || !(source.tableSource() instanceof ScanTableSource scan)
                || scan.getScanRuntimeProvider(ScanRuntimeProviderContext.INSTANCE).isBounded();
    }

    /** The {@code LIMIT} of the outermost query if it has no ORDER BY: then any rows will do, also the first ones. */
    private static OptionalLong limit(RelNode logical) {
        RelNode top = logical;
        while (top instanceof Project) {
            top = top.getInput(0);
        }
        if (top instanceof Sort sort
                && sort.getCollation().getFieldCollations().isEmpty()
                && sort.offset == null
                && sort.fetch instanceof RexLiteral fetch) {
            return OptionalLong.of(fetch.getValueAs(Long.class));
        }
        return OptionalLong.empty();
    }
}
