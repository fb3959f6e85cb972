package rag.stores;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which connections have logged in, and the commands by which they do. */
final class Logins {

    private static final String MECHANISM = "SCRAM-SHA-256";
    private static final String DATABASE = "admin";
    private static final int CONVERSATION = 1;
    private static final List<String> MAY =
            List.of("find", "insert", "update", "remove", "createCollection", "dropCollection", "createIndex",
                    "dropIndex", "listCollections", "listIndexes", "createSearchIndexes", "listSearchIndexes",
                    "updateSearchIndex", "dropSearchIndex");

    private final String user;
    private final Scram scram;
    private final Map<Channel, Scram.Challenge> challenged = new ConcurrentHashMap<>();
    private final Set<Channel> in = ConcurrentHashMap.newKeySet();

    Logins(String user, String password) {
        this.user = user;
        this.scram = new Scram(user, password);
    }

    boolean isIn(Channel channel) {
        return in.contains(channel);
    }

    void forget(Channel channel) {
        challenged.remove(channel);
        in.remove(channel);
    }

    /** What {@code hello} says of how to log in, if it was asked for this server's user. */
    void addMechanisms(Document question, Document answer) {
        if ((DATABASE + "." + user).equals(question.get("saslSupportedMechs"))) {
            answer.put("saslSupportedMechs", List.of(MECHANISM));
        }
    }

    Document start(Channel channel, String database, Document command) {
        forget(channel);
        if (!MECHANISM.equals(command.get("mechanism")) || !database.equals(DATABASE)) {
            throw Refusal.authenticationFailed();
        }
        Scram.Challenge challenge =
                scram.begin(text(command.get("payload"))).orElseThrow(Refusal::authenticationFailed);
        challenged.put(channel, challenge);
        return answer(challenge.text(), false);
    }

    Document proceed(Channel channel, Document command) {
        if (isIn(channel)) { // the empty message of a client that wants the last word
            return answer("", true);
        }
        Scram.Challenge challenge = challenged.remove(channel);
        if (challenge == null) {
            throw Refusal.authenticationFailed();
        }
        String signature =
                scram.finish(challenge, text(command.get("payload"))).orElseThrow(Refusal::authenticationFailed);
        in.add(channel);
        return answer(signature, true);
    }

    /** {@code connectionStatus}: who is logged in, and what MongoDB's connectors look for before they write. */
    Document status() {
        Document everywhere = new Document("db", "").append("collection", "");
        Document info =
                new Document("authenticatedUsers", List.of(new Document("user", user).append("db", DATABASE)))
                        .append("authenticatedUserRoles", List.of(new Document("role", "root").append("db", DATABASE)))
                        .append(
                                "authenticatedUserPrivileges",
                                List.of(new Document("resource", everywhere).append("actions", MAY)));
        return new Document("authInfo", info).append("ok", 1.0);
    }

    private static String text(Object payload) {
        if (payload instanceof BinData data) {
            return new String(data.getData(), StandardCharsets.UTF_8);
        }
        throw Refusal.authenticationFailed();
    }

    private static Document answer(String payload, boolean done) {
        return new Document("conversationId", CONVERSATION)
                .append("done", done)
                .append("payload", new BinData(payload.getBytes(StandardCharsets.UTF_8)))
                .append("ok", 1.0);
    }
}
