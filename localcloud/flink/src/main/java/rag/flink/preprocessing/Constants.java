package rag.flink.preprocessing;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.util.NlsString;

/** The values of arguments that are written out, so that a wrong one is refused before the statement runs. */
final class Constants {

    private Constants() {}

    /** The value as a function gets it; {@link Arguments#UNKNOWN} if it is not written out, or not of the right type. */
    static Object of(SqlNode node, Kind kind) {
        if (SqlUtil.isNullLiteral(node, true)) {
            return null;
        }
        Object value =
                switch (kind) {
                    case NUMBER -> number(node, Double.class, BigDecimal::doubleValue);
                    case INTEGER -> number(node, Integer.class, Constants::integer);
                    case TEXT -> literal(node) instanceof String text ? text : null;
                    case FLAG -> literal(node) instanceof Boolean flag ? flag : null;
                    case NUMBERS -> array(node, Double.class, Kind.NUMBER);
                    case TEXTS -> array(node, String.class, Kind.TEXT);
                    case CATEGORIES -> categories(node);
                    case CATEGORY -> null;
                };
        return value == null ? Arguments.UNKNOWN : value;
    }

    /** A literal's value in Java; {@code null} for anything else. */
    private static Object literal(SqlNode node) {
        if (node.getKind() == SqlKind.MINUS_PREFIX) {
            return literal(((SqlCall) node).operand(0)) instanceof BigDecimal number ? number.negate() : null;
        }
        Object value = node instanceof SqlLiteral literal ? literal.getValue() : null;
        if (value instanceof NlsString text) {
            return text.getValue();
        }
        return value instanceof BigDecimal || value instanceof Boolean ? value : null;
    }

    private static <T> T number(SqlNode node, Class<T> type, Function<BigDecimal, T> convert) {
        return literal(node) instanceof BigDecimal number ? type.cast(convert.apply(number)) : null;
    }

    private static Integer integer(BigDecimal number) {
        try {
            return number.scale() > 0 ? null : number.intValueExact();
        } catch (ArithmeticException e) {
            return null;
        }
    }

    private static List<SqlNode> elements(SqlNode node) {
        return node.getKind() == SqlKind.ARRAY_VALUE_CONSTRUCTOR ? ((SqlCall) node).getOperandList() : List.of();
    }

    private static Object array(SqlNode node, Class<?> type, Kind element) {
        List<Object> values = new ArrayList<>();
        elements(node).forEach(each -> values.add(of(each, element)));
        if (values.isEmpty() || values.contains(Arguments.UNKNOWN)) {
            return null;
        }
        Object array = Array.newInstance(type, values.size());
        for (int i = 0; i < values.size(); i++) {
            Array.set(array, i, values.get(i));
        }
        return array;
    }

    /** Values that are all of one type, or NULL. */
    private static Object categories(SqlNode node) {
        List<SqlNode> elements = elements(node);
        return Stream.of(String.class, BigDecimal.class, Boolean.class)
                        .anyMatch(type -> !elements.isEmpty() && elements.stream().allMatch(each -> is(each, type)))
                ? elements.stream().map(Constants::literal).toArray()
                : null;
    }

    private static boolean is(SqlNode node, Class<?> type) {
        return type.isInstance(literal(node)) || SqlUtil.isNullLiteral(node, true);
    }
}
