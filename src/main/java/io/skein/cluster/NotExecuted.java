package io.skein.cluster;

import io.skein.replica.Effect.Refuse.Reason;

/** A proposal that was not executed and never will be; safe to try again (DESIGN D13). No stack trace: an answer. */
public final class NotExecuted extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    NotExecuted(Reason reason) {
        super(
                reason == Reason.FEATURE_LEVEL
                        ? "not all members run a build that knows this"
                        : "not executed: " + reason,
                null,
                false,
                false);
        this.reason = reason;
    }

    NotExecuted(Reason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
