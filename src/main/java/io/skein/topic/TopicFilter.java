package io.skein.topic;

import java.util.Objects;

/**
 * A topic name whose levels may be {@code +} (any one level) and whose last may be {@code #} (all the rest, also
 * nothing). A filter whose first level is a wildcard does not match names that begin with {@code $}.
 */
public record TopicFilter(String value) {
    /** @throws IllegalArgumentException with a sentence for the client when the filter is none */
    public TopicFilter {
        Objects.requireNonNull(value);
        String problem = TopicName.problem(value, true);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
    }

    /** Whether this names exactly one topic. */
    public boolean isName() {
        return value.indexOf('+') < 0 && value.indexOf('#') < 0;
    }

    public boolean matches(String topic) {
        String filter = value;
        char first = filter.charAt(0);
        if ((first == '+' || first == '#') && topic.charAt(0) == '$') {
            return false;
        }
        int f = 0;
        int t = 0;
        while (true) {
            int fEnd = levelEnd(filter, f);
            if (fEnd - f == 1 && filter.charAt(f) == '#') {
                return true;
            }
            if (t > topic.length()) {
                return false;
            }
            int tEnd = levelEnd(topic, t);
            boolean plus = fEnd - f == 1 && filter.charAt(f) == '+';
            if (!plus && (fEnd - f != tEnd - t || !filter.regionMatches(f, topic, t, fEnd - f))) {
                return false;
            }
            f = fEnd + 1;
            t = tEnd + 1;
            if (f > filter.length()) {
                return t > topic.length();
            }
        }
    }

    private static int levelEnd(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? text.length() : slash;
    }

    @Override
    public String toString() {
        return value;
    }
}
