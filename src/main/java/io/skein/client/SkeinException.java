package io.skein.client;

import io.skein.frame.Problem;
import java.util.Map;

/**
 * A request that was not served. Its class says what may be concluded, its {@link #code} why:
 *
 * <ul>
 *   <li>{@link Refused}: the answer is no. It did not happen, and asking again changes nothing.
 *   <li>{@link Unavailable}: it did not happen, for a passing reason. Asking again is safe.
 *   <li>{@link Unknown}: it may have happened. Only what has an id or a producer's number may be asked again; then it
 *       happens once.
 * </ul>
 *
 * <p>No stack trace: it is an answer, not a defect.
 */
public abstract sealed class SkeinException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    private SkeinException(Problem problem) {
        super(problem.code() + ": " + problem.message(), null, false, false);
        this.problem = problem;
    }

    /** The answer is no. */
    public static final class Refused extends SkeinException {
        private static final long serialVersionUID = 1;

        private Refused(Problem problem) {
            super(problem);
        }
    }

    /** It did not happen, and another try may do. */
    public static final class Unavailable extends SkeinException {
        private static final long serialVersionUID = 1;

        private Unavailable(Problem problem) {
            super(problem);
        }
    }

    /** It may have happened. */
    public static final class Unknown extends SkeinException {
        private static final long serialVersionUID = 1;

        private Unknown(Problem problem) {
            super(problem);
        }
    }

    static SkeinException of(Problem problem) {
        return problem.isUnknown()
                ? new Unknown(problem)
                : problem.retryable() ? new Unavailable(problem) : new Refused(problem);
    }

    static SkeinException of(String code, String message) {
        return new Refused(Problem.of(code, message));
    }

    /** It may have happened. */
    static SkeinException unknown(String code, String message) {
        return new Unknown(new Problem(code, message, true, true, Map.of()));
    }

    /** The same, of something that may have happened. */
    static SkeinException unknown(SkeinException why) {
        return why instanceof Unknown ? why : unknown(why.code(), why.problem().message());
    }

    /** The same, of something that surely did not happen. */
    static SkeinException certain(SkeinException why) {
        return why.isUnknown() ? of(why.code(), why.problem().message()) : why;
    }

    /** Not executed; another try may do. */
    static SkeinException passing(String code, String message) {
        return new Unavailable(new Problem(code, message, true, false, Map.of()));
    }

    /** @param wasIn it was let in before: what was under way may have happened */
    static SkeinException unauthenticated(String message, boolean wasIn) {
        return of(new Problem("unauthenticated", message, false, wasIn, Map.of()));
    }

    /** The server's words, or those of this library. */
    public Problem problem() {
        return problem;
    }

    /**
     * Stable, for programs. Of this library: {@code closed}, {@code client-full}, {@code connection-lost}, {@code timeout},
     * {@code unreachable}; all others are the server's.
     */
    public String code() {
        return problem.code();
    }

    /** Whether it may have happened all the same; else it surely did not. */
    public boolean isUnknown() {
        return problem.isUnknown();
    }

    public boolean isRetryable() {
        return problem.retryable();
    }
}
