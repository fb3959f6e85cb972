package rag.flink.statement;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonGenerator;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.gateway.api.operation.OperationHandle;
import org.apache.flink.table.gateway.api.results.ResultSet;
import org.apache.flink.table.gateway.service.operation.OperationManager;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import rag.flink.Json;
import rag.flink.UserException;

/** The result of a statement, page by page, as the endpoint answers it: {@code {"rows": [...], "next_token": 1}}. */
final class Results {

    private static final int PAGE_ROWS = 1000;
    private static final long FIRST_ROWS_MILLIS = 1_500;
    private static final long PAUSE_MILLIS = 10;

    private final OperationManager operations;
    private final OperationHandle operation;
    private final List<RowData> gathered = new ArrayList<>();
    private RowType type;
    private CellEncoder encoder;
    private long fetched;
    private boolean exhausted;
    private long pageToken = -1;
    private byte[] page;

    Results(OperationManager operations, OperationHandle operation) {
        this.operations = operations;
        this.operation = operation;
    }

    /** A page without rows, {@code next} the token of the one after it or {@code null}. */
    static byte[] empty(Long next) {
        return Json.bytes(Json.MAPPER.createObjectNode().put("next_token", next).<ObjectNode>set("rows", Json.MAPPER.createArrayNode()));
    }

    /** The page at {@code token}: the one given last, or the one after it. */
    synchronized byte[] page(long token) {
        if (token == pageToken) {
            return page;
        }
        if (token != pageToken + 1) {
            throw new UserException(
                    "The page token " + token + " is not valid: ask for " + Math.max(0, pageToken) + " or "
                            + (pageToken + 1) + ".");
        }
        gather();
        page = encode(gathered, exhausted ? null : token + 1);
        gathered.clear();
        pageToken = token;
        return page;
    }

    /** Waits a moment for rows if there never was a page: some clients take an empty one for a reason to sleep. */
    void awaitFirstRows() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FIRST_ROWS_MILLIS);
        try {
            while (!hasFirstRows() && System.nanoTime() < deadline) {
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The lock is held for an instant only: whoever asks for the statement's phase must not wait for rows. */
    private synchronized boolean hasFirstRows() {
        gather();
        return pageToken >= 0 || exhausted || !gathered.isEmpty();
    }

    /** Whether the last page was given; it can be asked for again. */
    synchronized boolean isExhausted() {
        return exhausted;
    }

    /** Takes what is there now, up to a page, without waiting for more. */
    private void gather() {
        while (!exhausted && gathered.size() < PAGE_ROWS) {
            ResultSet set = operations.fetchResults(operation, fetched, PAGE_ROWS - gathered.size());
            type = (RowType) set.getResultSchema().toPhysicalRowDataType().getLogicalType();
            if (set.getResultType() == ResultSet.ResultType.EOS) {
                exhausted = true;
            } else if (set.getResultType() == ResultSet.ResultType.NOT_READY) {
                break;
            } else {
                fetched++;
                gathered.addAll(set.getData());
                if (set.getData().isEmpty()) {
                    break;
                }
            }
        }
    }

    private byte[] encode(List<RowData> rows, Long next) {
        ByteArrayOutputStream buffer = new ByteArrayOutputStream();
        try (JsonGenerator out = Json.MAPPER.getFactory().createGenerator(buffer)) {
            out.writeStartObject();
            out.writeArrayFieldStart("rows");
            for (RowData row : rows) {
                if (encoder == null) {
                    encoder = CellEncoder.rowEncoder(type);
                }
                out.writeStartObject();
                out.writeNumberField("op", op(row.getRowKind()));
                out.writeFieldName("row");
                encoder.encode(out, row);
                out.writeEndObject();
            }
            out.writeEndArray();
            if (next == null) {
                out.writeNullField("next_token");
            } else {
                out.writeNumberField("next_token", next);
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.toByteArray();
    }

    private static int op(RowKind kind) {
        return switch (kind) {
            case INSERT -> 0;
            case UPDATE_BEFORE -> 1;
            case UPDATE_AFTER -> 2;
            case DELETE -> 3;
        };
    }
}
