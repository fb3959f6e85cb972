package rag.flink.statement;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.gateway.api.operation.OperationHandle;
import org.apache.flink.table.gateway.api.operation.OperationStatus;
import org.apache.flink.table.gateway.api.results.OperationInfo;
import org.apache.flink.table.gateway.service.session.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rag.flink.MiniClusterExecutorFactory;

/** One statement in this process: its request, its phase, and why it ended. */
final class Statement {

    private static final Logger LOG = LoggerFactory.getLogger(Statement.class);
    private static final long JOB_STATUS_SECONDS = 5;

    private final StatementRequest request;
    private final Properties properties;
    private Session session;
    private OperationHandle operation;
    private Results results;
    private volatile ObjectNode traits;
    private volatile JobClient job;
    private volatile boolean limitReached;
    private volatile boolean stopping;
    private final AtomicReference<Status> end = new AtomicReference<>();

    Statement(StatementRequest request, Properties properties) {
        this.request = request;
        this.properties = properties;
    }

    /** A statement that failed before it was submitted to the gateway. */
    static Statement failed(StatementRequest request, Throwable failure) {
        Statement statement = new Statement(request, null);
        statement.end.set(new Status(Phase.FAILED, Failures.describe(failure, request.name(), "", ""), null));
        return statement;
    }

    StatementRequest request() {
        return request;
    }

    Properties properties() {
        return properties;
    }

    Session session() {
        return session;
    }

    /** Hands over the session to be closed, once nothing more can be requested from it. */
    synchronized Session releasable() {
        Status last = end.get();
        boolean rowsLeft = hasRows() && results != null && !results.isExhausted();
        return last == null || (rowsLeft && last.phase() != Phase.FAILED) ? null : released();
    }

    /** Hands over the session in any case. */
    synchronized Session released() {
        Session open = session;
        session = null;
        return open;
    }

    void opened(Session gatewaySession) {
        this.session = gatewaySession;
    }

    void submitted(OperationHandle handle) {
        this.operation = handle;
        this.results = new Results(session.getOperationManager(), handle);
    }

    void planned(ObjectNode plannedTraits) {
        this.traits = plannedTraits;
    }

    /** Follows the job from here on, and keeps its result: the cluster forgets jobs after a while. */
    void started(JobClient client) {
        this.job = client;
        if (stopping) {
            client.cancel(); // the stop was requested during planning
        }
        client.getJobExecutionResult()
                .whenComplete(
                        (result, failure) -> {
                            if (limitReached) {
                                end(Phase.COMPLETED, "");
                            } else if (stopping) {
                                end(Phase.STOPPED, "");
                            } else if (failure == null) {
                                end(Phase.COMPLETED, "");
                            } else {
                                LOG.warn("Statement {} failed", request.name(), failure);
                                end(Phase.FAILED, describe(failure));
                            }
                        });
    }

    void limitReached() {
        limitReached = true;
        end(Phase.COMPLETED, "");
        job.cancel();
    }

    private void end(Phase phase, String detail) {
        // The first cause counts: a cancelled job also fails, and a limit that was reached ends it by a cancellation.
        end.compareAndSet(null, new Status(phase, detail, traits));
    }

    private String describe(Throwable failure) {
        return Failures.describe(failure, request.name(), properties.currentCatalog(), properties.currentDatabase());
    }

    /** The current status; asks the gateway and the cluster unless the statement has ended. */
    synchronized Status status() {
        if (hasEnded()) {
            return end.get();
        }
        OperationInfo info = session.getOperationManager().getOperationInfo(operation);
        if (info.getStatus() == OperationStatus.FINISHED && job == null) {
            end(Phase.COMPLETED, "");
        } else if (info.getStatus().isTerminalStatus() && info.getStatus() != OperationStatus.FINISHED && job == null) {
            if (stopping) {
                end(Phase.STOPPED, "");
            } else {
                end(Phase.FAILED, info.getException().map(this::describe).orElse("The statement was cancelled."));
            }
        }
        if (hasEnded()) {
            return end.get();
        }
        if (stopping) {
            return new Status(Phase.STOPPING, "", traits);
        }
        if (info.getStatus() != OperationStatus.FINISHED) {
            return new Status(Phase.PENDING, "", null);
        }
        return jobStatus();
    }

    private Status jobStatus() {
        Function<Phase, Status> at = phase -> new Status(phase, "", traits);
        JobStatus jobStatus;
        try {
            jobStatus = job.getJobStatus().get(JOB_STATUS_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return hasEnded() ? end.get() : at.apply(Phase.PENDING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return at.apply(Phase.PENDING);
        }
        switch (jobStatus) {
            case INITIALIZING:
            case CREATED:
            case RECONCILING:
            case SUSPENDED:
                return at.apply(Phase.PENDING);
            case RESTARTING:
                String fault =
                        MiniClusterExecutorFactory.lastFault(job.getJobID(), JOB_STATUS_SECONDS)
                                .map(this::describe)
                                .orElse("unknown.");
                return new Status(Phase.DEGRADED, "The statement is being restarted after a fault: " + fault, traits);
            case FAILING:
                return at.apply(Phase.FAILING);
            case RUNNING:
                return at.apply(Phase.RUNNING);
            default:
                // The job's result follows a moment later, with the cause.
                return hasEnded() ? end.get() : at.apply(Phase.RUNNING);
        }
    }

    /** Whether it has a result at all. */
    boolean hasRows() {
        return traits != null && traits.has("schema");
    }

    /**
     * Whether its rows are an unbounded changelog.
     *
     * <p>Its first rows are soon retracted, such as the 0 of a count. In the cloud the first page is still empty, and dbt
     * relies on that: it waits, and takes the rows of the next page as the result.
     */
    boolean takesRowsBack() {
        return hasRows() && !traits.get("is_append_only").asBoolean() && !traits.get("is_bounded").asBoolean();
    }

    Results results() {
        return results;
    }

    JobClient job() {
        return job;
    }

    /** Marks its end from now on as a stop; a statement that is still being planned is interrupted. */
    void stopping() {
        stopping = true;
        if (job == null && session != null && !hasEnded()) {
            session.getOperationManager().cancelOperation(operation);
        }
    }

    boolean hasEnded() {
        return end.get() != null;
    }
}
