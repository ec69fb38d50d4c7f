package io.skein.frame;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * W3C Trace Context, as it travels in a message's headers: {@code traceparent} says of which trace a message is, {@code
 * tracestate} what those who took part keep there. Skein carries both as they came and takes no part. What is not valid is
 * not there, as the standard says: nobody is refused for it.
 */
public final class TraceContext {
    public static final String PARENT = "traceparent";
    public static final String STATE = "tracestate";
    /** Characters; the standard asks for 512 at least. */
    public static final int MAX_STATE = 1024;

    /** Headers of one message, and bytes of all of them: what a server takes at most. */
    private static final int MOST_HEADERS = 64;

    private static final int MOST_HEADER_BYTES = 16 << 10;
    private static final int MOST_MEMBERS = 32;
    private static final int VERSION_0 = 55;

    private TraceContext() {}

    /** Whether a header is one of the two, however it is written. */
    public static boolean isHeader(String name) {
        return name.equalsIgnoreCase(PARENT) || name.equalsIgnoreCase(STATE);
    }

    /** Trace Context §3.2: version, trace, parent and flags; of a later version what it has in common with this one. */
    public static boolean isValid(String parent) {
        if (parent.length() < VERSION_0
                || !isHex(parent, 0, 2)
                || parent.charAt(2) != '-'
                || !isHex(parent, 3, 35)
                || parent.charAt(35) != '-'
                || !isHex(parent, 36, 52)
                || parent.charAt(52) != '-'
                || !isHex(parent, 53, 55)
                || isZero(parent, 3, 35)
                || isZero(parent, 36, 52)
                || parent.startsWith("ff")) {
            return false;
        }
        return parent.length() == VERSION_0
                || !parent.startsWith("00") && parent.charAt(VERSION_0) == '-' && parent.length() <= 255;
    }

    /** The 32 digits by which a trace is looked for. @param parent valid */
    public static String traceId(String parent) {
        return parent.substring(3, 35);
    }

    /** Whoever began the trace records it. @param parent valid */
    public static boolean isSampled(String parent) {
        return (Character.digit(parent.charAt(54), 16) & 1) != 0;
    }

    /** Trace Context §3.3: at most 32 members, each a key and what its owner keeps there. */
    public static boolean isState(String state) {
        if (state.isEmpty() || state.length() > MAX_STATE) {
            return false;
        }
        String[] members = state.split(",", -1);
        if (members.length > MOST_MEMBERS) {
            return false;
        }
        boolean some = false;
        for (String member : members) {
            String plain = member.strip();
            if (!plain.isEmpty() && !isMember(plain)) {
                return false;
            }
            some |= !plain.isEmpty();
        }
        return some;
    }

    private static boolean isMember(String member) {
        int equals = member.indexOf('=');
        if (equals < 1 || equals > 256 || equals == member.length() - 1 || member.length() - equals > 257) {
            return false;
        }
        for (int i = 0; i < member.length(); i++) {
            char c = member.charAt(i);
            boolean good = i < equals
                    ? c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || i > 0 && "_-*/@".indexOf(c) >= 0
                    : i == equals || c >= ' ' && c <= '~' && c != '=';
            if (!good) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }

    /**
     * A message's headers with what its request said of its trace; a header that the message has itself wins. A message
     * that has no room for it goes without: its trace is no reason to refuse it.
     *
     * @param parent what was said, valid or not; empty: nothing
     * @param state goes with a valid parent only
     */
    public static Map<String, String> carried(Map<String, String> headers, String parent, String state) {
        if (!isValid(parent) || traceparent(headers).isPresent()) {
            return headers;
        }
        Map<String, String> more = new LinkedHashMap<>(headers);
        if (hasRoom(more, PARENT, parent)) {
            more.put(PARENT, parent);
            if (isState(state)
                    && headers.keySet().stream().noneMatch(STATE::equalsIgnoreCase)
                    && hasRoom(more, STATE, state)) {
                more.put(STATE, state);
            }
        }
        return more;
    }

    private static boolean hasRoom(Map<String, String> headers, String name, String value) {
        long bytes = bytes(name) + bytes(value);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            bytes += bytes(header.getKey()) + bytes(header.getValue());
        }
        return headers.size() < MOST_HEADERS && bytes <= MOST_HEADER_BYTES;
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** As the message's headers say it, valid or not. */
    public static Optional<String> traceparent(Map<String, String> headers) {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (header.getKey().equalsIgnoreCase(PARENT)) {
                return Optional.of(header.getValue());
            }
        }
        return Optional.empty();
    }
}
