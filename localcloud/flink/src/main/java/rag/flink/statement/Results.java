package rag.flink.statement;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
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

/** The result of a statement, page by page, as the endpoint answers it: {@code {"rows": [...], "next_token": 1}}. */
final class Results {

    private static final int PAGE_ROWS = 1000;

    private final OperationManager operations;
    private final OperationHandle operation;
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
        List<RowData> rows = new ArrayList<>();
        RowType type = fetch(rows);
        page = encode(type, rows, exhausted ? null : token + 1);
        pageToken = token;
        return page;
    }

    /** Makes the first page an empty one, whatever there is already. */
    synchronized void beginEmpty() {
        if (pageToken < 0) {
            pageToken = 0;
            page = empty(1L);
        }
    }

    /** Whether the last page was given; it can be asked for again. */
    synchronized boolean isExhausted() {
        return exhausted;
    }

    /** Takes what is there now, up to a page, without waiting for more. */
    private RowType fetch(List<RowData> rows) {
        RowType type = null;
        while (!exhausted && rows.size() < PAGE_ROWS) {
            ResultSet set = operations.fetchResults(operation, fetched, PAGE_ROWS - rows.size());
            type = (RowType) set.getResultSchema().toPhysicalRowDataType().getLogicalType();
            if (set.getResultType() == ResultSet.ResultType.EOS) {
                exhausted = true;
            } else if (set.getResultType() == ResultSet.ResultType.NOT_READY) {
                break;
            } else {
                fetched++;
                rows.addAll(set.getData());
                if (set.getData().isEmpty()) {
                    break;
                }
            }
        }
        return type;
    }

    private byte[] encode(RowType type, List<RowData> rows, Long next) {
        ByteArrayOutputStream buffer = new ByteArrayOutputStream();
        try (JsonGenerator out = Json.MAPPER.getFactory().createGenerator(buffer)) {
            out.writeStartObject();
            out.writeArrayFieldStart("rows");
            for (RowData row : rows) {
                if (encoder == null) {
                    encoder = new CellEncoder().of(type);
                }
                out.writeStartObject();
                out.writeNumberField("op", op(row.getRowKind()));
                out.writeFieldName("row");
                encoder.write(out, row);
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
