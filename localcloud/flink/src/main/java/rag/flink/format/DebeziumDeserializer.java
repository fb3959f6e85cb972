package rag.flink.format;

import java.io.IOException;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.Collector;

/**
 * Reads a change event as changes of a table ({@code changelog.mode}, "Debezium" in Confluent's CREATE TABLE).
 *
 * <p>append: the rows that are created, read and updated. retract: an update takes back the row before it. upsert: a row
 * replaces the one with its key.
 */
final class DebeziumDeserializer implements DeserializationSchema<RowData> {

    private static final long serialVersionUID = 1L;

    private final RegistryDeserializer envelopes;
    private final String mode;
    private final int columns;
    private final TypeInformation<RowData> producedType;

    DebeziumDeserializer(
            RegistryDeserializer envelopes, String mode, int columns, TypeInformation<RowData> producedType) {
        this.envelopes = envelopes;
        this.mode = mode;
        this.columns = columns;
        this.producedType = producedType;
    }

    @Override
    public void open(InitializationContext context) throws Exception {
        envelopes.open(context);
    }

    @Override
    public RowData deserialize(byte[] message) {
        throw new IllegalStateException("an event can be several changes: they are collected");
    }

    @Override
    public void deserialize(byte[] message, Collector<RowData> out) throws IOException {
        RowData event = envelopes.deserialize(message);
        if (event == null) {
            return; // the record that Debezium writes after a deletion, for compaction alone
        }
        String op = event.isNullAt(2) ? "null" : event.getString(2).toString();
        GenericRowData before = row(event, 0);
        GenericRowData after = row(event, 1);
        switch (op) {
            case "c":
            case "r":
                out.collect(with(RowKind.INSERT, after, Debezium.AFTER));
                break;
            case "u":
                if (mode.equals("retract")) {
                    out.collect(with(RowKind.UPDATE_BEFORE, before, Debezium.BEFORE));
                    out.collect(with(RowKind.UPDATE_AFTER, after, Debezium.AFTER));
                } else {
                    out.collect(with(RowKind.INSERT, after, Debezium.AFTER));
                }
                break;
            case "d":
                delete(before, out);
                break;
            default:
                throw new IOException(
                        "A Debezium record has the op '" + op + "': those that can be read are c, r, u and d.");
        }
    }

    private void delete(GenericRowData before, Collector<RowData> out) throws IOException {
        if (mode.equals("retract")) {
            out.collect(with(RowKind.DELETE, before, Debezium.BEFORE));
        } else if (mode.equals("upsert")) {
            // The key decides which row is deleted: without REPLICA IDENTITY FULL there is no other column.
            out.collect(with(RowKind.DELETE, before == null ? new GenericRowData(columns) : before, Debezium.BEFORE));
        }
    }

    private GenericRowData row(RowData event, int position) {
        return event.isNullAt(position) ? null : (GenericRowData) event.getRow(position, columns);
    }

    private static RowData with(RowKind kind, GenericRowData row, String field) throws IOException {
        if (row == null) {
            throw new IOException(
                    "A Debezium record has no '" + field + "', which 'changelog.mode' = 'retract' needs of an update or"
                            + " deletion: capture whole rows (in PostgreSQL REPLICA IDENTITY FULL), or SET it to 'append'.");
        }
        row.setRowKind(kind);
        return row;
    }

    @Override
    public boolean isEndOfStream(RowData nextElement) {
        return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return producedType;
    }
}
