package io.skein.store;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The first or the last messages of one topic, asked for as everybody would: {@code SELECT ... FROM message WHERE topic =
 * 'x' AND ... ORDER BY "offset" DESC LIMIT 100}. SQLite cannot know that chunks of a topic stand in the order of their
 * offsets, so it would read all of the topic to sort it. Such a statement is asked of {@link #VIEW} instead, ordered by
 * chunk first: the same rows in the same order, and SQLite stops after the chunks it needs.
 *
 * <p>Only where that is sure: one SELECT, one topic by an equation that stands alone between ANDs, and nothing in the
 * statement that could make a name mean something else. Anything else is asked as it is.
 */
final class LastMessages {
    /** As the view {@code message}, with one column more. */
    static final String VIEW = "message_by_chunk";

    static final String CHUNK = "chunk_in_order";

    private static final String OFFSET = "offset";
    private static final String TOPIC = "topic";
    private static final String MESSAGE = "message";

    /** Any of these changes what rows there are, or what a name means. */
    private static final Set<String> TOO_MUCH = Set.of(
            "distinct",
            "all",
            "group",
            "having",
            "window",
            "over",
            "union",
            "intersect",
            "except",
            "join",
            "with",
            "exists",
            "in");

    /** At the top of a condition these bind what stands around an equation in another way. */
    private static final Set<String> NOT_SURE =
            Set.of("or", "not", "between", "case", "escape", "is", "isnull", "notnull", "collate");

    private final List<SqlToken> tokens;
    private final String sql;

    private LastMessages(SqlText text) {
        this.tokens = text.tokens();
        this.sql = text.sql();
    }

    /** @return the statement to ask in place of this one; empty: this one */
    static Optional<String> of(SqlText text, List<String> columns) {
        return new LastMessages(text).rewritten(columns);
    }

    private Optional<String> rewritten(List<String> columns) {
        long selects = tokens.stream().filter(token -> token.is("select")).count();
        boolean isTooMuch = tokens.stream()
                .anyMatch(token ->
                        token.kind() == SqlToken.Kind.WORD && TOO_MUCH.contains(token.lower()) || token.names(CHUNK));
        if (selects != 1 || isTooMuch || !tokens.get(0).is("select")) {
            return Optional.empty();
        }
        int from = top("from", 1);
        int where = from + 2;
        if (from < 0
                || where >= tokens.size()
                || !tokens.get(from + 1).isName(MESSAGE)
                || !tokens.get(where).is("where")) {
            return Optional.empty();
        }
        int order = top("order", where + 1);
        if (order < 0 || order + 2 >= tokens.size() || !tokens.get(order + 1).is("by")) {
            return Optional.empty();
        }
        if (!isPlain(1, from) || !isOfOneTopic(where + 1, order)) {
            return Optional.empty();
        }
        int end = order + 3;
        if (!tokens.get(order + 2).isName(OFFSET)) {
            return Optional.empty();
        }
        String direction = "";
        if (end < tokens.size()
                && (tokens.get(end).is("desc") || tokens.get(end).is("asc"))) {
            direction = " " + tokens.get(end).text();
            end++;
        }
        if (!isLimit(end)) {
            return Optional.empty();
        }
        StringBuilder out = new StringBuilder();
        int copied = 0;
        for (int i = 1; i < from; i++) {
            if (isStar(i, from)) {
                out.append(sql, copied, tokens.get(i).start());
                out.append(columns.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", ")));
                copied = tokens.get(i).end();
            }
        }
        SqlToken message = tokens.get(from + 1);
        SqlToken offset = tokens.get(order + 2);
        return Optional.of(out.append(sql, copied, message.start())
                .append(VIEW)
                .append(" AS ")
                .append(MESSAGE)
                .append(sql, message.end(), offset.start())
                .append(CHUNK)
                .append(direction)
                .append(", ")
                .append(sql, offset.start(), sql.length())
                .toString());
    }

    /** The keyword outside of any parentheses; -1: it is not there. */
    private int top(String word, int begin) {
        int depth = 0;
        for (int i = begin; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            depth += token.isSign('(') ? 1 : token.isSign(')') ? -1 : 0;
            if (depth == 0 && token.is(word)) {
                return i;
            }
        }
        return -1;
    }

    /** Nothing is called "offset" or "topic" but the columns themselves. */
    private boolean isPlain(int begin, int end) {
        for (int i = begin; i < end; i++) {
            SqlToken token = tokens.get(i);
            boolean isWhole = (i == begin || tokens.get(i - 1).isSign(','))
                    && (i + 1 == end || tokens.get(i + 1).isSign(','));
            if (token.names(OFFSET) && (!isWhole || token.kind() == SqlToken.Kind.TEXT)
                    || token.names(TOPIC) && (!isWhole || token.kind() == SqlToken.Kind.TEXT)) {
                return false;
            }
            if (token.isSign('*') && !isStar(i, end) && tokens.get(i - 1).isSign('.')) {
                return false;
            }
        }
        return true;
    }

    private boolean isStar(int index, int end) {
        return tokens.get(index).isSign('*')
                && (index == 1 || tokens.get(index - 1).isSign(','))
                && (index + 1 == end || tokens.get(index + 1).isSign(','));
    }

    private boolean isOfOneTopic(int begin, int end) {
        boolean found = false;
        int depth = 0;
        for (int i = begin; i < end; i++) {
            SqlToken token = tokens.get(i);
            depth += token.isSign('(') ? 1 : token.isSign(')') ? -1 : 0;
            if (depth < 0 || depth == 0 && token.kind() == SqlToken.Kind.WORD && NOT_SURE.contains(token.lower())) {
                return false;
            }
            found |= depth == 0 && isEquation(i, begin, end);
        }
        return found;
    }

    /** {@code topic = 'x'} or the other way round, alone between what ANDs join. */
    private boolean isEquation(int index, int begin, int end) {
        boolean isAlone = index == begin || tokens.get(index - 1).is("and");
        if (!isAlone || index + 2 >= end) {
            return false;
        }
        int second = index + 2;
        if (tokens.get(second).isSign('=')) {
            second++;
        }
        if (second >= end || !tokens.get(index + 1).isSign('=')) {
            return false;
        }
        boolean isLast = second + 1 == end || tokens.get(second + 1).is("and");
        SqlToken left = tokens.get(index);
        SqlToken right = tokens.get(second);
        return isLast
                && (left.isName(TOPIC) && right.kind() == SqlToken.Kind.TEXT
                        || left.kind() == SqlToken.Kind.TEXT && right.isName(TOPIC));
    }

    /** Nothing, or {@code LIMIT n}, {@code LIMIT n OFFSET m}. */
    private boolean isLimit(int begin) {
        int left = tokens.size() - begin;
        return left == 0
                || tokens.get(begin).is("limit")
                        && (left == 2 && isNumber(begin + 1)
                                || left == 4
                                        && isNumber(begin + 1)
                                        && tokens.get(begin + 2).is("offset")
                                        && isNumber(begin + 3));
    }

    private boolean isNumber(int index) {
        return tokens.get(index).kind() == SqlToken.Kind.NUMBER;
    }
}
