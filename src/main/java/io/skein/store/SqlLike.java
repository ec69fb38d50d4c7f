package io.skein.store;

import java.sql.SQLException;
import java.util.function.BooleanSupplier;
import org.sqlite.Function;

/**
 * {@code LIKE} as SQLite has it (sqlite.org/lang_expr.html#like): ASCII letters whatever their case, {@code %} for any
 * characters, {@code _} for one, perhaps with an ESCAPE. SQLite's own compares text times pattern, and nothing ends it while
 * it does; this one counts its comparisons and asks.
 */
final class SqlLike extends Function {
    /** UTF-16 units. */
    static final int MOST_PATTERN = 100;
    /** Comparisons between two looks at what is used up. */
    static final int COMPARISONS_A_LOOK = 1 << 12;

    private static final int NONE = -1;

    private final BooleanSupplier goesOn;
    private int comparisons;

    /** @param goesOn asked after every {@link #COMPARISONS_A_LOOK}; false: the statement ends */
    SqlLike(BooleanSupplier goesOn) {
        this.goesOn = goesOn;
    }

    @Override
    protected void xFunc() throws SQLException {
        String pattern = value_text(0);
        String text = value_text(1);
        int escape = NONE;
        if (args() == 3) {
            String said = value_text(2);
            if (said == null) {
                result();
                return;
            }
            if (said.codePointCount(0, said.length()) != 1) {
                throw new SQLException("ESCAPE expression must be a single character");
            }
            escape = said.codePointAt(0);
        }
        if (pattern == null || text == null) {
            result();
        } else if (pattern.length() > MOST_PATTERN) {
            throw new SQLException("a pattern has at most " + MOST_PATTERN + " characters");
        } else {
            result(matches(pattern, text, escape) ? 1 : 0);
        }
    }

    /** Goes back to the last {@code %} only: what an earlier one might take, that one can take too. */
    boolean matches(String pattern, String text, int escape) throws SQLException {
        int p = 0;
        int t = 0;
        int behind = NONE;
        int from = 0;
        while (t < text.length()) {
            look();
            int c = text.codePointAt(t);
            int next = NONE;
            if (p < pattern.length()) {
                int wanted = pattern.codePointAt(p);
                int after = p + Character.charCount(wanted);
                if (wanted == escape) {
                    if (after < pattern.length()) {
                        int literal = pattern.codePointAt(after);
                        next = isSame(literal, c) ? after + Character.charCount(literal) : NONE;
                    }
                } else if (wanted == '%') {
                    p = after;
                    behind = p;
                    from = t;
                    continue;
                } else if (wanted == '_' || isSame(wanted, c)) {
                    next = after;
                }
            }
            if (next != NONE) {
                p = next;
                t += Character.charCount(c);
            } else if (behind != NONE) {
                from += Character.charCount(text.codePointAt(from));
                t = from;
                p = behind;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '%' && escape != '%') {
            p++;
        }
        return p == pattern.length();
    }

    private void look() throws SQLException {
        if (++comparisons == COMPARISONS_A_LOOK) {
            comparisons = 0;
            if (!goesOn.getAsBoolean()) {
                throw new SQLException("given up");
            }
        }
    }

    private static boolean isSame(int a, int b) {
        return a == b || a < 128 && b < 128 && Character.toLowerCase(a) == Character.toLowerCase(b);
    }
}
