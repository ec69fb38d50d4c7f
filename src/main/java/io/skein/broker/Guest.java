package io.skein.broker;

import io.skein.account.AccountName;
import java.util.Optional;

/**
 * Somebody who came in by a door, and what of the node is open to him. To be used on the context that let him in. What
 * he may is looked at anew with each thing he asks: what was taken from him he has not from then on, and what he follows
 * ends ({@link Subscriber#ended}, a pull that waits) without his asking.
 */
public interface Guest {
    /** Whose token he showed; empty: nobody knows. */
    Optional<AccountName> name();

    /** He showed an admin's token, for all that an admin may. */
    boolean isAdmin();

    /** He may what is no matter of topics: an admin, and everybody where no token is asked for. */
    boolean mayAdminister();

    /** As far as it is open to him; everything else is refused with the kinds UNAUTHENTICATED and FORBIDDEN. */
    Broker broker();

    Accounts accounts();

    /** His own. */
    Mailbox mail();

    /**
     * He stays: a connection of his, or an answer that stays open, until it is ended.
     *
     * @throws Refusal when a limit gives him no other
     */
    Stay stay();

    /** Told once, when the token that he showed holds no longer; on his context. Never of a stranger. */
    void whenGone(Runnable then);

    /** Told once, when he {@link #mayAdminister} no longer, or his token does not hold; on his context. Never of a stranger. */
    void whenNoAdmin(Runnable then);

    /** He asks nothing new by this handle; what he follows goes on. */
    void leave();
}
