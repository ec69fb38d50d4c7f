package io.skein.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BinaryOperator;

/** Columns under their headings: words to the left, figures to the right. */
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
            "REASON");

    private Table() {}

    /** @param rows headings first; all of the same length */
    static void print(PrintWriter out, List<String[]> rows) {
        print(out, "", rows, (heading, cell) -> cell);
    }

    /** @param paint heading and padded cell to what is printed, of the same width to the eye */
    static void print(PrintWriter out, String indent, List<String[]> rows, BinaryOperator<String> paint) {
        String[] headings = rows.get(0);
        int[] widths = new int[headings.length];
        for (String[] row : rows) {
            Arrays.setAll(widths, i -> Math.max(widths[i], row[i].length()));
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder(indent);
            for (int i = 0; i < row.length; i++) {
                String pad = " ".repeat(widths[i] - row[i].length());
                String cell = row == headings ? row[i] : paint.apply(headings[i], row[i]);
                line.append(i == 0 ? "" : "  ").append(i == 0 || WORDS.contains(headings[i]) ? cell + pad : pad + cell);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
