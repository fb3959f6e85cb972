package rag.flink.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rag.flink.UserException;

class CheckpointsTest {

    @TempDir Path root;

    private Path complete(String path) throws IOException {
        Path folder = Files.createDirectories(root.resolve(path));
        Files.writeString(folder.resolve("_metadata"), "");
        return folder;
    }

    @Test
    void theNewestCompleteOneOfTheLastAttemptThatHasOneCounts() throws IOException {
        Checkpoints checkpoints = new Checkpoints(root);
        assertEquals(Optional.empty(), checkpoints.latest("u"));
        complete("u/2/job/chk-9");
        Path tenth = complete("u/2/job/chk-10");
        Files.createDirectories(root.resolve("u/2/job/chk-11"));
        complete("u/1/job/chk-99");
        Files.createDirectories(root.resolve("u/10/job/shared"));
        assertEquals(Optional.of(tenth), checkpoints.latest("u"));
        assertEquals(root.resolve("u/11"), checkpoints.nextAttempt("u"));
        Path savepoint = complete("u/10/savepoint-abc");
        assertEquals(Optional.of(savepoint), checkpoints.latest("u"));
        checkpoints.delete("u");
        assertEquals(root.resolve("u/1"), checkpoints.nextAttempt("u"));
    }

    @Test
    void aUidCannotLeaveTheFolder() {
        assertThrows(UserException.class, () -> new Checkpoints(root).delete("../other"));
    }
}
