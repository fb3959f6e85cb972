package rag.flink.statement;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonGenerator;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.gateway.api.operation.OperationHandle;
import org.apache.flink.table.gateway.api.results.ResultSet;
import org.apache.flink.table.gateway.service.operation.OperationManager;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import rag.flink.Json;
import rag.flink.ValueWriters.ValueWriter;
import rag.flink.UserException;

/** The result of a statement in pages, in the endpoint's format: {@code {"rows": [...], "next_token": 1}}. */
final class Results {

    private static final int PAGE_ROWS = 1000;
    private static final int PAGE_BYTES = 4 << 20;

    private final OperationManager operations;
    private final OperationHandle operation;
    private final Deque<RowData> waiting = new ArrayDeque<>();
    private RowType type;
    private ValueWriter encoder;
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

    /** The page at {@code token}: the last one that was returned, or the next. */
    synchronized byte[] page(long token) {
        if (token == pageToken) {
            return page;
        }
        if (token != pageToken + 1) {
            throw new UserException(
                    "The page token " + token + " is not valid: ask for " + Math.max(0, pageToken) + " or "
                            + (pageToken + 1) + ".");
        }
        if (waiting.isEmpty()) {
            fetch();
        }
        page = encode(token + 1);
        pageToken = token;
        return page;
    }

    /** Makes the first page empty, whatever rows there are already. */
    synchronized void beginEmpty() {
        if (pageToken < 0) {
            pageToken = 0;
            page = empty(1L);
        }
    }

    /** Whether the last page was returned; it can be requested again. */
    synchronized boolean isExhausted() {
        return exhausted && waiting.isEmpty();
    }

    /** Takes the rows that are available now, up to a page, without waiting for more. */
    private void fetch() {
        while (!exhausted && waiting.size() < PAGE_ROWS) {
            ResultSet set = operations.fetchResults(operation, fetched, PAGE_ROWS - waiting.size());
            type = (RowType) set.getResultSchema().toPhysicalRowDataType().getLogicalType();
            if (set.getResultType() == ResultSet.ResultType.EOS) {
                exhausted = true;
            } else if (set.getResultType() == ResultSet.ResultType.NOT_READY) {
                break;
            } else {
                fetched++;
                waiting.addAll(set.getData());
                if (set.getData().isEmpty()) {
                    break;
                }
            }
        }
    }

    /** Writes rows until the page is full. A page has at least one row, if there is one, however large it is. */
    private byte[] encode(long following) {
        ByteArrayOutputStream buffer = new ByteArrayOutputStream();
        try (JsonGenerator out = Json.MAPPER.getFactory().createGenerator(buffer)) {
            out.writeStartObject();
            out.writeArrayFieldStart("rows");
            while (!waiting.isEmpty() && buffer.size() < PAGE_BYTES) {
                write(out, waiting.remove());
                out.flush();
            }
            out.writeEndArray();
            if (isExhausted()) {
                out.writeNullField("next_token");
            } else {
                out.writeNumberField("next_token", following);
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.toByteArray();
    }

    private void write(JsonGenerator out, RowData row) throws IOException {
        if (encoder == null) {
            encoder = new CellEncoder().of(type);
        }
        out.writeStartObject();
        out.writeNumberField("op", op(row.getRowKind()));
        out.writeFieldName("row");
        encoder.write(out, row);
        out.writeEndObject();
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
