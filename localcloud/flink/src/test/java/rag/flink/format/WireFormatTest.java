package rag.flink.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WireFormatTest {

    private final Random random = new Random(7);

    @Test
    void anIdComesBackWhateverFollowsIt() throws IOException {
        for (int round = 0; round < 1000; round++) {
            int id = random.nextInt();
            byte[] header = WireFormat.header(id);
            byte[] message = Arrays.copyOf(header, WireFormat.HEADER + random.nextInt(50));
            assertEquals(WireFormat.HEADER, header.length);
            assertEquals(id, WireFormat.schemaId(message));
        }
    }

    @Test
    void garbageIsRefusedOrIsAFrame() throws IOException {
        for (int round = 0; round < 1000; round++) {
            byte[] garbage = new byte[random.nextInt(12)];
            random.nextBytes(garbage);
            if (garbage.length >= WireFormat.HEADER && garbage[0] == 0) {
                byte[] header = WireFormat.header(WireFormat.schemaId(garbage));
                assertArrayEquals(Arrays.copyOf(garbage, WireFormat.HEADER), header);
            } else {
                assertThrows(IOException.class, () -> WireFormat.schemaId(garbage));
            }
        }
    }
}
