package rag.stores;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Every change of every document, appended to one file; read again, they are what there was.
 *
 * <p>A record is one or two BSON documents: {@code {c: namespace, k: key}} and the document that is there from now on; or
 * {@code {c, k, gone: true}}; or {@code {c, gone: true}} for all of a namespace. What a crash cut short at the end is
 * dropped: nobody was told that it was written.
 */
final class Journal implements AutoCloseable {

    private static final long SMALLEST_WASTE = 64L << 20;
    private static final int LARGEST_DOCUMENT = 48 << 20;
    private static final String NAMESPACE = "c";
    private static final String KEY = "k";
    private static final String GONE = "gone";

    /** Takes one document, for {@link #rewrite}. */
    interface Writer {
        void put(String namespace, Object key, Document document);
    }

    /** Gives every document there is. */
    interface Snapshot {
        void writeTo(Writer writer);
    }

    /** The file does not hold what this class writes; the message is for the user. */
    static final class DamagedException extends Exception {

        private static final long serialVersionUID = 1L;

        DamagedException(Path file, long position) {
            super(
                    file + " is damaged at byte " + position
                            + ": put a copy of it back, or begin without documents with `./pulumiw cloud reset`.");
        }
    }

    private final Path file;
    private FileChannel channel;
    private ByteBuf pending = Unpooled.buffer();
    private long length;
    private long needed;
    private boolean incomplete;
    private boolean unsynced;

    private Journal(Path file) {
        this.file = file;
    }

    /** Opens the file, which is made if it is not there, and reads it: documents by key by namespace. */
    static Opened open(Path file) throws IOException, DamagedException {
        Journal journal = new Journal(file);
        Map<String, Map<Object, Document>> found = journal.read();
        journal.channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        journal.channel.truncate(journal.length);
        journal.channel.position(journal.length);
        return new Opened(journal, found);
    }

    record Opened(Journal journal, Map<String, Map<Object, Document>> documents) {}

    private Map<String, Map<Object, Document>> read() throws IOException, DamagedException {
        Map<String, Map<Object, Document>> found = new LinkedHashMap<>();
        if (!Files.exists(file)) {
            return found;
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
            long position = 0;
            while (true) {
                Sized head = document(in, position);
                position += head.bytes();
                String namespace = (String) head.document().get(NAMESPACE);
                if (!head.document().containsKey(GONE)) {
                    Sized body = document(in, position);
                    position += body.bytes();
                    found.computeIfAbsent(namespace, name -> new LinkedHashMap<>())
                            .put(head.document().get(KEY), body.document());
                    needed += head.bytes() + body.bytes();
                } else if (!head.document().containsKey(KEY)) {
                    found.remove(namespace);
                } else if (found.containsKey(namespace)) {
                    found.get(namespace).remove(head.document().get(KEY));
                }
                length = position;
            }
        } catch (EOFException e) {
            return found;
        }
    }

    private record Sized(Document document, int bytes) {}

    private Sized document(DataInputStream in, long position) throws IOException, DamagedException {
        int size = Integer.reverseBytes(in.readInt());
        if (size == 0) { // what a file system leaves of a write that a power cut took
            throw new EOFException();
        }
        if (size < 5 || size > LARGEST_DOCUMENT) {
            throw new DamagedException(file, position);
        }
        byte[] bytes = new byte[size];
        in.readFully(bytes, Integer.BYTES, size - Integer.BYTES);
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        buffer.setIntLE(0, size);
        try {
            return new Sized(BsonDecoder.decodeBson(buffer), size);
        } catch (RuntimeException e) {
            throw new DamagedException(file, position);
        }
    }

    synchronized void put(String namespace, Object key, Document document) {
        encode(pending, namespace, key, document);
    }

    private static void encode(ByteBuf to, String namespace, Object key, Document document) {
        BsonEncoder.encodeDocument(new Document(NAMESPACE, namespace).append(KEY, key), to);
        BsonEncoder.encodeDocument(document, to);
    }

    synchronized void remove(String namespace, Object key) {
        BsonEncoder.encodeDocument(new Document(NAMESPACE, namespace).append(KEY, key).append(GONE, true), pending);
    }

    synchronized void removeAll(String namespace) {
        BsonEncoder.encodeDocument(new Document(NAMESPACE, namespace).append(GONE, true), pending);
    }

    /** Writes what was recorded since; a process killed afterwards has lost nothing. */
    synchronized void commit() {
        if (!pending.isReadable()) {
            return;
        }
        int added = pending.readableBytes();
        try {
            write(channel, pending);
            length += added;
            unsynced = true;
        } catch (IOException e) {
            incomplete = true; // memory has what the file has not: the next commit writes all of it
            cutBack();
            throw full();
        } finally {
            pending = Unpooled.buffer();
        }
    }

    private static void write(FileChannel to, ByteBuf bytes) throws IOException {
        var rest = bytes.nioBuffer();
        while (rest.hasRemaining()) {
            to.write(rest);
        }
    }

    private void cutBack() {
        try {
            channel.truncate(length);
            channel.position(length);
        } catch (IOException e) {
            // The next start drops what is incomplete at the end.
        }
    }

    private MongoServerError full() {
        return new MongoServerError(
                14031, "OutOfDiskSpace", "The documents could not be written to " + file + ": make room on the disk.");
    }

    /** Whether most of the file is documents that are there no more, or not all documents are in it. */
    synchronized boolean isDueForRewrite() {
        return incomplete || length > 2 * needed + SMALLEST_WASTE;
    }

    /** Replaces the file by one with these documents alone; the old one stays until the new one is complete. */
    synchronized void rewrite(Snapshot snapshot) {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        FileChannel replaced = null;
        try {
            replaced =
                    FileChannel.open(
                            draft,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE);
            long written = copy(snapshot, replaced);
            replaced.force(true);
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            channel.close();
            channel = replaced;
            length = needed = written;
            incomplete = unsynced = false;
        } catch (IOException e) {
            closeQuietly(replaced);
            throw full();
        }
    }

    private static long copy(Snapshot snapshot, FileChannel to) throws IOException {
        long[] written = {0};
        ByteBuf buffer = Unpooled.buffer();
        try {
            snapshot.writeTo(
                    (namespace, key, document) -> {
                        encode(buffer, namespace, key, document);
                        if (buffer.readableBytes() > 1 << 20) {
                            written[0] += flush(buffer, to);
                        }
                    });
            return written[0] + flush(buffer, to);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static int flush(ByteBuf buffer, FileChannel to) {
        int bytes = buffer.readableBytes();
        try {
            write(to, buffer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        buffer.clear();
        return bytes;
    }

    /** Hands what was committed to the disk itself, which is what survives a power cut. */
    void sync() {
        FileChannel open;
        synchronized (this) {
            if (!unsynced) {
                return;
            }
            unsynced = false;
            open = channel;
        }
        try {
            open.force(false);
        } catch (IOException e) {
            // Replaced or closed meanwhile, which syncs it too.
        }
    }

    @Override
    public synchronized void close() {
        try {
            channel.force(true);
        } catch (IOException e) {
            // Nothing is left to do about it.
        }
        closeQuietly(channel);
    }

    private static void closeQuietly(FileChannel open) {
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // It is given up in any case.
            }
        }
    }
}
