package io.skein.bench;

/**
 * Reads what a benchmark must know of the JSON that answers a publish, without making objects of it: the answers' form
 * is ours (API.md), the searched words cannot stand inside a string there without a backslash before the quote.
 */
final class PublishAnswer {
    private static final String ERROR = "\"error\":{";
    private static final String CODE = "\"code\":\"";

    private PublishAnswer() {}

    /** The number of the command that is answered ({@code "id"}), 0 when there is none. */
    static long id(String json, int from) {
        int at = json.indexOf("\"id\":", from);
        if (at < 0) {
            return 0;
        }
        long value = 0;
        for (int i = at + 5; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c < '0' || c > '9') {
                break;
            }
            value = value * 10 + c - '0';
        }
        return value;
    }

    /** How many single messages were refused in an answer to several. */
    static int refused(String json) {
        int count = 0;
        for (int at = json.indexOf(ERROR); at >= 0; at = json.indexOf(ERROR, at + ERROR.length())) {
            count++;
        }
        return count;
    }

    /** Whether the command as a whole was carried out. */
    static boolean isOk(String json) {
        return json.contains("\"ok\":true");
    }

    /** The first error code, empty when there is none. */
    static String code(String json) {
        int at = json.indexOf(CODE);
        if (at < 0) {
            return "";
        }
        int from = at + CODE.length();
        int end = json.indexOf('"', from);
        return end < 0 || end - from > 64 ? "unreadable" : json.substring(from, end);
    }
}
