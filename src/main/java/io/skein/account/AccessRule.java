package io.skein.account;

import java.util.Objects;
import java.util.Optional;

/**
 * Who may, or may not, do what with which topics.
 *
 * @param whom empty: every member
 * @param allow false: forbidden, whatever other rules allow
 */
public record AccessRule(Optional<AccountName> whom, AccessFilter filter, Action action, boolean allow) {
    public AccessRule {
        Objects.requireNonNull(whom);
        Objects.requireNonNull(filter);
        Objects.requireNonNull(action);
    }
}
