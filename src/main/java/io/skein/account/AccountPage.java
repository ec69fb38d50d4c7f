package io.skein.account;

import java.util.List;
import java.util.Optional;

/**
 * Part of a list of accounts, sorted by {@link AccountName#key}.
 *
 * @param next where the next page goes on ({@code after}); empty when there is none. A page may hold fewer accounts than
 *     were asked for, or none, and yet have a next one
 */
public record AccountPage(List<AccountView> accounts, Optional<AccountName> next) {
    public AccountPage {
        accounts = List.copyOf(accounts);
    }
}
