package rag.flink.preprocessing.splitting;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import rag.flink.UserException;

/** Where a text is divided. One without any text divides it into its characters. */
public final class Separator {

    /** What becomes of a separator: it is left out, or stays with the piece behind it or before it. */
    public enum Keeping {
        NONE,
        START,
        END
    }

    private final Pattern pattern;
    private final String literal;
    private final Keeping keeping;

    private Separator(Pattern pattern, String literal, Keeping keeping) {
        this.pattern = pattern;
        this.literal = literal;
        this.keeping = keeping;
    }

    /** A separator that is written out. */
    public static Separator literal(String text, Keeping keeping) {
        return new Separator(text.isEmpty() ? null : Pattern.compile(Pattern.quote(text)), text, keeping);
    }

    /** @throws PatternSyntaxException if it is none */
    public static Separator regex(String regex, Keeping keeping) {
        return new Separator(regex.isEmpty() ? null : Pattern.compile(regex), null, keeping);
    }

    /** Whether nothing divides more finely. */
    boolean isLast() {
        return pattern == null;
    }

    boolean isIn(String text) {
        return pattern == null || matches(text, () -> pattern.matcher(text).find());
    }

    /** The pieces of a text, none of them empty. */
    List<Piece> divide(String text) {
        if (pattern == null) {
            return text.codePoints().mapToObj(point -> Piece.of(Character.toString(point), "")).toList();
        }
        return matches(text, () -> keeping == Keeping.NONE ? between(text) : around(text));
    }

    private List<Piece> between(String text) {
        List<Piece> pieces = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        int start = 0;
        int last = 0; // end of the last piece
        boolean found = true;
        while (found) {
            found = next(matcher, text);
            int end = found ? matcher.start() : text.length();
            if (end > start) {
                String joint = literal != null ? literal : text.substring(last, start);
                pieces.add(Piece.of(text.substring(start, end), joint));
                last = end;
            }
            start = found ? matcher.end() : end;
        }
        return pieces;
    }

    private List<Piece> around(String text) {
        List<Piece> pieces = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        int start = 0;
        boolean found = true;
        while (found) {
            found = next(matcher, text);
            int end = !found ? text.length() : keeping == Keeping.START ? matcher.start() : matcher.end();
            if (end > start) {
                pieces.add(Piece.of(text.substring(start, end), ""));
                start = end;
            }
        }
        return pieces;
    }

    /** Finds the next match; an empty one within a character of two {@code char}s is none. */
    private static boolean next(Matcher matcher, String text) {
        boolean found = matcher.find();
        while (found && matcher.start() == matcher.end() && isWithinCharacter(text, matcher.start())) {
            found = matcher.find();
        }
        return found;
    }

    private static boolean isWithinCharacter(String text, int at) {
        return at > 0
                && at < text.length()
                && Character.isLowSurrogate(text.charAt(at))
                && Character.isHighSurrogate(text.charAt(at - 1));
    }

    private <T> T matches(String text, Supplier<T> search) {
        try {
            return search.get();
        } catch (StackOverflowError e) { // Java's expressions go down into a text character by character
            throw new UserException(
                    "The regular expression '" + pattern + "' repeats a group too often in a text of " + text.length()
                            + " characters: write it without a repeated group, such as [ab]* for (a|b)*.");
        }
    }
}
