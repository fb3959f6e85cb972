package rag.flink.faker;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.LogicalType;

/** Makes values of a column, in Flink's internal form. */
sealed interface Maker extends Serializable {

    Object make();

    /** A value that a text can be. */
    record OfText(LogicalType type, Expression expression) implements Maker {
        @Override
        public Object make() {
            return TextValues.of(type, expression.make(), expression.column());
        }
    }

    /** An array of so many values. */
    record OfArray(Maker element, int length) implements Maker {
        @Override
        public Object make() {
            return new GenericArrayData(IntStream.range(0, length).mapToObj(i -> element.make()).toArray());
        }
    }

    /** A map of so many entries, fewer if keys are alike. */
    record OfMap(Maker key, Maker value, int length) implements Maker {
        @Override
        public Object make() {
            Map<Object, Object> entries = new HashMap<>();
            IntStream.range(0, length).forEach(i -> entries.put(key.make(), value.make()));
            return new GenericMapData(entries);
        }
    }

    /** A row of these fields. */
    record OfRow(List<Maker> fields) implements Maker {
        @Override
        public Object make() {
            return GenericRowData.of(fields.stream().map(Maker::make).toArray());
        }
    }

    /** Null so often (0 never, 1 always), else another value. */
    record Nullable(Maker maker, double rate) implements Maker {
        @Override
        public Object make() {
            return ThreadLocalRandom.current().nextDouble() < rate ? null : maker.make();
        }
    }
}
