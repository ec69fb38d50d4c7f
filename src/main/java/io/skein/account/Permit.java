package io.skein.account;

/**
 * What somebody who showed a good token may, as of one moment: asked from any thread, and never again once it is no
 * longer {@link AccountMachine#isCurrent current}. It holds no secret.
 */
public final class Permit {
    private final Principal principal;
    private final Role role;
    private final Bearer bearer;
    private final RuleTree own;
    private final RuleTree everyMember;
    private final long revision;

    Permit(Bearer bearer, AccountState account, Rulebook everyMember, long revision) {
        this.principal = new Principal(bearer.hash(), account.id(), account.name);
        this.role = account.role();
        this.bearer = bearer;
        this.own = account.rules.tree();
        this.everyMember = everyMember.tree();
        this.revision = revision;
    }

    public Principal principal() {
        return principal;
    }

    public Role role() {
        return role;
    }

    /** It was begun with a password and ends with a log out; else it is a token for a program. */
    public boolean isSession() {
        return bearer.isSession();
    }

    /** Somebody else vouched for it: its end is in no log. */
    public boolean isForeign() {
        return bearer.isForeign();
    }

    /** Epoch milliseconds when it ends by itself; {@link Long#MAX_VALUE}: never. */
    public long expires() {
        return bearer.expires();
    }

    /** It may all that its owner may, also what is no matter of topics. */
    public boolean isWhole() {
        return bearer.scopes().whole();
    }

    /** The state of the machine that this is of. */
    long revision() {
        return revision;
    }

    Bearer bearer() {
        return bearer;
    }

    /** An admin in person, or by a token for all it may. */
    public boolean mayAdminister() {
        return role == Role.ADMIN && isWhole();
    }

    /**
     * Whether this may be done with all topics that are asked about: see {@link AccountMachine#mayI}.
     *
     * @param asked the name of a topic, or a filter
     */
    public boolean may(Action action, String asked) {
        if (asked.isEmpty() || !bearer.scopes().reach(action, asked)) {
            return false;
        }
        if (role == Role.ADMIN) {
            return true;
        }
        String[] levels = asked.split("/", -1);
        return (own.allows(action, levels) || everyMember.allows(action, levels))
                && !own.forbids(action, levels)
                && !everyMember.forbids(action, levels);
    }
}
