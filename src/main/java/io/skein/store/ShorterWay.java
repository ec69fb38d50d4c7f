package io.skein.store;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Statements of two plain forms, asked of {@link #VIEW} in place of the view {@code message}: the same rows in the same
 * order, without reading all messages for them.
 *
 * <ul>
 *   <li>The first or the last of one topic: {@code WHERE topic = 'x' AND ... ORDER BY "offset" DESC LIMIT 100}. SQLite cannot
 *       know that chunks of a topic stand in the order of their offsets, and would sort the whole topic. Ordered by chunk
 *       first it stops after the chunks it needs.
 *   <li>What came after a time: {@code WHERE time > unixepoch('now', '-1 hour') * 1000 AND ...}. Chunks that ended before are
 *       passed over by their heads.
 * </ul>
 *
 * <p>Only where that is sure: one SELECT from this one view, the condition stands alone between ANDs, and nothing in the
 * statement could make a name mean something else. Anything else is asked as it is.
 */
final class ShorterWay {
    /** As the view {@code message}, with two columns more. */
    static final String VIEW = "message_by_chunk";

    static final String CHUNK = "chunk_in_order";
    static final String CHUNK_END = "chunk_last_time";

    private static final String OFFSET = "offset";
    private static final String TOPIC = "topic";
    private static final String TIME = "time";
    private static final String MESSAGE = "message";

    /** With one of these there is more than one SELECT from one view, or this is not yet the row that is asked for. */
    private static final Set<String> TOO_MUCH = Set.of("all", "union", "intersect", "except", "join", "with", "exists");
    /** With one of these the order of the rows of the view is not that of the rows of the answer. */
    private static final Set<String> NO_ORDER = Set.of("distinct", "group", "having", "window", "over");
    /** What may stand behind the conditions. */
    private static final Set<String> BEHIND = Set.of("group", "having", "window", "order", "limit");

    /** At the top of a condition these bind what stands around an equation in another way. */
    private static final Set<String> NOT_SURE =
            Set.of("or", "not", "between", "case", "escape", "is", "isnull", "notnull", "collate");

    /** Functions that may be called for a time: they see no row. */
    private static final Set<String> OF_TIME = Set.of("unixepoch", "strftime", "julianday");

    private final List<SqlToken> tokens;
    private final String sql;

    private ShorterWay(SqlText text) {
        this.tokens = text.tokens();
        this.sql = text.sql();
    }

    /** @return the statement to ask in place of this one; empty: this one */
    static Optional<String> of(SqlText text, List<String> columns) {
        return new ShorterWay(text).rewritten(columns);
    }

    private Optional<String> rewritten(List<String> columns) {
        long selects = tokens.stream().filter(token -> token.is("select")).count();
        if (selects != 1
                || !tokens.get(0).is("select")
                || has(TOO_MUCH)
                || tokens.stream().anyMatch(token -> token.names(CHUNK) || token.names(CHUNK_END))) {
            return Optional.empty();
        }
        int from = top(Set.of("from"), 1);
        int where = from + 2;
        if (from < 0
                || where >= tokens.size()
                || !tokens.get(from + 1).isName(MESSAGE)
                || !tokens.get(where).is("where")
                || hasStarOf(from)) {
            return Optional.empty();
        }
        int found = top(BEHIND, where + 1);
        int end = found < 0 ? tokens.size() : found;
        if (!isSure(where + 1, end)) {
            return Optional.empty();
        }
        Optional<String> since = since(where + 1, end);
        boolean byOffset = !has(NO_ORDER) && isPlain(1, from) && isOfOneTopic(where + 1, end) && isOrderedByOffset(end);
        if (since.isEmpty() && !byOffset) {
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
        out.append(sql, copied, message.start()).append(VIEW).append(" AS ").append(MESSAGE);
        copied = message.end();
        if (since.isPresent()) {
            int last = tokens.get(end - 1).end();
            out.append(sql, copied, last).append(" AND ").append(CHUNK_END).append(since.get());
            copied = last;
        }
        if (byOffset) {
            SqlToken offset = tokens.get(end + 2);
            boolean isTurned = end + 3 < tokens.size() && tokens.get(end + 3).is("desc");
            out.append(sql, copied, offset.start()).append(CHUNK).append(isTurned ? " DESC, " : ", ");
            copied = offset.start();
        }
        return Optional.of(out.append(sql, copied, sql.length()).toString());
    }

    private boolean has(Set<String> words) {
        return tokens.stream().anyMatch(token -> token.kind() == SqlToken.Kind.WORD && words.contains(token.lower()));
    }

    /** The first of these keywords outside of any parentheses; -1: none is there. */
    private int top(Set<String> words, int begin) {
        int depth = 0;
        for (int i = begin; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            depth += depth(token);
            if (depth == 0 && token.kind() == SqlToken.Kind.WORD && words.contains(token.lower())) {
                return i;
            }
        }
        return -1;
    }

    private static int depth(SqlToken token) {
        return token.isSign('(') ? 1 : token.isSign(')') ? -1 : 0;
    }

    /** {@code message.*} would have the columns that only this view has. */
    private boolean hasStarOf(int end) {
        for (int i = 2; i < end; i++) {
            if (tokens.get(i).isSign('*') && tokens.get(i - 1).isSign('.')) {
                return true;
            }
        }
        return false;
    }

    /** Conditions are joined by AND and nothing else, outside of parentheses. */
    private boolean isSure(int begin, int end) {
        int depth = 0;
        for (int i = begin; i < end; i++) {
            SqlToken token = tokens.get(i);
            depth += depth(token);
            if (depth < 0 || depth == 0 && token.kind() == SqlToken.Kind.WORD && NOT_SURE.contains(token.lower())) {
                return false;
            }
        }
        return depth == 0;
    }

    /** Of a condition {@code time > ...} or {@code time >= ...}: what stands behind the name. */
    private Optional<String> since(int begin, int end) {
        int depth = 0;
        for (int i = begin; i + 2 < end; i++) {
            depth += depth(tokens.get(i));
            boolean isAlone = i == begin || tokens.get(i - 1).is("and");
            if (depth != 0
                    || !isAlone
                    || !tokens.get(i).isName(TIME)
                    || !tokens.get(i + 1).isSign('>')) {
                continue;
            }
            int last = i + 2;
            int inner = 0;
            boolean isConstant = true;
            while (last < end && !(inner == 0 && tokens.get(last).is("and"))) {
                inner += depth(tokens.get(last));
                isConstant &= isConstant(last, last == i + 2);
                last++;
            }
            if (isConstant && last > i + 2) {
                return Optional.of(sql.substring(
                        tokens.get(i + 1).start(), tokens.get(last - 1).end()));
            }
        }
        return Optional.empty();
    }

    /** A number, a text, a function of time or what joins them. */
    private boolean isConstant(int index, boolean first) {
        SqlToken token = tokens.get(index);
        return switch (token.kind()) {
            case NUMBER, TEXT -> true;
            case SIGN -> "()+-*/,".indexOf(token.text().charAt(0)) >= 0 || first && token.isSign('=');
            case WORD ->
                OF_TIME.contains(token.lower())
                        && index + 1 < tokens.size()
                        && tokens.get(index + 1).isSign('(');
            case NAME, PARAMETER -> false;
        };
    }

    /** Nothing is called "offset" or "topic" but the columns themselves. */
    private boolean isPlain(int begin, int end) {
        for (int i = begin; i < end; i++) {
            SqlToken token = tokens.get(i);
            boolean isWhole = (i == begin || tokens.get(i - 1).isSign(','))
                    && (i + 1 == end || tokens.get(i + 1).isSign(','));
            boolean isColumn = isWhole && token.kind() != SqlToken.Kind.TEXT;
            if ((token.names(OFFSET) || token.names(TOPIC)) && !isColumn) {
                return false;
            }
        }
        return true;
    }

    private boolean isStar(int index, int end) {
        return tokens.get(index).isSign('*')
                && (index == 1
                        || index == 2 && tokens.get(1).is("distinct")
                        || tokens.get(index - 1).isSign(','))
                && (index + 1 == end || tokens.get(index + 1).isSign(','));
    }

    private boolean isOfOneTopic(int begin, int end) {
        boolean found = false;
        int depth = 0;
        for (int i = begin; i < end; i++) {
            depth += depth(tokens.get(i));
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

    /** {@code ORDER BY "offset"}, perhaps with a direction and a limit, and nothing else. */
    private boolean isOrderedByOffset(int order) {
        if (order + 2 >= tokens.size()
                || !tokens.get(order).is("order")
                || !tokens.get(order + 1).is("by")
                || !tokens.get(order + 2).isName(OFFSET)) {
            return false;
        }
        int end = order + 3;
        if (end < tokens.size()
                && (tokens.get(end).is("desc") || tokens.get(end).is("asc"))) {
            end++;
        }
        return isLimit(end);
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
