package io.skein.account;

import io.skein.account.AccountChange.AccountSet;
import io.skein.account.AccountChange.RuleSet;
import io.skein.machine.Change;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** All accounts and what belongs to them, as of the last change. Moved by changes only, and decides nothing. */
final class AccountRegister {
    /** The account that stands for every member in rules. */
    static final long EVERY_MEMBER = 0;

    /** Of so many revisions it is known what they were about; a power of two. */
    static final int MAX_TOUCHED = 256;

    private final TreeMap<Long, AccountState> byId = new TreeMap<>();
    private final TreeMap<String, AccountState> byKey = new TreeMap<>();
    private final Map<BearerHash, Bearer> byHash = new HashMap<>();
    private final Map<Long, Bearer> byNumber = new HashMap<>();
    /** Those that end by themselves. */
    private final TreeSet<Bearer> ends = new TreeSet<>();

    private final Rulebook everyMember = new Rulebook();
    private final TreeMap<LimitName, AccountChange.LimitSet> limits = new TreeMap<>();
    private long limitsRevision;
    private long lastNumber;
    private int admins;
    private int sessions;
    private int rules;
    private long revision;
    /** The accounts of the last revisions, each at its place in the ring. */
    private final long[] lastTouched = new long[MAX_TOUCHED];
    /** The revision at which the rules for every member last changed. */
    private long everyMemberTouched;

    // What others ask.

    int size() {
        return byId.size();
    }

    int admins() {
        return admins;
    }

    int sessions() {
        return sessions;
    }

    int tokens() {
        return byNumber.size() - sessions;
    }

    int rules() {
        return rules;
    }

    long lastNumber() {
        return lastNumber;
    }

    long revision() {
        return revision;
    }

    /** See {@link AccountMachine#touchedSince}. */
    Optional<Set<Long>> touchedSince(long seen) {
        if (seen < 0 || revision - seen > MAX_TOUCHED) {
            return Optional.empty();
        }
        Set<Long> accounts = new HashSet<>();
        for (long one = seen + 1; one <= revision; one++) {
            accounts.add(lastTouched[(int) one & MAX_TOUCHED - 1]);
        }
        return accounts.contains(EVERY_MEMBER) ? Optional.empty() : Optional.of(accounts);
    }

    private void revise(long account) {
        revision++;
        lastTouched[(int) revision & MAX_TOUCHED - 1] = account;
    }

    /** The revision at which something last changed that every permit of this account rests on. */
    long touched(long account) {
        return Math.max(everyMemberTouched, byId.get(account).touched);
    }

    Optional<AccountState> find(AccountName name) {
        return Optional.ofNullable(byKey.get(name.key()));
    }

    /** Null when there is none. */
    AccountState of(long id) {
        return byId.get(id);
    }

    /** Null when there is none. */
    Bearer bearer(BearerHash hash) {
        return byHash.get(hash);
    }

    /** By {@link AccountName#key}. */
    NavigableMap<String, AccountState> byKey() {
        return byKey;
    }

    NavigableSet<Bearer> ends() {
        return ends;
    }

    Rulebook everyMember() {
        return everyMember;
    }

    NavigableMap<LimitName, AccountChange.LimitSet> limits() {
        return limits;
    }

    /** See {@link AccountMachine#limitsRevision}. */
    long limitsRevision() {
        return limitsRevision;
    }

    // What changes do.

    void lastNumber(long number) {
        lastNumber = Math.max(lastNumber, number);
    }

    void set(AccountSet set) {
        lastNumber(Math.max(set.account(), set.version()));
        revise(set.account());
        AccountState account = byId.get(set.account());
        if (account == null) {
            account = new AccountState(set);
            byId.put(set.account(), account);
            byKey.put(set.name().key(), account);
        } else {
            admins -= account.isAdmin() ? 1 : 0;
            account.set(set);
        }
        account.touched = revision;
        admins += account.isAdmin() ? 1 : 0;
    }

    void remove(long id) {
        revise(id);
        AccountState account = byId.remove(id);
        byKey.remove(account.name.key());
        admins -= account.isAdmin() ? 1 : 0;
        rules -= account.rules.size();
        account.sessions.values().forEach(this::forget);
        account.tokens.values().forEach(this::forget);
        if (limits.values().removeIf(limit -> limit.account() == id)) {
            limitsRevision++;
        }
    }

    void add(Bearer bearer) {
        lastNumber(bearer.number());
        byId.get(bearer.account()).of(bearer).put(bearer.number(), bearer);
        byHash.put(bearer.hash(), bearer);
        byNumber.put(bearer.number(), bearer);
        sessions += bearer.isSession() ? 1 : 0;
        if (bearer.expires() < Long.MAX_VALUE) {
            ends.add(bearer);
        }
    }

    void end(long number) {
        Bearer bearer = byNumber.get(number);
        revise(bearer.account());
        byId.get(bearer.account()).of(bearer).remove(number);
        forget(bearer);
    }

    private void forget(Bearer bearer) {
        byHash.remove(bearer.hash());
        byNumber.remove(bearer.number());
        sessions -= bearer.isSession() ? 1 : 0;
        ends.remove(bearer);
    }

    void set(RuleSet set) {
        revise(set.account());
        Rulebook book = touchedBook(set.account());
        int before = book.size();
        book.set(set.filter(), set.action(), set.allow());
        rules += book.size() - before;
    }

    void remove(AccountChange.RuleGone gone) {
        revise(gone.account());
        Rulebook book = touchedBook(gone.account());
        int before = book.size();
        book.remove(gone.filter(), gone.action());
        rules += book.size() - before;
    }

    private Rulebook touchedBook(long account) {
        if (account == EVERY_MEMBER) {
            everyMemberTouched = revision;
            return everyMember;
        }
        AccountState of = byId.get(account);
        of.touched = revision;
        return of.rules;
    }

    void set(AccountChange.LimitSet set) {
        limits.put(set.name(), set);
        limitsRevision++;
    }

    void remove(AccountChange.LimitGone gone) {
        limits.remove(gone.name());
        limitsRevision++;
    }

    void snapshot(Consumer<Change> into) {
        if (lastNumber > 0) {
            into.accept(new AccountChange.LastNumber(lastNumber));
        }
        snapshot(EVERY_MEMBER, everyMember, into);
        Collection<AccountState> all = byId.values();
        for (AccountState account : all) {
            into.accept(account.asSet());
            account.sessions.values().forEach(session -> into.accept(session.made()));
            account.tokens.values().forEach(token -> into.accept(token.made()));
            snapshot(account.id(), account.rules, into);
        }
        limits.values().forEach(into);
    }

    private static void snapshot(long account, Rulebook book, Consumer<Change> into) {
        book.rules()
                .forEach((about, allow) ->
                        into.accept(new RuleSet(account, new AccessFilter(about.filter()), about.action(), allow)));
    }
}
