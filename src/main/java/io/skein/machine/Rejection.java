package io.skein.machine;

/**
 * Why the answer is no. Deterministic, and part of the replicated outcome; doors map it to a status by an exhaustive
 * switch. The {@link #code()} is public contract.
 */
public enum Rejection {
    MALFORMED("malformed"),
    UNKNOWN_TOPIC("unknown-topic"),
    TOPIC_FULL("topic-full"),
    WRONG_OFFSET("wrong-offset", "actual"),
    INVALID_FORMAT("invalid-format"),
    TOO_LARGE("too-large"),
    KEY_REUSED("idempotency-key-reused"),
    TOO_MANY_KEYS("too-many-idempotency-keys"),
    SEQUENCE_GAP("sequence-gap", "expected"),
    FENCED("fenced", "epoch"),
    TOO_MANY_PRODUCERS("too-many-producers"),
    NOT_SCHEDULED("not-scheduled"),
    TOO_MANY_SCHEDULED("too-many-scheduled"),
    TOO_MANY_TOPICS("too-many-topics"),
    TOO_MANY_TTL("too-many-ttl"),
    ABORTED("aborted"),
    TOPIC_EXISTS("topic-exists"),
    UNKNOWN_SUBSCRIPTION("unknown-subscription"),
    LEASE_LOST("lease-lost"),
    NO_MARK("no-mark"),
    TOO_MANY_SUBSCRIPTIONS("too-many-subscriptions"),
    TOO_MANY_POSITIONS("too-many-positions"),
    ACCOUNT_EXISTS("account-exists"),
    UNKNOWN_ACCOUNT("unknown-account"),
    SECRET_CHANGED("secret-changed"),
    LAST_ADMIN("last-admin"),
    ADMIN_EXISTS("admin-exists"),
    TOKEN_EXISTS("token-exists"),
    UNKNOWN_TOKEN("unknown-token"),
    TOO_MANY_ACCOUNTS("too-many-accounts"),
    TOO_MANY_SESSIONS("too-many-sessions"),
    TOO_MANY_TOKENS("too-many-tokens"),
    TOO_MANY_RULES("too-many-rules"),
    TOO_MANY_LIMITS("too-many-limits"),
    MAILBOX_FULL("mailbox-full");

    private final String code;
    private final String figure;

    Rejection(String code) {
        this(code, "limit");
    }

    Rejection(String code, String figure) {
        this.code = code;
        this.figure = figure;
    }

    public String code() {
        return code;
    }

    /** What {@link Rejected#actual} is called towards clients; public contract too. */
    public String figure() {
        return figure;
    }
}
