package rag.flink.catalog;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rag.flink.UserException;
import rag.flink.workspace.Database;
import rag.flink.workspace.Workspace;

/** Kafka transactions that a cancelled statement left open: until they end, consumers cannot read later records. */
public final class Transactions {

    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    private Transactions() {}

    /** Aborts the transactions of a deleted statement, on every running cluster that it may have written to. */
    public static void abort(StatementContext statement) {
        // Flink's ids are PREFIX-SUBTASK-CHECKPOINT; another statement's name may begin with this one's, but has no "_".
        Pattern ids = Pattern.compile(Pattern.quote(statement.transactionalIdPrefix()) + "(_\\d+)?-\\d+-\\d+");
        Workspace.current().environments().stream()
                .flatMap(environment -> environment.databases().stream())
                .filter(database -> database.bootstrap() != null)
                .forEach(database -> abort(database, ids));
    }

    private static void abort(Database database, Pattern ids) {
        Admin admin = KafkaClients.admin(database, KafkaClients.ADMIN);
        ListTransactionsOptions open = new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
        try {
            List<String> lingering =
                    KafkaClients.await(admin.listTransactions(open).all()).stream()
                            .map(TransactionListing::transactionalId)
                            .filter(id -> ids.matcher(id).matches())
                            .toList();
            if (!lingering.isEmpty()) {
                KafkaClients.await(admin.fenceProducers(lingering).all());
            }
        } catch (ExecutionException | UserException e) {
            LOG.warn("Open transactions on {} were left to their time-out", database.name(), e);
        }
    }
}
