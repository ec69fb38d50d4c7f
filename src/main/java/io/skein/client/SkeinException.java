package io.skein.client;

import io.skein.frame.Problem;
import java.util.Map;

/** A request that was not served. No stack trace: it is an answer, not a defect. */
public final class SkeinException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    SkeinException(Problem problem) {
        super(problem.code() + ": " + problem.message(), null, false, false);
        this.problem = problem;
    }

    static SkeinException of(String code, String message) {
        return new SkeinException(Problem.of(code, message));
    }

    /** It may have happened. */
    static SkeinException unknown(String code, String message) {
        return new SkeinException(new Problem(code, message, true, true, Map.of()));
    }

    /** Not executed; another try may do. */
    static SkeinException passing(String code, String message) {
        return new SkeinException(new Problem(code, message, true, false, Map.of()));
    }

    /** @param wasIn it was let in before: what was under way may have happened */
    static SkeinException unauthenticated(String message, boolean wasIn) {
        return new SkeinException(new Problem("unauthenticated", message, false, wasIn, Map.of()));
    }

    /** The server's words, or those of this library. */
    public Problem problem() {
        return problem;
    }

    /** Stable, for programs. Of this library: {@code closed}, {@code client-full}, {@code connection-lost}, {@code timeout}. */
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
