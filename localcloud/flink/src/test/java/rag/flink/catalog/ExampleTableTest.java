package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExampleTableTest {

    @ParameterizedTest
    @EnumSource
    void aRowHasAValueOfItsTypeForEachColumn(ExampleTable table) {
        List<DataType> types = List.copyOf(table.columns.values());
        for (int i = 0; i < 100; i++) {
            Object[] row = table.row();
            assertEquals(types.size(), row.length);
            for (int column = 0; column < row.length; column++) {
                Class<?> wanted =
                        switch (types.get(column).getLogicalType().getTypeRoot()) {
                            case VARCHAR -> StringData.class;
                            case INTEGER -> Integer.class;
                            default -> Double.class;
                        };
                assertInstanceOf(wanted, row[column]);
            }
        }
    }

    @Test
    void ordersJoinCustomersAndProducts() {
        Set<Object> customers = new HashSet<>();
        Set<Object> products = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            customers.add(ExampleTable.CUSTOMERS.row()[0]);
            products.add(ExampleTable.PRODUCTS.row()[0]);
        }
        for (int i = 0; i < 1000; i++) {
            Object[] order = ExampleTable.ORDERS.row();
            assertTrue(customers.contains(order[1]), () -> "no customer " + order[1]);
            assertTrue(products.contains(order[2]), () -> "no product " + order[2]);
        }
    }

    @Test
    void namesAreInSmallLetters() {
        assertEquals(List.of("clicks", "customers", "orders", "products"), ExampleTable.names());
        assertTrue(ExampleTable.named("CLICKS").isEmpty());
        assertEquals("customer_id", ExampleTable.CUSTOMERS.key().orElseThrow());
        assertTrue(ExampleTable.ORDERS.key().isEmpty());
    }
}
