package rag.flink.preprocessing.splitting;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where files of a format are divided: regular expressions, from the coarsest to the finest.
 *
 * <p>The words of a programming language count at the beginning of a line. JSON and SQL are divided where a value or a
 * statement ends, XML where an element begins.
 */
public final class FileFormats {

    private static final List<String> LINES = List.of("\n\n", "\n", " ", "");

    private static final Map<String, List<String>> FORMATS = new LinkedHashMap<>();

    static {
        words("C", "class void int float double if for while switch case");
        words("CPP", "class void int float double if for while switch case");
        words(
                "CSHARP",
                "interface enum delegate event class abstract public protected private static return if continue for"
                        + " foreach while switch break case else try throw finally catch");
        words("ELIXIR", "def defp defmodule defprotocol defmacro defmacrop if unless case cond with for do");
        words("GO", "func var const type if for switch case");
        add(
                "HTML",
                each(
                        "<",
                        "body div p br li h1 h2 h3 h4 h5 h6 span table tr td th ul ol header footer nav head style"
                                + " script meta title",
                        ""),
                List.of(""));
        words("JAVA", "class public protected private static if for while switch case");
        words("JAVASCRIPT", "function const let var class if for while switch case default");
        add("JSON", List.of("(?<=[}\\]],)", "(?<=,)"), LINES);
        words("KOTLIN", "class public protected private internal companion fun val var if for while when else");
        add(
                "LATEX",
                each("\n\\\\", "chapter section subsection subsubsection", "\\{"),
                each(
                        "\n\\\\begin\\{",
                        "enumerate itemize description list quote quotation verse verbatim align",
                        "\\}"),
                List.of("\\$\\$", "\\$", " ", ""));
        add("MARKDOWN", List.of("\n#{1,6} ", "```\n", "\n\\*{3,}\n", "\n-{3,}\n", "\n_{3,}\n"), LINES);
        words("PHP", "function class if foreach while do switch case");
        words("PYTHON", "class def \tdef");
        words("RUBY", "def class if unless while for do begin rescue");
        words("RUST", "fn const let if while for loop match");
        words("SCALA", "class object def val var if for while match case");
        add(
                "SQL",
                List.of("(?<=;)"),
                each("(?i)\n", "create alter drop insert update delete with select from where", " "),
                LINES);
        words("SWIFT", "func class struct enum if for while do switch case");
        words(
                "TYPESCRIPT",
                "enum interface namespace type class function const let var if for while switch case default");
        add("XML", List.of("(?<=>)\\s*(?=<[^/])", "(?=<[^/])"), LINES);
    }

    private FileFormats() {}

    /** Their names, sorted. */
    public static List<String> names() {
        return List.copyOf(FORMATS.keySet());
    }

    /** The separators of a format, of which the last one divides into characters. */
    public static List<String> separators(String format) {
        return FORMATS.get(format);
    }

    private static void words(String format, String words) {
        add(format, each("\n", words, " "), LINES);
    }

    private static List<String> each(String before, String words, String behind) {
        return Stream.of(words.split(" ")).map(word -> before + word + behind).toList();
    }

    @SafeVarargs
    private static void add(String format, List<String>... separators) {
        FORMATS.put(format, Stream.of(separators).flatMap(List::stream).toList());
    }
}
