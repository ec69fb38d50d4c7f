package io.skein.account;

import java.util.Objects;
import java.util.Optional;

/**
 * How much somebody may publish, or how often he may be connected, as an admin named it. Each node holds to it for what
 * comes in by its own doors.
 *
 * @param whom empty: every account, and those who did not say who they are, who are one
 * @param topic only what is published to these topics, all of them together; empty: to any
 * @param shared all accounts have it together, else each has as much; only without an account
 */
public record Limit(
        LimitName name, Optional<AccountName> whom, Optional<AccessFilter> topic, boolean shared, Quota quota) {
    /** @throws IllegalArgumentException with a sentence for the client when this can be no limit */
    public Limit {
        Objects.requireNonNull(name);
        Objects.requireNonNull(whom);
        Objects.requireNonNull(quota);
        if (topic.isPresent() && quota.connections() > 0) {
            throw new IllegalArgumentException("connections are of no topic: make two limits");
        }
        if (whom.isPresent() && shared) {
            throw new IllegalArgumentException("a limit of one account is not shared by all");
        }
    }
}
