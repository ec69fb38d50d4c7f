package io.skein.account;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How much of what its owner may a token for a program may: never more, and what the owner loses the token loses too.
 *
 * @param whole all of it, also what is no matter of topics (accounts, members, backups); then there are no grants
 * @param grants else only these: at most {@value #MAX_GRANTS}, their filters together at most {@value #MAX_BYTES} bytes
 */
public record Scopes(boolean whole, List<Grant> grants) {
    public static final int MAX_GRANTS = 16;
    public static final int MAX_BYTES = 4096;
    public static final Scopes WHOLE = new Scopes(true, List.of());

    /** @throws IllegalArgumentException with a sentence for the client when there are too many or none */
    public Scopes {
        grants = List.copyOf(grants);
        if (whole != grants.isEmpty()) {
            throw new IllegalArgumentException("a token has scopes, or is for all that its owner may");
        }
        if (grants.size() > MAX_GRANTS) {
            throw new IllegalArgumentException("a token has at most " + MAX_GRANTS + " scopes");
        }
        int bytes = 0;
        for (Grant grant : grants) {
            bytes += grant.filter().value().getBytes(StandardCharsets.UTF_8).length;
        }
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "the filters of a token's scopes have at most " + MAX_BYTES + " bytes together");
        }
    }

    public static Scopes of(Grant... grants) {
        return new Scopes(false, List.of(grants));
    }

    /** @param asked the name of a topic, or a filter */
    boolean reach(Action action, String asked) {
        if (whole) {
            return true;
        }
        for (int i = 0; i < grants.size(); i++) {
            Grant grant = grants.get(i);
            if (grant.action() == action && grant.filter().covers(asked)) {
                return true;
            }
        }
        return false;
    }
}
