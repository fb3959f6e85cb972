package rag.flink.statement;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DayTimeIntervalType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.YearMonthIntervalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import rag.flink.Json;

/** Flink's types as Confluent's API describes them in {@code traits.schema.columns[].type}. */
final class TypeJson {

    private TypeJson() {}

    static ObjectNode of(LogicalType type) {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("type", type.getTypeRoot().name()).put("nullable", type.isNullable());
        switch (type.getTypeRoot()) {
            case CHAR:
            case VARCHAR:
            case BINARY:
            case VARBINARY:
                json.put("length", LogicalTypeChecks.getLength(type));
                break;
            case DECIMAL:
                json.put("precision", ((DecimalType) type).getPrecision()).put("scale", ((DecimalType) type).getScale());
                break;
            case TIME_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
            case TIMESTAMP_WITH_TIME_ZONE:
                json.put("precision", LogicalTypeChecks.getPrecision(type));
                break;
            case INTERVAL_YEAR_MONTH:
                json.put("resolution", ((YearMonthIntervalType) type).getResolution().name());
                json.put("precision", ((YearMonthIntervalType) type).getYearPrecision());
                break;
            case INTERVAL_DAY_TIME:
                json.put("resolution", ((DayTimeIntervalType) type).getResolution().name());
                json.put("precision", ((DayTimeIntervalType) type).getDayPrecision());
                json.put("fractional_precision", ((DayTimeIntervalType) type).getFractionalPrecision());
                break;
            case ARRAY:
                json.set("element_type", of(((ArrayType) type).getElementType()));
                break;
            case MULTISET:
                json.set("element_type", of(((MultisetType) type).getElementType()));
                break;
            case MAP:
                json.set("key_type", of(((MapType) type).getKeyType()));
                json.set("value_type", of(((MapType) type).getValueType()));
                break;
            case ROW:
                ArrayNode fields = json.putArray("fields");
                for (RowType.RowField field : ((RowType) type).getFields()) {
                    fields.addObject().put("name", field.getName()).set("field_type", of(field.getType()));
                }
                break;
            default:
                break;
        }
        return json;
    }
}
