package io.skein.account;

import io.skein.account.AccountCommand.Bootstrap;
import io.skein.account.AccountCommand.ChangePassword;
import io.skein.account.AccountCommand.Create;
import io.skein.account.AccountCommand.Delete;
import io.skein.account.AccountCommand.DropLimit;
import io.skein.account.AccountCommand.Expire;
import io.skein.account.AccountCommand.LogIn;
import io.skein.account.AccountCommand.LogOut;
import io.skein.account.AccountCommand.LogOutAll;
import io.skein.account.AccountCommand.MakeToken;
import io.skein.account.AccountCommand.RemoveRule;
import io.skein.account.AccountCommand.RevokeToken;
import io.skein.account.AccountCommand.SetLimit;
import io.skein.account.AccountCommand.SetRole;
import io.skein.account.AccountCommand.SetRule;
import io.skein.account.AccountOutcome.Done;
import io.skein.account.AccountOutcome.Gone;
import io.skein.account.AccountOutcome.LoggedIn;
import io.skein.machine.Brief;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Decision;
import io.skein.machine.Due;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.wire.CommandProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Accounts as one state machine: who there is, who is logged in, which tokens programs have, who may what.
 *
 * <p>A log in, followed: who takes the password asks {@link #credential} for what to check it against, draws a token and
 * proposes {@link LogIn} with the version that was checked and the hash of the token; {@link #decide} asks
 * {@link Admission}; {@link #evolve} moves the {@link AccountRegister}. From then on {@link #principal} knows the token
 * and {@link #mayI} what it may.
 */
public final class AccountMachine implements Machine {
    private static final int BRIEF_DONE = 1;
    private static final int BRIEF_GONE = 2;
    private static final int BRIEF_LOGGED_IN = 3;

    private final AccountRegister register = new AccountRegister();
    private final AccountLimits limits;
    private final Enrolment enrolment;
    private final Admission admission;
    private final Permissions permissions;
    private final Limiting limiting;

    public AccountMachine() {
        this(AccountLimits.DEFAULT);
    }

    public AccountMachine(AccountLimits limits) {
        this.limits = limits;
        enrolment = new Enrolment(register, limits);
        admission = new Admission(register, limits);
        permissions = new Permissions(register, limits);
        limiting = new Limiting(register, limits);
    }

    @Override
    public boolean owns(Command command) {
        return command instanceof AccountCommand;
    }

    @Override
    public boolean owns(Change change) {
        return change instanceof AccountChange;
    }

    @Override
    public Decision decide(Moment at, Command command) {
        if (command instanceof LogIn in) {
            return admission.logIn(at, in);
        }
        if (command instanceof LogOut out) {
            return admission.logOut(out);
        }
        if (command instanceof LogOutAll out) {
            return admission.logOutAll(out);
        }
        if (command instanceof MakeToken make) {
            return admission.makeToken(at, make);
        }
        if (command instanceof RevokeToken revoke) {
            return admission.revokeToken(revoke);
        }
        if (command instanceof Expire) {
            return admission.expire(at);
        }
        if (command instanceof SetRule set) {
            return permissions.setRule(set);
        }
        if (command instanceof RemoveRule remove) {
            return permissions.removeRule(remove);
        }
        if (command instanceof SetLimit set) {
            return limiting.set(set.limit());
        }
        if (command instanceof DropLimit drop) {
            return limiting.drop(drop.name());
        }
        return enrol(at, command);
    }

    private Decision enrol(Moment at, Command command) {
        if (command instanceof Create create) {
            return enrolment.create(at, create);
        }
        if (command instanceof Bootstrap bootstrap) {
            return enrolment.bootstrap(at, bootstrap);
        }
        if (command instanceof ChangePassword change) {
            return enrolment.changePassword(change);
        }
        if (command instanceof SetRole set) {
            return enrolment.setRole(set);
        }
        if (command instanceof Delete delete) {
            return enrolment.delete(delete);
        }
        throw new AssertionError("unknown command " + command.getClass());
    }

    @Override
    public void evolve(Change change) {
        if (change instanceof AccountChange.SessionSet set) {
            register.add(Bearer.of(set));
        } else if (change instanceof AccountChange.SessionGone gone) {
            register.end(gone.session());
        } else if (change instanceof AccountChange.TokenSet set) {
            register.add(Bearer.of(set));
        } else if (change instanceof AccountChange.TokenGone gone) {
            register.end(gone.token());
        } else if (change instanceof AccountChange.AccountSet set) {
            register.set(set);
        } else if (change instanceof AccountChange.AccountGone gone) {
            register.remove(gone.account());
        } else if (change instanceof AccountChange.RuleSet set) {
            register.set(set);
        } else if (change instanceof AccountChange.RuleGone gone) {
            register.remove(gone);
        } else if (change instanceof AccountChange.LimitSet set) {
            register.set(set);
        } else if (change instanceof AccountChange.LimitGone gone) {
            register.remove(gone);
        } else if (change instanceof AccountChange.LastNumber last) {
            register.lastNumber(last.number());
        } else {
            throw new AssertionError("unknown change " + change.getClass());
        }
    }

    @Override
    public long nextDue() {
        return register.ends().isEmpty()
                ? Long.MAX_VALUE
                : register.ends().first().expires();
    }

    /** All that ends by itself is one command. */
    @Override
    public List<Due> due(long time, int limit) {
        return limit > 0 && nextDue() <= time && nextDue() < Long.MAX_VALUE
                ? List.of(new Due.Propose(new Expire()))
                : List.of();
    }

    @Override
    public void snapshot(Consumer<Change> into) {
        register.snapshot(into);
    }

    // What others ask.

    /** An account as of the last change. */
    public Optional<AccountView> find(AccountName name) {
        return register.find(name).map(AccountState::view);
    }

    public boolean exists(AccountName name) {
        return register.find(name).isPresent();
    }

    /** The name of the account with this number; empty when there is none, or none any more. */
    public Optional<AccountName> nameOf(long number) {
        return Optional.ofNullable(register.of(number)).map(account -> account.name);
    }

    /**
     * Accounts whose names match, sorted.
     *
     * @param after the last name that was seen; empty: from the first
     * @param limit at most so many
     */
    public AccountPage list(NameGlob glob, Optional<AccountName> after, int limit) {
        String prefix = glob.prefix();
        boolean isWithin = after.isPresent() && after.get().key().compareTo(prefix) >= 0;
        var rest = isWithin
                ? register.byKey().tailMap(after.get().key(), false)
                : register.byKey().tailMap(prefix, true);
        List<AccountView> page = new ArrayList<>();
        Optional<AccountName> last = Optional.empty();
        int looks = 0;
        for (Map.Entry<String, AccountState> entry : rest.entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            if (page.size() >= limit || looks >= limits.looks()) {
                return new AccountPage(page, last);
            }
            looks++;
            last = Optional.of(entry.getValue().name);
            if (glob.matches(entry.getKey())) {
                page.add(entry.getValue().view());
            }
        }
        return new AccountPage(page, Optional.empty());
    }

    /** What a password of this account is checked against; empty when there is no account or it has none. */
    public Optional<Credential> credential(AccountName name) {
        return register.find(name)
                .map(AccountState::asSet)
                .filter(set -> !set.password().isNone())
                .map(set -> new Credential(set.password(), set.version()));
    }

    /**
     * Who shows this token; empty when nobody knows it, or it is over at {@code time}.
     *
     * @param time epoch milliseconds, as near to the log's as the caller knows
     */
    public Optional<Principal> principal(BearerHash bearer, long time) {
        Bearer found = register.bearer(bearer);
        return found == null || found.isOver(time)
                ? Optional.empty()
                : Optional.of(new Principal(bearer, found.account(), register.of(found.account()).name));
    }

    /**
     * What whoever shows this token may; empty when nobody knows it, or it is over at {@code time}.
     *
     * @param time epoch milliseconds, as near to the log's as the caller knows
     */
    public Optional<Permit> permit(BearerHash bearer, long time) {
        return permissions.permit(bearer, time);
    }

    /**
     * What whoever was vouched for by somebody else may: an account's name, said by an issuer that the node trusts. Empty
     * when there is no such account.
     *
     * @param shown what it was said by
     * @param scopes no more than these, and than the account
     * @param expires epoch milliseconds
     */
    public Optional<Permit> permit(AccountName name, BearerHash shown, Scopes scopes, long expires) {
        return permissions.permit(name, shown, scopes, expires);
    }

    /** What whoever has this permit may by now, also when it is of another machine; empty: nothing any more. */
    public Optional<Permit> renewed(Permit permit, long time) {
        return permissions.renewed(permit, time);
    }

    /** Whether a permit of this machine says what would be said now. */
    public boolean isCurrent(Permit permit) {
        return permissions.isCurrent(permit);
    }

    /** Whether the token that this principal showed still holds: not logged out, revoked, over or its account deleted. */
    public boolean holds(Principal principal) {
        Bearer found = register.bearer(principal.bearer());
        return found != null && found.account() == principal.account();
    }

    /**
     * Whether this principal may do this now with all topics that are asked about. An admin may everything; a member what
     * a rule for it or for every member allows and none forbids; a token never more than its scopes. A filter is allowed
     * when it lies wholly within that of <em>one</em> rule that allows, and no rule forbids any topic that it may match.
     *
     * @param asked the name of a topic, or a filter
     */
    public boolean mayI(Principal principal, Action action, String asked) {
        return permissions.mayI(principal, action, asked);
    }

    /** Whether this principal may do what is no matter of topics: an admin in person or by a token for all it may. */
    public boolean mayAdminister(Principal principal) {
        return permissions.mayAdminister(principal);
    }

    /**
     * A number that rises whenever a permit may be no longer {@link #isCurrent current}, or an answer of {@link #holds},
     * {@link #mayI} or {@link #mayAdminister} have become another; who keeps them looks then. No part of the state.
     */
    public long revision() {
        return register.revision();
    }

    /**
     * Whose permits may be no longer {@link #isCurrent current} since a {@link #revision}, by the numbers of accounts
     * ({@link Principal#account}); empty: anybody's. No part of the state.
     */
    public Optional<Set<Long>> touchedSince(long revision) {
        return register.touchedSince(revision);
    }

    /** The tokens of an account, the oldest first. */
    public List<TokenView> tokens(AccountName owner) {
        return register.find(owner)
                .map(account -> account.tokens.values().stream()
                        .map(token -> new TokenView(
                                account.name,
                                token.token().get(),
                                token.scopes(),
                                token.time(),
                                token.expires() == Long.MAX_VALUE ? 0 : token.expires()))
                        .toList())
                .orElse(List.of());
    }

    /** The rules of an account, or those for every member, sorted by filter. */
    public List<AccessRule> rules(Optional<AccountName> whom) {
        Optional<AccountState> account = whom.flatMap(register::find);
        if (whom.isPresent() && account.isEmpty()) {
            return List.of();
        }
        Rulebook book = account.map(one -> one.rules).orElse(register.everyMember());
        return book.rules().entrySet().stream()
                .map(rule -> new AccessRule(
                        account.map(one -> one.name),
                        new AccessFilter(rule.getKey().filter()),
                        rule.getKey().action(),
                        rule.getValue()))
                .toList();
    }

    public Optional<Limit> limit(LimitName name) {
        return limiting.find(name);
    }

    /**
     * Limits, sorted by name.
     *
     * @param after the last name that was seen; empty: from the first
     * @param most at most so many
     */
    public LimitPage limits(Optional<LimitName> after, int most) {
        return limiting.list(after, most);
    }

    /** All limits as they were set, by name: with numbers in place of accounts' names. */
    public List<AccountChange.LimitSet> limitsInForce() {
        return List.copyOf(register.limits().values());
    }

    /** A number that rises whenever {@link #limitsInForce} have become others. No part of the state. */
    public long limitsRevision() {
        return register.limitsRevision();
    }

    public AccountTotals totals() {
        return new AccountTotals(
                register.size(), register.admins(), register.sessions(), register.tokens(), register.rules());
    }

    // Bytes.

    @Override
    public CommandProto toProto(Command command) {
        return CommandCodec.toProto((AccountCommand) command);
    }

    @Override
    public Optional<Command> fromProto(CommandProto proto) {
        return CommandCodec.fromProto(proto);
    }

    /** All outcomes fit, so no row ever keeps one. */
    @Override
    public Optional<Brief> brief(Moment at, Outcome outcome) {
        if (outcome instanceof Done done) {
            return Optional.of(new Brief(BRIEF_DONE, done.created() ? 1 : 0));
        }
        if (outcome instanceof Gone gone) {
            return Optional.of(new Brief(BRIEF_GONE, gone.count()));
        }
        if (outcome instanceof LoggedIn in) {
            return Optional.of(new Brief(BRIEF_LOGGED_IN, in.expires()));
        }
        return Optional.empty();
    }

    @Override
    public Outcome fromBrief(Moment at, Brief brief) {
        return switch (brief.kind()) {
            case BRIEF_DONE -> new Done(brief.number() == 1);
            case BRIEF_GONE -> new Gone((int) brief.number());
            case BRIEF_LOGGED_IN -> new LoggedIn(brief.number());
            default -> throw new IllegalArgumentException("a brief outcome of an unknown kind: " + brief);
        };
    }

    @Override
    public byte[] encode(Outcome outcome) {
        return OutcomeCodec.encode(outcome);
    }

    @Override
    public Outcome decode(byte[] outcome) {
        return OutcomeCodec.decode(outcome);
    }
}
