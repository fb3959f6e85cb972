package rag.flink.statement;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;
import rag.flink.UserException;

/**
 * Folders of the checkpoints of statements: {@code UID/ATTEMPT/JOB_ID/chk-N} and {@code UID/ATTEMPT/savepoint-...}.
 *
 * <p>Each attempt has a numbered folder of its own, so that the order of checkpoints does not depend on the clock.
 */
final class Checkpoints {

    private static final Pattern UID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");
    private static final String CHECKPOINT = "chk-";
    private static final String SAVEPOINT = "savepoint-";

    private final Path root;

    Checkpoints(Path root) {
        this.root = root;
    }

    /** The folder of the next attempt. Flink creates it with the first checkpoint, so a query leaves no empty folder. */
    Path nextAttempt(String uid) {
        List<Path> attempts = attempts(uid);
        int next = attempts.isEmpty() ? 1 : number(attempts.get(0)) + 1;
        return folder(uid).resolve(Integer.toString(next));
    }

    /** The newest complete checkpoint or savepoint. */
    Optional<Path> latest(String uid) {
        for (Path attempt : attempts(uid)) {
            Optional<Path> savepoint = list(attempt).filter(path -> isComplete(path, SAVEPOINT)).findFirst();
            if (savepoint.isPresent()) {
                return savepoint;
            }
            Optional<Path> checkpoint =
                    list(attempt)
                            .flatMap(Checkpoints::list)
                            .filter(path -> isComplete(path, CHECKPOINT))
                            .max(Comparator.comparingInt(Checkpoints::number));
            if (checkpoint.isPresent()) {
                return checkpoint;
            }
        }
        return Optional.empty();
    }

    void delete(String uid) {
        try {
            FileUtils.deleteDirectory(folder(uid).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path folder(String uid) {
        if (!UID.matcher(uid).matches()) {
            throw new UserException("'" + uid + "' is not a statement's uid.");
        }
        return root.resolve(uid);
    }

    private List<Path> attempts(String uid) {
        return list(folder(uid)).sorted(Comparator.comparingInt(Checkpoints::number).reversed()).toList();
    }

    /**
     * The way Flink names a local folder. Not {@code toUri()}: Flink takes a blank written as {@code %20} literally, and
     * would keep its files in another folder.
     */
    static String location(Path folder) {
        return org.apache.flink.core.fs.Path.fromLocalFile(folder.toFile()).toString();
    }

    private static boolean isComplete(Path path, String prefix) {
        return path.getFileName().toString().startsWith(prefix) && Files.exists(path.resolve("_metadata"));
    }

    private static int number(Path path) {
        return Integer.parseInt(path.getFileName().toString().replace(CHECKPOINT, ""));
    }

    private static Stream<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
