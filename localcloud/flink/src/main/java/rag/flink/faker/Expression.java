package rag.flink.faker;

import java.io.Serializable;
import java.util.Locale;
import net.datafaker.Faker;
import rag.flink.UserException;

/**
 * A text in which {@code #{provider.method 'argument'}} stands for something that Datafaker makes up, such as
 * {@code #{Name.fullName}}.
 */
record Expression(String column, String text) implements Serializable {

    private static final Faker FAKER = new Faker();
    private static final int SHOWN = 60;

    /** Methods by which Datafaker would read files and addresses: a statement reaches neither. */
    private static final String[] READERS = {"addurl", "addpath"};

    Expression {
        String plain = text.replace("_", "").toLowerCase(Locale.ROOT);
        for (String reader : READERS) {
            if (plain.contains(reader)) {
                throw new UserException("The expression of the column '" + column + "' reads a file: leave it out.");
            }
        }
    }

    String make() {
        try {
            return FAKER.expression(text);
        } catch (RuntimeException e) { // its message has Java's words
            throw new UserException(
                    "The expression '" + shortened(text) + "' of the column '" + column
                            + "' is none of Datafaker: write one like #{Name.fullName}, or #{Number.numberBetween ''1'',''9''}"
                            + " within quotes.",
                    e);
        }
    }

    static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }
}
