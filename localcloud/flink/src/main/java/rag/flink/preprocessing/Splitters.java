package rag.flink.preprocessing;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import rag.flink.preprocessing.splitting.Chunks;
import rag.flink.preprocessing.splitting.FileFormats;
import rag.flink.preprocessing.splitting.Separator;
import rag.flink.preprocessing.splitting.Separator.Keeping;
import rag.flink.preprocessing.splitting.TextSplitter;

/** The functions that split a text into chunks. A text that is NULL stays so. */
final class Splitters {

    private static final String[] DEFAULT_SEPARATORS = {"\n\n", "\n", " ", ""};

    private static final List<Parameter> TEXT_AND_SIZES =
            List.of(
                    Parameter.of("text", Kind.TEXT),
                    Parameter.of("chunkSize", Kind.INTEGER).checked(Splitters::negative),
                    Parameter.of("chunkOverlap", Kind.INTEGER).checked(Splitters::negative));

    private static final List<Parameter> OPTIONS =
            List.of(
                    Parameter.of("trimWhitespace", Kind.FLAG).otherwise(true),
                    Parameter.of("keepSeparator", Kind.FLAG).otherwise(false),
                    Parameter.of("separatorPosition", Kind.TEXT).otherwise("START").checked(Splitters::positionFault));

    static final List<Definition> ALL =
            List.of(
                    splitter(
                            "ML_CHARACTER_TEXT_SPLITTER",
                            List.of(Parameter.of("separator", Kind.TEXT), Parameter.of("isSeparatorRegex", Kind.FLAG)),
                            given ->
                                    splitter(given, 5, List.of(separator(given, given.text(3), given.flag(4))))::once),
                    splitter(
                            "ML_RECURSIVE_TEXT_SPLITTER",
                            List.of(
                                    Parameter.of("separators", Kind.TEXTS)
                                            .otherwise(DEFAULT_SEPARATORS)
                                            .checked(Splitters::missing),
                                    Parameter.of("isSeparatorRegex", Kind.FLAG).otherwise(false)),
                            given -> splitter(given, 5, separators(given))::recursive),
                    splitter(
                            "ML_FILE_FORMAT_TEXT_SPLITTER",
                            List.of(Parameter.of("formatName", Kind.TEXT).checked(Splitters::formatFault)),
                            given -> splitter(given, 4, separatorsOfFormat(given))::recursive));

    private Splitters() {}

    private static Definition splitter(
            String name, List<Parameter> own, Function<Arguments, Function<String, List<String>>> split) {
        return new Definition(
                name,
                Stream.of(TEXT_AND_SIZES, own, OPTIONS).flatMap(List::stream).toList(),
                DataTypes.ARRAY(DataTypes.STRING()),
                given -> {
                    Function<String, List<String>> operation = split.apply(given);
                    return text -> text == null ? null : operation.apply((String) text).toArray(String[]::new);
                });
    }

    /** @param options where those of all splitters begin */
    private static TextSplitter splitter(Arguments given, int options, List<Separator> separators) {
        int size = given.integer(1);
        int overlap = given.integer(2);
        if (overlap > size) {
            throw given.fault(2, "is " + overlap + " and chunkSize is " + size + ": it must not be larger than that");
        }
        return new TextSplitter(separators, new Chunks(size, overlap, given.flag(options)));
    }

    private static List<Separator> separators(Arguments given) {
        Object[] texts = given.array(3).length == 0 ? DEFAULT_SEPARATORS : given.array(3);
        return Stream.of(texts).map(text -> separator(given, (String) text, given.flag(4))).toList();
    }

    private static List<Separator> separatorsOfFormat(Arguments given) {
        Keeping keeping = keeping(given, 4);
        return FileFormats.separators(given.text(3)).stream().map(each -> Separator.regex(each, keeping)).toList();
    }

    private static Separator separator(Arguments given, String text, boolean isRegex) {
        Keeping keeping = keeping(given, 5);
        try {
            return isRegex ? Separator.regex(text, keeping) : Separator.literal(text, keeping);
        } catch (PatternSyntaxException e) {
            throw given.fault(
                    3,
                    "has " + Categories.shown(text) + ", which is no regular expression (" + e.getDescription()
                            + "): write one, or FALSE for isSeparatorRegex");
        }
    }

    private static Keeping keeping(Arguments given, int options) {
        return given.flag(options + 1) ? Keeping.valueOf(given.text(options + 2)) : Keeping.NONE;
    }

    private static String negative(Object value) {
        return (Integer) value < 0 ? "is " + value + ": it must be 0 or more" : null;
    }

    private static String missing(Object separators) {
        return Stream.of((Object[]) separators).anyMatch(Objects::isNull) ? "has a NULL: write texts only" : null;
    }

    private static String positionFault(Object position) {
        return position.equals("START") || position.equals("END")
                ? null
                : "is " + Categories.shown(position) + ": write 'START' or 'END'";
    }

    private static String formatFault(Object format) {
        return FileFormats.names().contains(format)
                ? null
                : "is " + Categories.shown(format) + ": write one of '" + String.join("', '", FileFormats.names()) + "'";
    }
}
