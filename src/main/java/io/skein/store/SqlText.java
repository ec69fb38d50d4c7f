package io.skein.store;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What can be said of a statement before SQLite sees it: that it is one, that it only reads, that it names no schema, and
 * that it is no bomb. A common table expression is copied wherever it is named, so a few that name each other twice become
 * thousands; how often they may be named bounds what preparing a statement takes. What it may read is decided by {@link
 * SqlGuard}, who looks at what SQLite made of it.
 */
final class SqlText {
    /** UTF-16 units of a statement. */
    static final int MOST_CHARACTERS = 16 << 10;

    /** {@code SELECT} and {@code VALUES}. */
    private static final int MOST_SELECTS = 12;
    /** Common table expressions. */
    private static final int MOST_TABLES = 5;
    /** Of their names, behind where they were made. */
    private static final int MOST_MENTIONS = 16;
    /** Of names of views where a table may stand; some are names of columns too. */
    private static final int MOST_VIEWS = 32;

    private static final Set<String> BEGINNINGS = Set.of("select", "with", "values");
    private static final Set<String> SCHEMAS = Set.of("main", "temp");
    /** What each letter of a format costs is no matter of length; so a format stands in the statement, which is short. */
    private static final Set<String> FORMATTING = Set.of("printf", "format", "strftime");

    private final String sql;
    private final List<SqlToken> tokens;

    private SqlText(String sql, List<SqlToken> tokens) {
        this.sql = sql;
        this.tokens = tokens;
    }

    /**
     * @param views that may be named
     * @throws SqlRefused with a sentence
     */
    static SqlText of(String sql, Set<String> views) {
        if (sql.length() > MOST_CHARACTERS) {
            throw SqlRefused.said("a statement has at most " + MOST_CHARACTERS + " characters");
        }
        List<SqlToken> tokens = SqlToken.of(sql);
        int last = tokens.size();
        while (last > 0 && tokens.get(last - 1).isSign(';')) {
            last--;
        }
        tokens = tokens.subList(0, last);
        if (tokens.isEmpty() || !BEGINNINGS.contains(tokens.get(0).lower())) {
            throw SqlRefused.said("a statement begins with SELECT, WITH or VALUES: nothing is changed here");
        }
        SqlText text = new SqlText(sql.substring(0, tokens.get(last - 1).end()), tokens);
        text.check(views);
        return text;
    }

    private void check(Set<String> views) {
        Set<String> names = new HashSet<>();
        int tables = 0;
        int selects = 0;
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.isSign(';')) {
                throw SqlRefused.said("one statement at a time");
            }
            if (token.kind() == SqlToken.Kind.PARAMETER) {
                throw SqlRefused.said("there are no parameters here: " + token.text());
            }
            if (SCHEMAS.stream().anyMatch(token::names) && isNext(i, '.')) {
                throw SqlRefused.said("views are named without a schema, not as " + token.text() + ".…");
            }
            if (FORMATTING.stream().anyMatch(token::names) && isNext(i, '(') && !isText(i + 2)) {
                throw SqlRefused.said(
                        "the first argument of " + token.lower() + " is a text in quotes, and no expression");
            }
            if (token.is("select") || token.is("values")) {
                selects++;
            }
            if (isMade(i)) {
                tables++;
                names.add(token.lower());
            }
        }
        int mentions = 0;
        int viewed = 0;
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.kind() == SqlToken.Kind.SIGN || token.kind() == SqlToken.Kind.NUMBER || isNext(i, '.')) {
                continue;
            }
            mentions += names.contains(token.lower()) && !isMade(i) ? 1 : 0;
            viewed += views.contains(token.lower()) && mayBeTable(i) ? 1 : 0;
        }
        limit(selects, MOST_SELECTS, "SELECT or VALUES");
        limit(tables, MOST_TABLES, "common table expressions");
        limit(mentions, MOST_MENTIONS, "names of common table expressions");
        limit(viewed, MOST_VIEWS, "names of views");
    }

    private static void limit(int count, int most, String what) {
        if (count > most) {
            throw SqlRefused.budget("a statement has at most " + most + " times " + what + ", not " + count);
        }
    }

    private boolean mayBeTable(int index) {
        if (index == 0) {
            return false;
        }
        SqlToken before = tokens.get(index - 1);
        return before.is("from") || before.is("join") || before.is("in") || before.isSign(',') || before.isSign('(');
    }

    private boolean isNext(int index, char sign) {
        return index + 1 < tokens.size() && tokens.get(index + 1).isSign(sign);
    }

    /** One argument, and nothing but a text in single quotes. */
    private boolean isText(int index) {
        return index < tokens.size()
                && tokens.get(index).kind() == SqlToken.Kind.TEXT
                && (isNext(index, ',') || isNext(index, ')'));
    }

    /** A name that a common table expression is given: before {@code AS (}, perhaps with columns, and NOT MATERIALIZED. */
    private boolean isMade(int index) {
        SqlToken token = tokens.get(index);
        if (token.kind() == SqlToken.Kind.SIGN || token.kind() == SqlToken.Kind.NUMBER) {
            return false;
        }
        int at = index + 1;
        if (isNext(index, '(')) {
            while (at < tokens.size() && !tokens.get(at).isSign(')')) {
                at++;
            }
            at++;
        }
        if (at >= tokens.size() || !tokens.get(at).is("as")) {
            return false;
        }
        at++;
        while (at < tokens.size() && (tokens.get(at).is("not") || tokens.get(at).is("materialized"))) {
            at++;
        }
        return at < tokens.size() && tokens.get(at).isSign('(');
    }

    /** Without what stands behind its last word. */
    String sql() {
        return sql;
    }

    List<SqlToken> tokens() {
        return tokens;
    }
}
