package rag.stores;

import de.bwaldvogel.mongo.bson.Document;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;

/** An unchangeable list of doubles in less than half of the memory that a list of objects takes. */
final class Numbers extends AbstractList<Double> implements RandomAccess {

    private static final int WORTH_IT = 16;

    private final double[] values;

    private Numbers(double[] values) {
        this.values = values;
    }

    /** Puts such lists in the place of a document's own vectors; they encode and compare as before. */
    static void compact(Document document) {
        for (Map.Entry<String, Object> field : document.entrySet()) {
            if (field.getValue() instanceof List<?> list && isWorthIt(list)) {
                double[] values = new double[list.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (Double) list.get(i);
                }
                field.setValue(new Numbers(values));
            }
        }
    }

    private static boolean isWorthIt(List<?> list) {
        return list.size() >= WORTH_IT
                && !(list instanceof Numbers)
                && list.stream().allMatch(Double.class::isInstance);
    }

    @Override
    public Double get(int index) {
        return values[index];
    }

    @Override
    public int size() {
        return values.length;
    }
}
