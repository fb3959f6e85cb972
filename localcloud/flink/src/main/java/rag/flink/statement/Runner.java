package rag.flink.statement;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.table.api.ResultKind;
import org.apache.flink.table.api.TableConfig;
import org.apache.flink.table.api.TableException;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.api.internal.TableEnvironmentInternal;
import org.apache.flink.table.api.internal.TableResultInternal;
import org.apache.flink.table.catalog.Catalog;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.exceptions.TableAlreadyExistException;
import org.apache.flink.table.gateway.api.operation.OperationHandle;
import org.apache.flink.table.gateway.service.result.ResultFetcher;
import org.apache.flink.table.gateway.service.session.Session;
import org.apache.flink.table.operations.CreateTableASOperation;
import org.apache.flink.table.operations.ModifyOperation;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.operations.QueryOperation;
import org.apache.flink.table.operations.SinkModifyOperation;
import org.apache.flink.table.operations.StatementSetOperation;
import org.apache.flink.table.operations.ddl.CreateTableOperation;
import org.apache.flink.table.planner.codegen.CodeGenException;
import org.apache.flink.table.planner.delegation.PlannerBase;
import org.apache.flink.table.planner.operations.PlannerQueryOperation;
import org.apache.flink.table.types.logical.RowType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rag.flink.MiniClusterExecutorFactory;
import rag.flink.UserException;
import rag.flink.catalog.EnvironmentCatalog;

/** Parses, plans and starts one statement; runs on a thread of the gateway. */
final class Runner {

    private static final Logger LOG = LoggerFactory.getLogger(Runner.class);

    private final Session session;
    private final Statement statement;
    private final Path checkpointFolder;
    private final Optional<Path> restoreFrom;
    private final Duration checkpointInterval;

    Runner(
            Session session,
            Statement statement,
            Path checkpointFolder,
            Optional<Path> restoreFrom,
            Duration checkpointInterval) {
        this.session = session;
        this.statement = statement;
        this.checkpointFolder = checkpointFolder;
        this.restoreFrom = restoreFrom;
        this.checkpointInterval = checkpointInterval;
    }

    ResultFetcher run(OperationHandle handle) {
        try {
            return parseAndStart(handle);
        } catch (StackOverflowError e) { // parser, validator and planner go down into a statement level by level
            throw new UserException(Failures.TOO_DEEP);
        } catch (OutOfMemoryError e) {
            throw new UserException("The statement takes more memory to plan than Flink has: make it smaller.");
        }
    }

    private ResultFetcher parseAndStart(OperationHandle handle) {
        TableEnvironmentInternal environment = environment(RuntimeExecutionMode.STREAMING);
        Operation operation =
                InferredTable.complete(
                        planner(environment), SqlText.resolve(environment, statement.request().statement()));
        SqlKind.requireSamePlace(operation);
        if (isOn("sql.dry-run", "true")) {
            return check(handle, environment, operation);
        }
        if (operation instanceof QueryOperation query) {
            return query(handle, environment, query);
        }
        if (operation instanceof StatementSetOperation set) {
            return insert(handle, environment, operation, set.getOperations());
        }
        if (operation instanceof ModifyOperation insert) {
            return insert(handle, environment, operation, List.of(insert));
        }
        return command(handle, environment, operation);
    }

    private boolean isOn(String property, String value) {
        return value.equals(statement.request().properties().get(property));
    }

    private TableEnvironmentInternal environment(RuntimeExecutionMode mode) {
        return session.createExecutor(executionConfig(mode)).getTableEnvironment();
    }

    private Configuration executionConfig(RuntimeExecutionMode mode) {
        Configuration config = new Configuration();
        config.set(PipelineOptions.NAME, statement.request().name());
        config.set(ExecutionOptions.RUNTIME_MODE, mode);
        config.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, Checkpoints.location(checkpointFolder));
        // A job that could not be stopped with a savepoint is cancelled, and resumed from its last checkpoint.
        config.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        config.set(MiniClusterExecutorFactory.MUST_BE_STATELESS, !statement.request().startingOffsets().isEmpty());
        restoreFrom.ifPresent(
                path -> {
                    config.set(StateRecoveryOptions.SAVEPOINT_PATH, Checkpoints.location(path));
                    // Flink then deletes it when a newer one is complete: the folder does not grow with each resume.
                    config.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
                });
        return config;
    }

    /** Plans a statement and returns its traits; nothing runs. */
    private ResultFetcher check(OperationHandle handle, TableEnvironmentInternal environment, Operation operation) {
        if (operation instanceof QueryOperation query) {
            Plan plan = Plan.of(planner(environment), query);
            statement.planned(Traits.of("SELECT", plan, query.getResolvedSchema()));
        } else {
            if (operation instanceof ModifyOperation || operation instanceof StatementSetOperation) {
                environment.explainInternal(List.of(operation));
            }
            boolean bounded = !(operation instanceof ModifyOperation insert) || isBounded(insert);
            statement.planned(Traits.of(SqlKind.of(operation), bounded, true));
        }
        return nothing(handle);
    }

    private ResultFetcher query(OperationHandle handle, TableEnvironmentInternal environment, QueryOperation query) {
        if (isOn("sql.snapshot.mode", "now")) {
            try {
                TableEnvironmentInternal batch = environment(RuntimeExecutionMode.BATCH);
                // Resolved a second time: an operation belongs to the planner of its mode.
                QueryOperation again = (QueryOperation) SqlText.resolve(batch, statement.request().statement());
                return start(handle, batch, again, Plan.of(planner(batch), again));
            } catch (TableException | UnsupportedOperationException | CodeGenException e) {
                // Asynchronous functions, for example, can be planned in streaming mode only.
                LOG.debug("Statement {} has no batch plan", statement.request().name(), e);
            }
        }
        return start(handle, environment, query, Plan.of(planner(environment), query));
    }

    private ResultFetcher start(
            OperationHandle handle, TableEnvironmentInternal environment, QueryOperation query, Plan plan) {
        // No restarts: rows of a query are returned as they come, and could not be withdrawn after a failure.
        environment.getConfig().set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        statement.planned(Traits.of("SELECT", plan, query.getResolvedSchema()));
        TableResultInternal result = environment.executeCachedPlanInternal(plan.executable());
        statement.started(result.getJobClient().orElseThrow());
        if (plan.isFolded()) {
            RowType type = (RowType) query.getResolvedSchema().toPhysicalRowDataType().getLogicalType();
            result = WrappedResult.of(result, rows -> new FoldedRows(rows, type));
        } else if (plan.limit().isPresent() && plan.appendOnly()) {
            long limit = plan.limit().getAsLong();
            result = WrappedResult.of(result, rows -> new LimitedRows(rows, limit, statement::limitReached));
        }
        return ResultFetcher.fromTableResult(handle, result, true);
    }

    private ResultFetcher insert(
            OperationHandle handle,
            TableEnvironmentInternal environment,
            Operation operation,
            List<ModifyOperation> inserts) {
        TableConfig config = environment.getConfig();
        // Only for statements that write: a query is not resumed, as its rows are in memory.
        config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, checkpointInterval);
        boolean bounded = inserts.stream().allMatch(Runner::isBounded);
        statement.planned(Traits.of(SqlKind.of(operation), bounded, true));
        TableResultInternal result = executeWhole(environment, inserts);
        statement.started(result.getJobClient().orElseThrow());
        return nothing(handle);
    }

    /** Keeps a table that is created for a query (CREATE TABLE AS) only if the query runs. */
    private static TableResultInternal executeWhole(
            TableEnvironmentInternal environment, List<ModifyOperation> inserts) {
        List<CreateTableASOperation> creations =
                inserts.stream()
                        .filter(CreateTableASOperation.class::isInstance)
                        .map(CreateTableASOperation.class::cast)
                        .toList();
        for (CreateTableASOperation creation : creations) {
            requireNew(environment, creation.getCreateTableOperation());
            environment.explainInternal(List.of(creation)); // refuses the query while nothing has been created
        }
        try {
            return environment.executeInternal(inserts);
        } catch (RuntimeException | Error e) {
            creations.forEach(creation -> undo(environment, creation));
            throw e;
        }
    }

    private static void requireNew(TableEnvironmentInternal environment, CreateTableOperation creation) {
        ObjectIdentifier table = creation.getTableIdentifier();
        Optional<Catalog> catalog = environment.getCatalog(table.getCatalogName());
        if (!creation.isIgnoreIfExists() && catalog.isPresent() && catalog.get().tableExists(table.toObjectPath())) {
            TableAlreadyExistException cause =
                    new TableAlreadyExistException(table.getCatalogName(), table.toObjectPath());
            throw new UserException(cause.getMessage(), cause);
        }
    }

    private static void undo(TableEnvironmentInternal environment, CreateTableASOperation creation) {
        ObjectIdentifier table = creation.getCreateTableOperation().getTableIdentifier();
        environment
                .getCatalog(table.getCatalogName())
                .filter(EnvironmentCatalog.class::isInstance)
                .ifPresent(catalog -> ((EnvironmentCatalog) catalog).undoCreate(table.toObjectPath()));
    }

    private static boolean isBounded(ModifyOperation insert) {
        return (insert instanceof SinkModifyOperation || insert instanceof CreateTableASOperation)
                && insert.getChild() instanceof PlannerQueryOperation query
                && Plan.isBounded(query.getCalciteTree());
    }

    private ResultFetcher command(OperationHandle handle, TableEnvironmentInternal environment, Operation operation) {
        String kind = SqlKind.of(operation);
        TableResultInternal result = environment.executeInternal(operation);
        if (result.getResultKind() == ResultKind.SUCCESS) {
            statement.planned(Traits.of(kind, true, true));
            return nothing(handle);
        }
        statement.planned(Traits.withSchema(Traits.of(kind, true, true), result.getResolvedSchema()));
        return ResultFetcher.fromTableResult(handle, result, false);
    }

    private static ResultFetcher nothing(OperationHandle handle) {
        return ResultFetcher.fromResults(handle, ResolvedSchema.of(), List.of());
    }

    private static PlannerBase planner(TableEnvironmentInternal environment) {
        return (PlannerBase) ((TableEnvironmentImpl) environment).getPlanner();
    }
}
