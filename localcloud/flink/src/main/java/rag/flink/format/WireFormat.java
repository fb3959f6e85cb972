package rag.flink.format;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Confluent's framing of a registered record: a zero byte, the schema id as four bytes big-endian, the payload. */
final class WireFormat {

    static final int HEADER = 5;
    private static final byte MAGIC = 0;

    private WireFormat() {}

    static byte[] header(int schemaId) {
        return ByteBuffer.allocate(HEADER).put(MAGIC).putInt(schemaId).array();
    }

    /** The id of the schema that the record was written with. */
    static int schemaId(byte[] message) throws IOException {
        if (message.length < HEADER || message[0] != MAGIC) {
            throw new IOException(
                    "A record of " + message.length + " bytes does not begin with a schema id: it was not written with a"
                            + " registered schema.");
        }
        return ByteBuffer.wrap(message, 1, Integer.BYTES).getInt();
    }
}
