package rag.flink.catalog;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import rag.flink.Json;
import rag.flink.UserException;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

/** Models, views and table details of every database, one file each: {@code ENVIRONMENT_ID/CLUSTER_ID.json}. */
public final class CatalogStore {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");

    private final Path root;
    private final Map<Path, CatalogEntries> loaded = new ConcurrentHashMap<>();

    public CatalogStore(Path root) {
        this.root = root;
    }

    /** Returns the function's result for a database's entries; it must not change them. */
    synchronized <T> T read(Environment environment, Database database, Function<CatalogEntries, T> function) {
        return function.apply(load(file(environment, database)));
    }

    /** Applies a change to a database's entries and saves them before it returns. */
    synchronized <T> T change(Environment environment, Database database, Function<CatalogEntries, T> function) {
        Path file = file(environment, database);
        try {
            T result = function.apply(load(file));
            save(file, load(file));
            return result;
        } catch (RuntimeException e) {
            loaded.remove(file);
            throw e;
        }
    }

    /** Deletes the entries of every environment and database but these. */
    public synchronized void retain(Iterable<Environment> environments) {
        Set<Path> named = new HashSet<Path>();
        environments.forEach(
                environment ->
                        environment.databases().forEach(database -> named.add(file(environment, database))));
        try {
            for (Path folder : list(root)) {
                for (Path file : list(folder)) {
                    if (!named.contains(file)) {
                        Files.delete(file);
                        loaded.remove(file);
                    }
                }
                if (list(folder).isEmpty()) {
                    Files.delete(folder);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            List<Path> found = new ArrayList<>();
            entries.forEach(found::add);
            return found;
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private Path file(Environment environment, Database database) {
        for (String id : new String[] {environment.id(), database.id()}) {
            if (!ID.matcher(id).matches()) {
                throw new UserException("'" + id + "' is not an identifier.");
            }
        }
        return root.resolve(environment.id()).resolve(database.id() + ".json");
    }

    private CatalogEntries load(Path file) {
        return loaded.computeIfAbsent(
                file,
                key -> {
                    try {
                        return Json.MAPPER.readValue(Files.readAllBytes(file), CatalogEntries.class);
                    } catch (NoSuchFileException e) {
                        return CatalogEntries.empty();
                    } catch (IOException e) {
                        throw new UncheckedIOException("Cannot read " + file, e);
                    }
                });
    }

    /** Writes a file, syncs it, then renames it: a crash or power cut leaves either the old file or the new one. */
    private static void save(Path file, CatalogEntries entries) {
        try {
            if (entries.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            Files.createDirectories(file.getParent());
            Path draft = file.resolveSibling(file.getFileName() + ".new");
            try (FileChannel channel = FileChannel.open(draft, CREATE, WRITE, TRUNCATE_EXISTING)) {
                ByteBuffer text = ByteBuffer.wrap(Json.bytes(entries));
                while (text.hasRemaining()) {
                    channel.write(text);
                }
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UserException("The state folder cannot be written (" + e.getMessage() + ").", e);
        }
    }
}
