package io.skein.frame;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the replies to publishes that were stored, letter by letter as {@link AnswerJson#write} makes them: the one answer
 * that a client gets for every message. What looks otherwise in any way is left to the parser, which would read the same
 * from these.
 */
final class StoredReplies {
    private static final byte[] ID = ascii("{\"id\":");
    private static final byte[] OK = ascii(",\"ok\":true,");
    private static final byte[] RESULTS = ascii("\"results\":[");
    private static final byte[] OFFSET = ascii("\"offset\":");
    private static final byte[] CURSOR = ascii(",\"cursor\":\"");
    /** So many digits are less than a long has. */
    private static final int MAX_DIGITS = 18;

    private final byte[] utf8;
    private int at;

    private StoredReplies(byte[] utf8) {
        this.utf8 = utf8;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** @return where the first begins that is another; the length when there is none */
    static int read(byte[] utf8, AnswerJson.Taker taker) {
        var from = new StoredReplies(utf8);
        int whole = 0;
        while (whole < utf8.length) {
            Reply.Published reply = from.reply();
            if (reply == null) {
                break;
            }
            whole = from.at;
            taker.reply(reply);
        }
        return whole;
    }

    /** With the newline after it. Null: it is another. */
    private Reply.Published reply() {
        if (!next(ID)) {
            return null;
        }
        String id = digits();
        if (id == null || !next(OK)) {
            return null;
        }
        boolean isList = next(RESULTS);
        List<PublishResult> results = isList ? results() : one();
        if (results == null || !next('}')) {
            return null;
        }
        next('\n');
        return new Reply.Published(id, isList, results, false, false);
    }

    private List<PublishResult> one() {
        PublishResult result = result();
        return result == null ? null : List.of(result);
    }

    private List<PublishResult> results() {
        List<PublishResult> results = new ArrayList<>();
        do {
            PublishResult result = next('{') ? result() : null;
            if (result == null || !next('}')) {
                return null;
            }
            results.add(result);
        } while (next(','));
        return next(']') ? results : null;
    }

    private PublishResult result() {
        if (!next(OFFSET)) {
            return null;
        }
        long offset = number();
        if (offset < 0 || !next(CURSOR)) {
            return null;
        }
        int start = at;
        while (at < utf8.length && utf8[at] >= ' ' && utf8[at] != '"' && utf8[at] != '\\') {
            at++;
        }
        String cursor = new String(utf8, start, at - start, StandardCharsets.ISO_8859_1);
        return next('"') ? new PublishResult.Stored(offset, cursor) : null;
    }

    private String digits() {
        int start = at;
        return number() < 0 ? null : new String(utf8, start, at - start, StandardCharsets.ISO_8859_1);
    }

    /** -1 when there is none, as JSON writes them. */
    private long number() {
        int start = at;
        long number = 0;
        while (at < utf8.length && utf8[at] >= '0' && utf8[at] <= '9' && at - start < MAX_DIGITS) {
            number = number * 10 + utf8[at++] - '0';
        }
        boolean isNumber = at > start && (utf8[start] != '0' || at == start + 1);
        return isNumber ? number : -1;
    }

    private boolean next(byte[] wanted) {
        int end = at + wanted.length;
        if (end > utf8.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (utf8[at + i] != wanted[i]) {
                return false;
            }
        }
        at = end;
        return true;
    }

    private boolean next(char wanted) {
        boolean isNext = at < utf8.length && utf8[at] == wanted;
        at += isNext ? 1 : 0;
        return isNext;
    }
}
