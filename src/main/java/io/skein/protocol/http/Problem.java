package io.skein.protocol.http;

import io.skein.broker.Refusal;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer that is not the one asked for, as {@code application/problem+json} (RFC 9457).
 *
 * @param code stable, public
 * @param detail a sentence that names what, which and the limit
 * @param retryable the same request may succeed later
 * @param applied {@code not-applied}, or {@code unknown}: retry with the same Idempotency-Key
 * @param facts further members: {@code actual}, {@code limit}, {@code earliest}...
 */
record Problem(int status, String code, String detail, boolean retryable, String applied, Map<String, Object> facts) {
    static final String NOT_APPLIED = "not-applied";
    static final String UNKNOWN = "unknown";

    static Problem of(int status, String code, String detail) {
        return new Problem(status, code, detail, isPassing(status), NOT_APPLIED, Map.of());
    }

    static Problem of(int status, String code, String detail, Map<String, Object> facts) {
        return new Problem(status, code, detail, isPassing(status), NOT_APPLIED, facts);
    }

    static Problem tooLarge(String what, long limit) {
        return of(413, "too-large", what + " is larger than " + limit + " bytes", Map.of("limit", limit));
    }

    static Problem internal(boolean mayHaveHappened) {
        return new Problem(
                500,
                "internal",
                "the node failed at this request; its log says why",
                true,
                mayHaveHappened ? UNKNOWN : NOT_APPLIED,
                Map.of());
    }

    static Problem of(Refusal refusal) {
        if (refusal.kind() == Refusal.Kind.REJECTED) {
            return of(refusal.rejected());
        }
        int status = status(refusal.kind());
        return new Problem(
                status,
                refusal.code(),
                refusal.getMessage(),
                isPassing(status),
                refusal.kind() == Refusal.Kind.INDETERMINATE ? UNKNOWN : NOT_APPLIED,
                refusal.facts());
    }

    static Problem of(Rejected rejected) {
        Map<String, Object> facts = new LinkedHashMap<>();
        if (rejected.actual() >= 0) {
            facts.put(rejected.reason().figure(), rejected.actual());
        }
        int status = status(rejected.reason());
        return new Problem(status, rejected.reason().code(), rejected.detail(), isPassing(status), NOT_APPLIED, facts);
    }

    static int status(Rejection reason) {
        return switch (reason) {
            case MALFORMED -> 400;
            case UNKNOWN_TOPIC, NOT_SCHEDULED, UNKNOWN_SUBSCRIPTION, NO_MARK, UNKNOWN_ACCOUNT, UNKNOWN_TOKEN -> 404;
            case SEQUENCE_GAP,
                    FENCED,
                    ABORTED,
                    TOPIC_EXISTS,
                    LEASE_LOST,
                    ACCOUNT_EXISTS,
                    SECRET_CHANGED,
                    LAST_ADMIN,
                    ADMIN_EXISTS,
                    TOKEN_EXISTS -> 409;
            case WRONG_OFFSET -> 412;
            case TOO_LARGE -> 413;
            case INVALID_FORMAT, KEY_REUSED -> 422;
            case TOO_MANY_KEYS, TOO_MANY_PRODUCERS, TOO_MANY_SCHEDULED, TOO_MANY_TTL -> 429;
            case TOPIC_FULL,
                    TOO_MANY_TOPICS,
                    TOO_MANY_SUBSCRIPTIONS,
                    TOO_MANY_POSITIONS,
                    TOO_MANY_ACCOUNTS,
                    TOO_MANY_SESSIONS,
                    TOO_MANY_TOKENS,
                    TOO_MANY_RULES,
                    TOO_MANY_LIMITS,
                    MAILBOX_FULL -> 507;
        };
    }

    static int status(Refusal.Kind kind) {
        return switch (kind) {
            case REJECTED, MALFORMED -> 400;
            case UNAUTHENTICATED -> 401;
            case FORBIDDEN -> 403;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case GONE -> 410;
            case TOO_LARGE -> 413;
            case TOO_MUCH -> 422;
            case TOO_MANY -> 429;
            case UNAVAILABLE -> 503;
            case INDETERMINATE -> 504;
            case DISK_FULL -> 507;
        };
    }

    /** One member more. */
    Problem with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(facts);
        more.put(name, value);
        return new Problem(status, code, detail, retryable, applied, more);
    }

    private static boolean isPassing(int status) {
        return status == 408 || status == 429 || status >= 500;
    }

    /** Seconds after which another try makes sense; 0 when none is told. */
    int retryAfter() {
        if (facts.get("retryAfterMs") instanceof Long ms) {
            return (int) ((ms + 999) / 1000);
        }
        return switch (status) {
            case 429, 507 -> 5;
            case 503 -> 1;
            default -> 0;
        };
    }

    /** The members of one item's {@code error} in a batch. */
    JsonObject brief() {
        JsonObject json = new JsonObject()
                .put("code", code)
                .put("status", status)
                .put("detail", detail)
                .put("retryable", retryable)
                .put("outcome", applied);
        facts.forEach(json::put);
        return json;
    }

    /** @param leader id of the leader, empty when unknown */
    JsonObject json(String leader, String leaderAddress) {
        JsonObject json = new JsonObject()
                .put("type", "urn:skein:problem:" + code)
                .put("title", title())
                .put("status", status)
                .put("detail", detail)
                .put("code", code)
                .put("retryable", retryable)
                .put("outcome", applied)
                .put("leader", leader.isEmpty() ? null : leader);
        if (!leaderAddress.isEmpty()) {
            json.put("leaderAddress", leaderAddress);
        }
        facts.forEach((name, value) -> {
            if (!json.containsKey(name)) {
                json.put(name, value);
            }
        });
        return json;
    }

    private String title() {
        String words = code.replace('-', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
