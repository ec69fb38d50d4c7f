package io.skein.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A word of a statement, cut as SQLite's tokenizer cuts it (sqlite.org/lang_keywords.html, lang_comment.html), without
 * comments and white space.
 *
 * @param text of a name or a text without its quotes, else as it stands there
 * @param start of it in the statement
 * @param end after it
 */
record SqlToken(Kind kind, String text, int start, int end) {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    enum Kind {
        /** A keyword or a name, bare. */
        WORD,
        /** In double quotes, back ticks or brackets. */
        NAME,
        /** In single quotes; where a name is expected SQLite takes it for one. */
        TEXT,
        NUMBER,
        /** One character; operators of two are two of these. */
        SIGN,
        /** A parameter: nobody gives it a value. */
        PARAMETER
    }

    /** The keyword or bare name, whatever its case. */
    boolean is(String word) {
        return kind == Kind.WORD && text.equalsIgnoreCase(word);
    }

    boolean isSign(char sign) {
        return kind == Kind.SIGN && text.charAt(0) == sign;
    }

    /** It may be the name of something: so everything but signs and numbers. */
    boolean names(String name) {
        return (kind == Kind.WORD || kind == Kind.NAME || kind == Kind.TEXT) && text.equalsIgnoreCase(name);
    }

    /** As {@link #names}, but in single quotes it is a text. */
    boolean isName(String name) {
        return (kind == Kind.WORD || kind == Kind.NAME) && text.equalsIgnoreCase(name);
    }

    String lower() {
        return text.toLowerCase(Locale.ROOT);
    }

    /** @throws SqlRefused when it ends within a quote, or holds what no statement may */
    static List<SqlToken> of(String sql) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(sql)) {
            throw SqlRefused.said("a statement is no text: half of a character stands alone in it");
        }
        List<SqlToken> tokens = new ArrayList<>();
        int at = 0;
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (c == 0) {
                throw SqlRefused.said("a statement holds no NUL");
            }
            int end;
            if (c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r') {
                at++;
                continue;
            } else if (c == '-' && at + 1 < sql.length() && sql.charAt(at + 1) == '-') {
                end = sql.indexOf('\n', at);
                at = end < 0 ? sql.length() : end;
                continue;
            } else if (c == '/' && at + 1 < sql.length() && sql.charAt(at + 1) == '*') {
                end = sql.indexOf("*/", at + 2);
                at = end < 0 ? sql.length() : end + 2;
                continue;
            } else if (c == '\'' || c == '"' || c == '`') {
                end = quoted(sql, at, c);
                String inner = sql.substring(at + 1, end - 1).replace("" + c + c, "" + c);
                tokens.add(new SqlToken(c == '\'' ? Kind.TEXT : Kind.NAME, inner, at, end));
            } else if (c == '[') {
                end = sql.indexOf(']', at) + 1;
                if (end == 0) {
                    throw SqlRefused.said("a name begins with [ and does not end");
                }
                tokens.add(new SqlToken(Kind.NAME, sql.substring(at + 1, end - 1), at, end));
            } else if (c >= '0' && c <= '9') {
                end = at + 1;
                while (end < sql.length() && (isWord(sql.charAt(end)) || sql.charAt(end) == '.')) {
                    end++;
                }
                tokens.add(new SqlToken(Kind.NUMBER, bare(sql, at, end), at, end));
            } else if (isWord(c) && c != '$') {
                end = word(sql, at);
                tokens.add(new SqlToken(Kind.WORD, bare(sql, at, end), at, end));
            } else {
                boolean isParameter = c == '?' || c == ':' || c == '@' || c == '$' || c == '#';
                end = at + 1;
                tokens.add(new SqlToken(isParameter ? Kind.PARAMETER : Kind.SIGN, sql.substring(at, end), at, end));
            }
            at = end;
        }
        return tokens;
    }

    private static int quoted(String sql, int start, char quote) {
        int at = start + 1;
        while (at < sql.length()) {
            if (sql.charAt(at) == quote) {
                if (at + 1 < sql.length() && sql.charAt(at + 1) == quote) {
                    at++;
                } else {
                    return at + 1;
                }
            }
            at++;
        }
        throw SqlRefused.said("a quote " + quote + " does not end");
    }

    /** A byte order mark is white space to SQLite where a word may begin, and a letter within one. */
    private static String bare(String sql, int start, int end) {
        String text = sql.substring(start, end);
        if (text.indexOf(BYTE_ORDER_MARK) >= 0) {
            throw SqlRefused.said("a statement holds no byte order mark (U+FEFF) outside of quotes");
        }
        return text;
    }

    private static int word(String sql, int start) {
        int at = start;
        while (at < sql.length() && isWord(sql.charAt(at))) {
            at++;
        }
        return at;
    }

    /** As SQLite: everything beyond ASCII belongs to words. */
    private static boolean isWord(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '_'
                || c == '$'
                || c >= 0x80;
    }
}
