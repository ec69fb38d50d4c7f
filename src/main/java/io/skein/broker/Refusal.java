package io.skein.broker;

import io.skein.cluster.Indeterminate;
import io.skein.cluster.NotExecuted;
import io.skein.cluster.NotThere;
import io.skein.machine.Rejected;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import java.util.Map;

/**
 * Why a request was not served, in three kinds (DESIGN D13). No stack trace: it is an answer, not a defect.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    public enum Kind {
        /** The machine said no; see {@link #rejected}. */
        REJECTED,
        /** What was asked makes no sense; 400. */
        MALFORMED,
        /** Nobody said who asks, or said it with a token that is not good; 401. */
        UNAUTHENTICATED,
        /** Whoever asks may not; 403. */
        FORBIDDEN,
        NOT_FOUND,
        /** Something else stands in the way; 409. */
        CONFLICT,
        /** The position is older than retention; 410. */
        GONE,
        TOO_LARGE,
        /** It makes sense, and would take more than there is for it; 422. */
        TOO_MUCH,
        TOO_MANY,
        /** Not executed, safe to try again; 503 with Retry-After. */
        UNAVAILABLE,
        DISK_FULL,
        /** May or may not have happened; 504: retry with the same key. */
        INDETERMINATE
    }

    private final Kind kind;
    private final String code;
    private final transient Rejected rejected;
    private final transient Map<String, Object> facts;

    private Refusal(Kind kind, String code, String detail, Rejected rejected, Map<String, Object> facts) {
        super(detail, null, false, false);
        this.kind = kind;
        this.code = code;
        this.rejected = rejected;
        this.facts = facts;
    }

    public static Refusal of(Rejected rejected) {
        return new Refusal(Kind.REJECTED, rejected.reason().code(), rejected.detail(), rejected, Map.of());
    }

    public static Refusal of(Kind kind, String code, String detail) {
        return new Refusal(kind, code, detail, null, Map.of());
    }

    public static Refusal of(Kind kind, String code, String detail, Map<String, Object> facts) {
        return new Refusal(kind, code, detail, null, Map.copyOf(facts));
    }

    static Refusal malformed(String detail) {
        return of(Kind.MALFORMED, "malformed", detail);
    }

    static Refusal unauthenticated(String detail) {
        return of(Kind.UNAUTHENTICATED, "unauthenticated", detail);
    }

    static Refusal forbidden(String detail) {
        return of(Kind.FORBIDDEN, "forbidden", detail);
    }

    public static Refusal onlyAdmins() {
        return forbidden("this is for admins, and tokens for all that an admin may");
    }

    static Refusal unavailable(String code, String detail) {
        return of(Kind.UNAVAILABLE, code, detail);
    }

    /** What a failure of the rooms below means to a client; the failure itself when it is a defect. */
    static Throwable from(Throwable cause) {
        if (cause instanceof NotExecuted not) {
            return switch (not.reason()) {
                case NOT_LEADER -> unavailable("no-leader", "this node does not lead and knows no leader");
                case OVERLOADED -> unavailable("overloaded", "too much waits to be written");
                case CATCHING_UP -> unavailable("catching-up", "the node has just started and catches up");
                case FEATURE_LEVEL -> of(Kind.CONFLICT, "feature-level", not.getMessage());
                case CHANGE_PENDING ->
                    of(Kind.CONFLICT, "change-pending", "another change of members is not committed yet");
                case UNKNOWN_MEMBER -> of(Kind.NOT_FOUND, "unknown-member", "there is no such member");
                case LAST_VOTER -> of(Kind.CONFLICT, "last-voter", "no voter would be left");
                case ID_IN_USE ->
                    of(
                            Kind.CONFLICT,
                            "id-in-use",
                            "a member of this id is running, and it is another node; choose another id, or stop that one");
                case NO_SUCCESSOR ->
                    of(Kind.CONFLICT, "not-transferred", "there is no other voter within reach that could lead");
                case DISK_FULL -> of(Kind.DISK_FULL, "disk-full", "the disk is full; reads work, deleting frees space");
            };
        }
        if (cause instanceof NotThere gone) {
            return switch (gone.found()) {
                case NOBODY -> unavailable("unreachable", gone.getMessage());
                case OTHER_NODE -> of(Kind.CONFLICT, "other-node", gone.getMessage());
                case OTHER_CLUSTER -> of(Kind.CONFLICT, "other-cluster", gone.getMessage());
                case NO_WAY_BACK -> of(Kind.CONFLICT, "raft-port-kept", gone.getMessage());
            };
        }
        if (cause instanceof Indeterminate) {
            return of(
                    Kind.INDETERMINATE,
                    "indeterminate",
                    cause.getMessage() + "; it may or may not have happened, try again with the same key");
        }
        if (cause instanceof ConnectionPoolTooBusyException) {
            return unavailable("overloaded", "too many reads wait for the disk");
        }
        return cause;
    }

    public Kind kind() {
        return kind;
    }

    /** Stable, public. */
    public String code() {
        return code;
    }

    /** Only for {@link Kind#REJECTED}. */
    public Rejected rejected() {
        return rejected;
    }

    /** Further members for the client: numbers and strings. */
    public Map<String, Object> facts() {
        return facts;
    }
}
