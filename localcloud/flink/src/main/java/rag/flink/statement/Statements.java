package rag.flink.statement;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.table.gateway.service.SqlGatewayServiceImpl;
import org.apache.flink.table.gateway.service.session.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rag.flink.MiniClusterExecutorFactory;
import rag.flink.RecordCounts;
import rag.flink.UserException;
import rag.flink.catalog.CatalogStore;
import rag.flink.catalog.Transactions;

/** All statements of this process, by uid. */
public final class Statements {

    private static final Logger LOG = LoggerFactory.getLogger(Statements.class);
    private static final long SUBMIT_WAIT_MILLIS = 2_000;
    private static final long STOP_WAIT_SECONDS = 20;
    private static final long PAUSE_MILLIS = 10;

    private final Map<String, Statement> statements = new ConcurrentHashMap<>();
    private final Map<String, Path> attempts = new ConcurrentHashMap<>();
    private final Sessions sessions;
    private final Checkpoints checkpoints;
    private final Duration checkpointInterval;

    public Statements(SqlGatewayServiceImpl gateway, CatalogStore store, Path checkpointRoot, Duration checkpointInterval) {
        this.sessions = new Sessions(gateway, store);
        this.checkpoints = new Checkpoints(checkpointRoot);
        this.checkpointInterval = checkpointInterval;
    }

    /**
     * Starts a statement and waits a moment for it to leave {@code PENDING}.
     *
     * <p>Idempotent: a statement that is known already is left unchanged, unless it has ended and is to be resumed.
     */
    public Status submit(StatementRequest request, boolean resume) {
        // compute is atomic: a request that is retried while the first one is in progress starts no second job.
        Statement statement =
                statements.compute(
                        request.uid(),
                        (uid, known) -> {
                            if (known != null && !(resume && known.hasEnded())) {
                                return known;
                            }
                            if (known != null) {
                                close(known.released());
                            }
                            return start(request, resume);
                        });
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SUBMIT_WAIT_MILLIS);
        Status status = statement.status();
        while (status.phase() == Phase.PENDING && System.nanoTime() < deadline) {
            pause();
            status = statement.status();
        }
        close(statement.releasable());
        return status;
    }

    private Statement start(StatementRequest request, boolean resume) {
        try {
            Optional<Path> restoreFrom = resume ? checkpoints.latest(request.uid()) : Optional.empty();
            Path attempt = checkpoints.nextAttempt(request.uid());
            attempts.put(request.uid(), attempt);
            Properties properties = Properties.of(request);
            Statement statement = new Statement(request, properties);
            statement.opened(sessions.open(request, properties));
            Runner runner =
                    new Runner(statement.session(), statement, attempt, restoreFrom, checkpointInterval);
            statement.submitted(statement.session().getOperationManager().submitOperation(runner::run));
            return statement;
        } catch (RuntimeException e) {
            LOG.debug("statement {} was refused", request.name(), e);
            return Statement.failed(request, e);
        }
    }

    public Status status(String uid) {
        return status(find(uid));
    }

    /** Of each that is known here, by uid. */
    public Map<String, Status> statuses(Collection<String> uids) {
        Map<String, Status> found = new HashMap<>();
        for (String uid : uids) {
            Statement statement = statements.get(uid);
            if (statement != null) {
                found.put(uid, status(statement));
            }
        }
        return found;
    }

    private Status status(Statement statement) {
        Status status = statement.status();
        close(statement.releasable());
        return withProgress(statement, status);
    }

    private Status withProgress(Statement statement, Status status) {
        if (statement.job() == null || statement.hasRows()) {
            return status;
        }
        if (!status.phase().isTerminal()) {
            JobID job = statement.job().getJobID();
            return status.withRecords(RecordCounts.written(job).orElse(null), RecordCounts.pending(job).orElse(null));
        }
        if (!status.phase().keepsCheckpoints()) {
            return status;
        }
        return status.withLatestOffsets(
                checkpoints.latest(statement.request().uid()).map(found -> offsets(statement, found)).orElse(Map.of()));
    }

    /** None where they cannot be read: the statuses of all other statements are asked for in the same call. */
    private static Map<String, String> offsets(Statement statement, Path checkpoint) {
        try {
            return Offsets.in(checkpoint);
        } catch (UncheckedIOException e) {
            LOG.warn("The offsets of statement {} cannot be read", statement.request().name(), e);
            return Map.of();
        }
    }

    /** The page of results at {@code token}, as JSON. */
    public byte[] results(String uid, long token) {
        Statement statement = find(uid);
        Status status = statement.status();
        if (status.phase() == Phase.PENDING) {
            return Results.empty(token);
        }
        if (status.phase() == Phase.FAILED) {
            throw new UserException(status.detail());
        }
        if (!statement.hasRows()) {
            return Results.empty(null);
        }
        try {
            if (statement.takesRowsBack()) {
                statement.results().beginEmpty();
            }
            byte[] page = statement.results().page(token);
            close(statement.releasable());
            return page;
        } catch (UserException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.warn("Rows of statement {} cannot be fetched", statement.request().name(), e);
            awaitEnd(statement); // the rows ended because the job did; its result, with the cause, follows a moment later
            Status end = statement.status();
            if (end.phase() == Phase.STOPPED) {
                return Results.empty(null);
            }
            throw new UserException(end.detail(), e);
        }
    }

    /** Stops the job with a savepoint, from which it can be resumed; without one if it is not running. */
    public Status stop(String uid) {
        Statement statement = find(uid);
        if (statement.hasEnded()) {
            return status(uid);
        }
        statement.stopping();
        JobClient job = statement.job();
        if (job == null) {
            awaitEnd(statement);
            return status(uid);
        }
        Path attempt = attempts.get(uid);
        // Draining leaves no rows in flight, so for a job without state the offsets are exact. A job with state is not
        // drained: it would close its windows too early.
        boolean drain = !MiniClusterExecutorFactory.isStateful(job.getJobID());
        try {
            job.stopWithSavepoint(drain, Checkpoints.location(attempt), SavepointFormatType.NATIVE)
                    .get(STOP_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // Stopping is what the user asked for. The last periodic checkpoint is then the one to resume from.
            LOG.info("statement {} stops without a savepoint", statement.request().name(), e);
            job.cancel();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        awaitEnd(statement);
        return status(uid);
    }

    /** Cancels a statement if it runs, and deletes everything about it. */
    public void delete(String uid) {
        Statement statement = statements.remove(uid);
        attempts.remove(uid);
        if (statement != null) {
            statement.stopping();
            if (statement.job() != null && !statement.hasEnded()) {
                statement.job().cancel();
                awaitEnd(statement);
            }
            close(statement.released());
            // A cancelled job leaves its last transaction open: read_committed consumers would wait 15 minutes for it.
            if (statement.job() != null) {
                Transactions.abort(statement.properties().context(statement.request()));
            }
        }
        checkpoints.delete(uid);
    }

    private static void awaitEnd(Statement statement) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_WAIT_SECONDS);
        while (!statement.status().phase().isTerminal() && System.nanoTime() < deadline) {
            pause();
        }
    }

    private void close(Session session) {
        if (session != null) {
            sessions.close(session);
        }
    }

    private Statement find(String uid) {
        Statement statement = statements.get(uid);
        if (statement == null) {
            throw new NoSuchElementException("No statement has the uid '" + uid + "'.");
        }
        return statement;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
