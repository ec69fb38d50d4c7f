package io.skein.cli;

import java.io.PrintWriter;
import java.util.List;

/** Columns under their headings: the first to the left, figures to the right. */
final class Table {
    private Table() {}

    /** @param rows headings first; all of the same length */
    static void print(PrintWriter out, List<String[]> rows) {
        int[] widths = new int[rows.get(0).length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String pad = " ".repeat(widths[i] - row[i].length());
                line.append(i == 0 ? row[i] + pad : "  " + pad + row[i]);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
