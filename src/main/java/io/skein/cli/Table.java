package io.skein.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/**
 * Columns under their headings: words to the left, figures to the right. On a terminal that is too narrow the widest
 * columns of words are cut, and say so by a dot-dot-dot; figures never are.
 */
final class Table {
    /** Columns of words, beside the first; all others hold figures. */
    private static final Set<String> WORDS = Set.of(
            "ROLE",
            "HEALTH",
            "ADDRESS",
            "HTTP",
            "CREATED",
            "ACTION",
            "SCOPES",
            "REACHABLE",
            "LOG",
            "FILTER",
            "ACCOUNT",
            "STATUS",
            "CONSUMER",
            "UNTIL",
            "END",
            "REASON",
            "VALUE",
            "SOURCE",
            "VARIABLE",
            "DOOR",
            "PEER",
            "WHO",
            "FOLLOWS",
            "TOPIC",
            "DUE",
            "KEY",
            "BODY",
            "DOES",
            "COLUMNS",
            "MEANING",
            "CURSOR",
            "STATE",
            "URL");

    private static final int GAP = 2;
    private static final int LEAST = 8;
    private static final String CUT = "…";

    private Table() {}

    /** @param rows headings first; all of the same length */
    static void print(PrintWriter out, List<String[]> rows) {
        print(out, "", rows, (heading, cell) -> cell);
    }

    /** @param paint heading and padded cell to what is printed, of the same width to the eye */
    static void print(PrintWriter out, String indent, List<String[]> rows, BinaryOperator<String> paint) {
        lines(indent, rows, paint, Terminal.columns()).forEach(out::println);
    }

    /** Columns whose cells are all numbers hold figures, all others words. */
    static void printAsTyped(PrintWriter out, List<String[]> rows) {
        boolean[] words = new boolean[rows.get(0).length];
        for (String[] row : rows.subList(1, rows.size())) {
            for (int i = 0; i < words.length; i++) {
                words[i] = words[i] || !row[i].matches("-?[0-9][0-9.,eE+-]*|NULL");
            }
        }
        lines("", rows, words, (heading, cell) -> cell, Terminal.columns()).forEach(out::println);
    }

    /** @param columns no line is longer, unless its figures are */
    static List<String> lines(String indent, List<String[]> rows, BinaryOperator<String> paint, int columns) {
        String[] headings = rows.get(0);
        boolean[] words = new boolean[headings.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = i == 0 || WORDS.contains(headings[i]);
        }
        return lines(indent, rows, words, paint, columns);
    }

    private static List<String> lines(
            String indent, List<String[]> rows, boolean[] words, BinaryOperator<String> paint, int columns) {
        String[] headings = rows.get(0);
        int[] widths = new int[headings.length];
        for (String[] row : rows) {
            Arrays.setAll(widths, i -> Math.max(widths[i], width(row[i])));
        }
        fit(widths, words, headings, columns - indent.length());
        return rows.stream()
                .map(row -> line(indent, row, row == headings, headings, words, widths, paint))
                .toList();
    }

    private static String line(
            String indent,
            String[] row,
            boolean isHeading,
            String[] headings,
            boolean[] words,
            int[] widths,
            BinaryOperator<String> paint) {
        StringBuilder line = new StringBuilder(indent);
        for (int i = 0; i < row.length; i++) {
            String text = cut(row[i], widths[i]);
            String pad = " ".repeat(widths[i] - width(text));
            String cell = isHeading ? text : paint.apply(headings[i], text);
            line.append(i == 0 ? "" : " ".repeat(GAP)).append(words[i] ? cell + pad : pad + cell);
        }
        return line.toString().stripTrailing();
    }

    /** The widest column of words gives way first. */
    private static void fit(int[] widths, boolean[] words, String[] headings, int columns) {
        int over = Arrays.stream(widths).sum() + GAP * (widths.length - 1) - columns;
        while (over > 0) {
            int widest = IntStream.range(0, widths.length)
                    .filter(i -> words[i] && widths[i] > Math.max(LEAST, headings[i].length()))
                    .reduce(-1, (a, b) -> a < 0 || widths[b] > widths[a] ? b : a);
            if (widest < 0) { // only figures are left
                return;
            }
            widths[widest]--;
            over--;
        }
    }

    static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Its beginning, when it is longer. */
    static String cut(String text, int width) {
        return width(text) <= width
                ? text
                : text.substring(0, text.offsetByCodePoints(0, Math.max(0, width - 1))) + (width > 0 ? CUT : "");
    }
}
