package rag.stores;

import de.bwaldvogel.mongo.exception.MongoServerError;

/** The errors of MongoDB's own that this server answers, with the codes that drivers tell them by. */
final class Refusal {

    private Refusal() {}

    static MongoServerError badValue(String message) {
        return new MongoServerError(2, "BadValue", message);
    }

    static MongoServerError unauthorized(String command) {
        return new MongoServerError(13, "Unauthorized", "Command " + command + " requires authentication");
    }

    static MongoServerError authenticationFailed() {
        return new MongoServerError(18, "AuthenticationFailed", "Authentication failed.");
    }

    static MongoServerError noCollection(String namespace) {
        return new MongoServerError(26, "NamespaceNotFound", "Collection '" + namespace + "' does not exist.");
    }

    static MongoServerError noSearchIndex(String name) {
        return new MongoServerError(27, "IndexNotFound", "Search index '" + name + "' does not exist.");
    }

    static MongoServerError duplicateSearchIndex() {
        return new MongoServerError(68, "IndexAlreadyExists", "Duplicate Index");
    }

    /** What Atlas's search process refuses, which the server passes on. */
    static MongoServerError search(String message) {
        return new MongoServerError(
                8, "UnknownError", "PlanExecutor error during aggregation :: caused by :: " + message);
    }
}
