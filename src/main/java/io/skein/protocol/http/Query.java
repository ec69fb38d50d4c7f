package io.skein.protocol.http;

import io.skein.broker.Freshness;
import io.skein.broker.Refusal;
import io.skein.frame.Durations;
import io.skein.frame.Malformed;
import io.skein.topic.TopicFilter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The part of a URL after {@code ?}, read by rule: names do not care about case, a name that nobody knows is refused
 * with the nearest known one. A name that begins with {@code _} is a client's own (cache busting) and passed over, and so
 * is what says who asks ({@link Credentials}).
 */
final class Query {
    static final Query NONE = new Query(List.of());

    private static final int MAX_PARAMETERS = 256;

    record Parameter(String name, String value) {}

    private final List<Parameter> parameters;

    private Query(List<Parameter> parameters) {
        this.parameters = parameters;
    }

    /** @throws Refusal when it is no percent-encoded UTF-8 */
    static Query parse(String raw) {
        if (raw == null || raw.isEmpty()) {
            return NONE;
        }
        List<Parameter> found = new ArrayList<>();
        int start = 0;
        while (start <= raw.length()) {
            int end = raw.indexOf('&', start);
            end = end < 0 ? raw.length() : end;
            if (end > start) {
                String pair = raw.substring(start, end);
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                found.add(new Parameter(Percent.decode(name), Percent.decode(plus(value))));
                if (found.size() > MAX_PARAMETERS) {
                    throw malformed("more than " + MAX_PARAMETERS + " query parameters");
                }
            }
            start = end + 1;
        }
        return new Query(found);
    }

    /**
     * In a query a plus may mean a space (forms) or itself (RFC 3986). A plus that is a whole level of a topic filter is
     * the wildcard; any other is a space, which no filter could have in its place.
     */
    private static String plus(String value) {
        if (value.indexOf('+') < 0) {
            return value;
        }
        StringBuilder out = new StringBuilder(value);
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) == '+' && !(isLevelEnd(value, i - 1) && isLevelEnd(value, i + 1))) {
                out.setCharAt(i, ' ');
            }
        }
        return out.toString();
    }

    private static boolean isLevelEnd(String value, int at) {
        return at < 0
                || at >= value.length()
                || value.charAt(at) == '/'
                || value.regionMatches(true, at, "%2F", 0, 3)
                || at >= 2 && value.regionMatches(true, at - 2, "%2F", 0, 3);
    }

    List<Parameter> parameters() {
        return parameters;
    }

    /** @throws Refusal that names the first parameter which is not known, and the nearest that is */
    Query allow(Collection<String> known) {
        for (Parameter parameter : parameters) {
            String name = parameter.name();
            if (!name.startsWith("_")
                    && !name.equals(Credentials.PARAMETER)
                    && known.stream().noneMatch(name::equalsIgnoreCase)) {
                throw unknown(name, known);
            }
        }
        return this;
    }

    static Refusal unknown(String name, Collection<String> known) {
        return malformed("there is no query parameter \"" + name + "\" here" + Spelling.among(name, known));
    }

    /** @throws Refusal when it is there twice: one of the two would be silently ignored */
    Optional<String> get(String name) {
        String found = null;
        for (Parameter parameter : parameters) {
            if (parameter.name().equalsIgnoreCase(name)) {
                if (found != null) {
                    throw malformed(name + " is there twice");
                }
                found = parameter.value();
            }
        }
        return Optional.ofNullable(found);
    }

    /** Present and neither {@code false} nor {@code 0}. */
    boolean is(String name) {
        return get(name)
                .map(value -> !value.equalsIgnoreCase("false") && !value.equals("0"))
                .orElse(false);
    }

    int number(String name, int preset, int low, int high) {
        return get(name)
                .map(value -> {
                    try {
                        int number = Integer.parseInt(value);
                        if (number >= low && number <= high) {
                            return number;
                        }
                    } catch (NumberFormatException notANumber) {
                        // the same sentence
                    }
                    throw malformed(name + " is a number from " + low + " to " + high + ", not \"" + value + "\"");
                })
                .orElse(preset);
    }

    /** @return milliseconds */
    long duration(String name, long preset, long maxMs) {
        return get(name)
                .map(value -> {
                    long ms = duration(name, value);
                    if (ms > maxMs) {
                        throw malformed(name + " is at most " + Durations.text(maxMs) + ", not " + value);
                    }
                    return ms;
                })
                .orElse(preset);
    }

    /** @return milliseconds */
    static long duration(String name, String value) {
        try {
            return Durations.parseMs(value);
        } catch (Malformed notADuration) {
            throw malformed(name + ": " + notADuration.getMessage());
        }
    }

    Freshness.Level level() {
        return get("level")
                .map(value -> switch (value.toLowerCase(Locale.ROOT)) {
                    case "none" -> Freshness.Level.NONE;
                    case "weak" -> Freshness.Level.WEAK;
                    case "linearizable" -> Freshness.Level.LINEARIZABLE;
                    case "strong" -> Freshness.Level.STRONG;
                    default -> throw malformed("level is none, weak, linearizable or strong, not \"" + value + "\"");
                })
                .orElse(Freshness.Level.LINEARIZABLE);
    }

    /** @throws Refusal with the filter's own sentence when it is none */
    static TopicFilter filter(String text) {
        try {
            return new TopicFilter(text);
        } catch (IllegalArgumentException notAFilter) {
            throw malformed(notAFilter.getMessage());
        }
    }

    static Refusal malformed(String detail) {
        return Refusal.of(Refusal.Kind.MALFORMED, "malformed", detail);
    }
}
