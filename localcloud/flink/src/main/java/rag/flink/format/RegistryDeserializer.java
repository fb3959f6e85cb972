package rag.flink.format;

import java.io.IOException;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

/** Reads the value or the key of a record that begins with a schema id. */
abstract class RegistryDeserializer implements DeserializationSchema<RowData> {

    private static final long serialVersionUID = 1L;

    private final TypeInformation<RowData> producedType;
    private final int columns;
    private final MissingKey missing;

    /** What a record without a key is, to the reader of keys. */
    enum MissingKey {
        /** Values are read, not keys: a record without a value has no row. */
        NONE,
        /** The columns of the key are null. */
        NULL,
        /** The columns of the key cannot be null. */
        REFUSED
    }

    RegistryDeserializer(TypeInformation<RowData> producedType, int columns, MissingKey missing) {
        this.producedType = producedType;
        this.columns = columns;
        this.missing = missing;
    }

    abstract RowData read(byte[] message) throws IOException;

    @Override
    public final RowData deserialize(byte[] message) throws IOException {
        if (message != null) {
            return read(message);
        }
        if (missing == MissingKey.REFUSED) {
            throw new IOException("A record has no key, and the schema of the topic's keys does not allow null.");
        }
        return missing == MissingKey.NULL ? new GenericRowData(columns) : null;
    }

    @Override
    public final boolean isEndOfStream(RowData nextElement) {
        return false;
    }

    @Override
    public final TypeInformation<RowData> getProducedType() {
        return producedType;
    }
}
