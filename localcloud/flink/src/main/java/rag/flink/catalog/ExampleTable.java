package rag.flink.catalog;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;

/**
 * The tables of {@code examples.marketplace}: columns, keys and ranges are Confluent's, the words are our own.
 *
 * <p>Orders are of customers 3000 to 3249 and of products 1000 to 1499, which the other two tables have; clicks are of
 * users 3000 to 4999.
 */
enum ExampleTable {
    CLICKS(false, "click_id STRING", "user_id INT", "url STRING", "user_agent STRING", "view_time INT") {
        @Override
        Object[] row() {
            return new Object[] {
                text(UUID.randomUUID().toString()),
                number(3000, 5000),
                text("https://www.acme.com/product/" + letters(5)),
                text(oneOf(BROWSERS)),
                number(10, 120)
            };
        }
    },
    CUSTOMERS(
            true,
            "customer_id INT",
            "name STRING",
            "address STRING",
            "postcode STRING",
            "city STRING",
            "email STRING") {
        @Override
        Object[] row() {
            String first = oneOf(FIRST_NAMES);
            String last = oneOf(LAST_NAMES);
            return new Object[] {
                number(3000, 3250),
                text(first + " " + last),
                text(number(1, 200) + " " + oneOf(STREETS)),
                text(String.format(Locale.ROOT, "%05d", number(10000, 100000))),
                text(oneOf(CITIES)),
                text((first + "." + last).toLowerCase(Locale.ROOT) + "@example.com")
            };
        }
    },
    ORDERS(false, "order_id STRING", "customer_id INT", "product_id STRING", "price DOUBLE") {
        @Override
        Object[] row() {
            return new Object[] {
                text(UUID.randomUUID().toString()),
                number(3000, 3250),
                text(Integer.toString(number(1000, 1500))),
                number(1000, 10000) / 100.0
            };
        }
    },
    PRODUCTS(true, "product_id STRING", "name STRING", "brand STRING", "vendor STRING", "department STRING") {
        @Override
        Object[] row() {
            return new Object[] {
                text(Integer.toString(number(1000, 1500))),
                text(oneOf(MATERIALS) + " " + oneOf(THINGS)),
                text(oneOf(BRANDS)),
                text(oneOf(VENDORS)),
                text(oneOf(DEPARTMENTS))
            };
        }
    };

    private static final List<String> BROWSERS =
            List.of(
                    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15",
                    "Opera/9.80 (X11; Linux i686) Presto/2.12 Version/12.16");
    private static final List<String> FIRST_NAMES = List.of("Ines", "Karl", "Nina", "Otto", "Pia", "Ravi", "Sara", "Tom");
    private static final List<String> LAST_NAMES = List.of("Berg", "Chen", "Holm", "Lang", "Mota", "Okoro", "Ruiz", "Shah");
    private static final List<String> STREETS = List.of("Canal Street", "Hill Road", "Mill Lane", "Station Avenue");
    private static final List<String> CITIES = List.of("Bruges", "Gdansk", "Lisbon", "Oslo", "Turin", "Vienna");
    private static final List<String> MATERIALS = List.of("Bronze", "Cotton", "Linen", "Oak", "Paper", "Steel", "Wool");
    private static final List<String> THINGS = List.of("Bag", "Clock", "Coat", "Hat", "Lamp", "Shoes", "Table", "Watch");
    private static final List<String> BRANDS = List.of("Aurelo", "Brisk", "Cavano", "Dunmore", "Elkwood");
    private static final List<String> VENDORS = List.of("Harbour Traders", "Northern Goods", "Parcel & Sons", "Quay Market");
    private static final List<String> DEPARTMENTS = List.of("Books", "Garden", "Home", "Shoes", "Sports", "Toys");
    private static final Map<String, DataType> TYPES =
            Map.of("STRING", DataTypes.STRING(), "INT", DataTypes.INT(), "DOUBLE", DataTypes.DOUBLE());

    /** Names and types, none of them nullable. */
    final Map<String, DataType> columns = new LinkedHashMap<>();

    private final boolean isKeyed;
    private final List<String> declared;

    ExampleTable(boolean isKeyed, String... declared) {
        this.isKeyed = isKeyed;
        this.declared = List.of(declared);
    }

    static {
        for (ExampleTable table : values()) {
            for (String column : table.declared) {
                String[] parts = column.split(" ");
                table.columns.put(parts[0], TYPES.get(parts[1]).notNull());
            }
        }
    }

    /** A new row, with a value for each column. */
    abstract Object[] row();

    /** The first column, if newer rows replace older ones. */
    Optional<String> key() {
        return isKeyed ? columns.keySet().stream().findFirst() : Optional.empty();
    }

    static List<String> names() {
        return Arrays.stream(values()).map(table -> table.name().toLowerCase(Locale.ROOT)).toList();
    }

    /** Names of tables are in small letters. */
    static Optional<ExampleTable> named(String name) {
        return names().contains(name) ? Optional.of(valueOf(name.toUpperCase(Locale.ROOT))) : Optional.empty();
    }

    private static int number(int least, int bound) {
        return ThreadLocalRandom.current().nextInt(least, bound);
    }

    private static String oneOf(List<String> words) {
        return words.get(number(0, words.size()));
    }

    private static String letters(int count) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            letters.append((char) number('a', 'z' + 1));
        }
        return letters.toString();
    }

    private static StringData text(String text) {
        return StringData.fromString(text);
    }
}
