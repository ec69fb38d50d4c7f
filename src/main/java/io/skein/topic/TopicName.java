package io.skein.topic;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The name of a topic: 1 to 16 levels separated by {@code /}, each 1 to 128 bytes of UTF-8, no {@code +}, {@code #},
 * control characters or empty level (API.md section 2). Names that begin with {@code $} are the system's.
 */
public record TopicName(String value) {
    public static final int MAX_LEVELS = 16;
    public static final int MAX_LEVEL_BYTES = 128;

    /** @throws IllegalArgumentException with a sentence for the client when the name is none */
    public TopicName {
        Objects.requireNonNull(value);
        String problem = problem(value, false);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
    }

    public boolean isSystem() {
        return value.charAt(0) == '$';
    }

    @Override
    public String toString() {
        return value;
    }

    /** What is wrong with a name (or a filter), as a sentence; null when nothing is. */
    static String problem(String value, boolean filter) {
        String kind = filter ? "topic filter" : "topic name";
        if (value.isEmpty()) {
            return kind + " is empty";
        }
        int levels = 1;
        int start = 0;
        for (int i = 0; i <= value.length(); i++) {
            char c = i == value.length() ? '/' : value.charAt(i);
            if (c == '/') {
                String level = value.substring(start, i);
                if (level.isEmpty()) {
                    return kind + " has an empty level: " + shown(value);
                }
                if (level.length() * 3 > MAX_LEVEL_BYTES
                        && level.getBytes(StandardCharsets.UTF_8).length > MAX_LEVEL_BYTES) {
                    return "a level of the " + kind + " is longer than " + MAX_LEVEL_BYTES + " bytes: " + shown(level);
                }
                boolean wildcard = level.equals("+") || level.equals("#");
                if (!wildcard && (level.indexOf('+') >= 0 || level.indexOf('#') >= 0) || wildcard && !filter) {
                    return filter
                            ? "+ and # stand alone in a level of a topic filter: " + shown(value)
                            : "topic names do not contain + or #: " + shown(value);
                }
                if (level.equals("#") && i != value.length()) {
                    return "# is the last level of a topic filter: " + shown(value);
                }
                if (i < value.length() && ++levels > MAX_LEVELS) {
                    return kind + " has more than " + MAX_LEVELS + " levels: " + shown(value);
                }
                start = i + 1;
            } else if (c < 0x20 || c == 0x7F || c >= 0x80 && c < 0xA0) {
                return kind + " contains a control character";
            } else if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c)
                        && i + 1 < value.length()
                        && Character.isLowSurrogate(value.charAt(i + 1))) {
                    i++;
                } else {
                    return kind + " is no valid Unicode";
                }
            }
        }
        return null;
    }

    private static String shown(String value) {
        return value.length() <= 64 ? value : value.substring(0, 64) + "...";
    }
}
