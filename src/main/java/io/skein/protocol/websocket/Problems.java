package io.skein.protocol.websocket;

import io.skein.broker.Refusal;
import io.skein.frame.Malformed;
import io.skein.frame.Problem;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refusals as the protocol says them. */
final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private Problems() {}

    static Problem of(Malformed malformed) {
        return Problem.of(malformed.code(), malformed.getMessage());
    }

    static Problem malformed(String message) {
        return Problem.of("malformed", message);
    }

    /** Of whatever a future of the broker failed with. */
    static Problem of(Throwable failure) {
        if (!(failure instanceof Refusal refusal)) {
            LOG.error("the broker failed a request with something that is no refusal", failure);
            return new Problem("internal", "something is wrong with this node; see its log", true, true, Map.of());
        }
        if (refusal.kind() == Refusal.Kind.REJECTED) {
            return of(refusal.rejected());
        }
        boolean retryable = switch (refusal.kind()) {
            case REJECTED, MALFORMED, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT, GONE, TOO_LARGE, TOO_MUCH ->
                false;
            case TOO_MANY, UNAVAILABLE, DISK_FULL, INDETERMINATE -> true;
        };
        return new Problem(
                refusal.code(),
                String.valueOf(refusal.getMessage()),
                retryable,
                refusal.kind() == Refusal.Kind.INDETERMINATE,
                refusal.facts());
    }

    static Problem of(Rejected rejected) {
        return of(rejected, -1);
    }

    /** @param message place in its list of the message that was refused, -1 when there is no list */
    static Problem of(Rejected rejected, int message) {
        Map<String, Object> facts = new HashMap<>();
        if (rejected.actual() >= 0) {
            facts.put(rejected.reason().figure(), rejected.actual());
        }
        if (message >= 0) {
            facts.put("message", message);
        }
        String code = rejected.reason().code();
        return new Problem(code, rejected.detail(), isPassing(rejected.reason()), false, facts);
    }

    /** Whether the same request may succeed later, by itself or when others have done something. */
    private static boolean isPassing(Rejection reason) {
        return switch (reason) {
            case TOPIC_FULL,
                    TOO_MANY_KEYS,
                    TOO_MANY_PRODUCERS,
                    TOO_MANY_SCHEDULED,
                    TOO_MANY_TOPICS,
                    TOO_MANY_TTL,
                    TOO_MANY_SUBSCRIPTIONS,
                    TOO_MANY_POSITIONS,
                    TOO_MANY_ACCOUNTS,
                    TOO_MANY_SESSIONS,
                    TOO_MANY_TOKENS,
                    TOO_MANY_RULES,
                    TOO_MANY_LIMITS,
                    MAILBOX_FULL -> true;
            case MALFORMED,
                    UNKNOWN_TOPIC,
                    WRONG_OFFSET,
                    INVALID_FORMAT,
                    TOO_LARGE,
                    KEY_REUSED,
                    SEQUENCE_GAP,
                    FENCED,
                    NOT_SCHEDULED,
                    ABORTED,
                    TOPIC_EXISTS,
                    UNKNOWN_SUBSCRIPTION,
                    LEASE_LOST,
                    NO_MARK,
                    ACCOUNT_EXISTS,
                    UNKNOWN_ACCOUNT,
                    SECRET_CHANGED,
                    LAST_ADMIN,
                    ADMIN_EXISTS,
                    TOKEN_EXISTS,
                    UNKNOWN_TOKEN -> false;
        };
    }
}
