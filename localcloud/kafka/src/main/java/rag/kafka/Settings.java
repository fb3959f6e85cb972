package rag.kafka;

/** Environment variables of a broker. Secrets are passed here, never in arguments or property files. */
final class Settings {

    /** Password of every user on the INTERNAL and CONTROLLER listeners. */
    static final String INTERNAL_TOKEN = required("LOCALCLOUD_INTERNAL_TOKEN");

    /** File of the API keys that may log in on the CLIENT listener, see {@link ApiKeys}. */
    static final String API_KEYS_FILE = required("LOCALCLOUD_API_KEYS_FILE");

    private Settings() {
    }

    private static String required(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException("The environment variable " + name + " is not set.");
        }
        return value;
    }
}
