package io.skein.frame;

import java.util.Map;

/**
 * Why the answer is no.
 *
 * @param code stable, for programs
 * @param message a sentence for people
 * @param retryable the same request may succeed later
 * @param isUnknown it may have happened: retry only with the same key or sequence
 * @param facts further members: numbers and texts, such as {@code actual}
 */
public record Problem(String code, String message, boolean retryable, boolean isUnknown, Map<String, Object> facts) {
    public Problem {
        facts = Map.copyOf(facts);
    }

    public static Problem of(String code, String message) {
        return new Problem(code, message, false, false, Map.of());
    }

    /** A fact that is a number; -1 when it is not there. */
    public long number(String fact) {
        return facts.get(fact) instanceof Number number ? number.longValue() : -1;
    }
}
