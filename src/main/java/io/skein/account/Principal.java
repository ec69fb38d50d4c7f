package io.skein.account;

/**
 * Somebody who showed a bearer token that was good. What it may do is asked of the machine each time
 * ({@link AccountMachine#mayI}), which looks at what holds then: this says who it was, and gives no right by itself.
 *
 * @param bearer what was shown
 * @param account number of the account
 */
public record Principal(BearerHash bearer, long account, AccountName name) {}
