package io.skein.account;

import io.skein.machine.Outcome;

/** The answers to commands that were not refused. */
public sealed interface AccountOutcome extends Outcome {
    /** It was done: an account, token or rule was made, or ({@code false}) was there and is now so. */
    record Done(boolean created) implements AccountOutcome {}

    /** So many of what was to go went: an account, a session, a token, a rule. */
    record Gone(int count) implements AccountOutcome {}

    /** @param expires the stamp at which the session ends by itself */
    record LoggedIn(long expires) implements AccountOutcome {}
}
