package io.skein.simulator;

import io.skein.account.AccessFilter;
import io.skein.account.AccessRule;
import io.skein.account.AccountCommand;
import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.account.AccountView;
import io.skein.account.Action;
import io.skein.account.BearerHash;
import io.skein.account.Credential;
import io.skein.account.Limit;
import io.skein.account.LimitName;
import io.skein.account.PasswordHash;
import io.skein.account.Quota;
import io.skein.account.Role;
import io.skein.account.Scopes;
import io.skein.account.TokenName;
import io.skein.machine.Command;
import io.skein.machine.FeatureLevel;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.mailbox.MailCommand;
import io.skein.mailbox.MailContent;
import io.skein.mailbox.MailOutcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * People with accounts who write to each other, read and delete, log in and out, come and go; and the operator of their
 * rights. What the answers are worth is {@link PeopleTruth}'s to say.
 */
final class People {
    private static final int REMEMBERED = 16;

    private final SplittableRandom random;
    private final Options.Persons options;
    /** Where no build does, whoever asks for them asks for ever. */
    private final boolean knowsLimits;

    private final Workload workload;
    private final PeopleTruth truth;
    private final AccountName[] names;
    /** What somebody was given, some of it long over. */
    private final ArrayDeque<BearerHash> drawn = new ArrayDeque<>();

    People(SplittableRandom random, Options all, Workload workload, PeopleTruth truth) {
        this.random = random;
        this.options = all.persons();
        this.knowsLimits = all.builds().newest() >= FeatureLevel.LIMITS;
        this.workload = workload;
        this.truth = truth;
        names = new AccountName[options.names()];
        for (int i = 0; i < names.length; i++) {
            names[i] = new AccountName("u" + i);
        }
    }

    /** What one of them asks next; empty when it is somebody else's turn. */
    Optional<Operation> next() {
        if (!options.isOn() || random.nextInt(1000) >= options.share()) {
            return Optional.empty();
        }
        AccountName name = anyName();
        Optional<AccountView> account = accounts().find(name);
        if (account.isEmpty()) {
            return Optional.of(plain(new AccountCommand.Create(
                    name,
                    new PasswordHash("$" + random.nextInt()),
                    random.nextInt(4) == 0 ? Role.ADMIN : Role.MEMBER)));
        }
        long number = account.get().id();
        int kind = random.nextInt(100);
        if (kind < 42) {
            return Optional.of(new Sending(number));
        }
        if (kind < 56) {
            return Optional.of(plain(new MailCommand.MarkRead(number, ids())));
        }
        if (kind < 68) {
            return Optional.of(plain(new MailCommand.Delete(number, ids())));
        }
        return Optional.of(plain(kind < 90 ? letIn(name, kind) : manage(name)));
    }

    private AccountName anyName() {
        return names[random.nextInt(names.length)];
    }

    private AccountMachine accounts() {
        return workload.node().accounts();
    }

    /** What is in force as far as this node knows, or was in force at some time. */
    private long version(AccountName name) {
        return accounts().credential(name).map(Credential::version).orElse(1L) - (random.nextInt(10) == 0 ? 1 : 0);
    }

    private List<Long> ids() {
        long last = workload.node().mails().lastId();
        List<Long> ids = new ArrayList<>();
        for (int i = random.nextInt(PeopleTruth.MAIL_LIMITS.ids()); i >= 0; i--) {
            ids.add(Math.max(1, last + 2 - random.nextInt(60)));
        }
        return ids;
    }

    private BearerHash draw() {
        BearerHash bearer = new BearerHash(workload.newId(), random.nextLong(), 0, 0);
        drawn.addLast(bearer);
        if (drawn.size() > REMEMBERED) {
            drawn.removeFirst();
        }
        return bearer;
    }

    private BearerHash anyDrawn() {
        if (drawn.isEmpty()) {
            return draw();
        }
        drawn.addLast(drawn.removeFirst());
        return drawn.peekLast();
    }

    private TokenName anyToken() {
        return new TokenName("t" + random.nextInt(4));
    }

    private long lifetime() {
        return 1 + random.nextInt(2 * options.lifetimeMs());
    }

    private Command letIn(AccountName name, int kind) {
        if (kind < 76) {
            return new AccountCommand.LogIn(name, version(name), draw(), lifetime());
        }
        if (kind < 80) {
            return new AccountCommand.LogOut(anyDrawn());
        }
        if (kind < 85) {
            return new AccountCommand.MakeToken(
                    name, anyToken(), draw(), Scopes.WHOLE, random.nextBoolean() ? 0 : lifetime());
        }
        if (kind < 88) {
            return new AccountCommand.RevokeToken(name, anyToken());
        }
        return kind < 89
                ? new AccountCommand.LogOutAll(name)
                : new AccountCommand.ChangePassword(name, new PasswordHash("$" + random.nextInt()), version(name));
    }

    private Command manage(AccountName name) {
        AccessFilter filter = new AccessFilter(random.nextBoolean() ? "a/#" : "b/+");
        Optional<AccountName> whom = random.nextInt(3) == 0 ? Optional.empty() : Optional.of(name);
        return switch (random.nextInt(11)) {
            case 0, 1 -> new AccountCommand.SetRule(new AccessRule(whom, filter, Action.PUBLISH, random.nextBoolean()));
            case 2 -> new AccountCommand.RemoveRule(whom, filter, Action.PUBLISH);
            case 3 -> new AccountCommand.SetRole(name, random.nextBoolean() ? Role.ADMIN : Role.MEMBER);
            case 4 -> new AccountCommand.Delete(name, version(name));
            case 5, 6 ->
                new MailCommand.DeleteAccount(name, random.nextBoolean() ? version(name) : AccountCommand.UNCHECKED);
            case 7, 8, 9 -> limit(whom, filter);
            default -> new AccountCommand.Expire();
        };
    }

    private Command limit(Optional<AccountName> whom, AccessFilter filter) {
        if (!knowsLimits) {
            return new AccountCommand.Expire();
        }
        return random.nextInt(3) == 0
                ? new AccountCommand.DropLimit(anyLimit())
                : new AccountCommand.SetLimit(new Limit(
                        anyLimit(),
                        whom,
                        random.nextBoolean() ? Optional.empty() : Optional.of(filter),
                        whom.isEmpty() && random.nextBoolean(),
                        new Quota(1 + random.nextInt(3), random.nextInt(3), 0)));
    }

    /** One more than there may be. */
    private LimitName anyLimit() {
        return new LimitName("l" + random.nextInt(PeopleTruth.ACCOUNT_LIMITS.limits() + 1));
    }

    // What they want.

    private Operation plain(Command command) {
        return new Asking(workload.newId(), command);
    }

    private Optional<IdempotencyKey> maybeKey(long id) {
        return random.nextBoolean() ? Optional.of(Workload.keyOf(id)) : Optional.empty();
    }

    private class Asking extends Operation {
        Asking(long id, Command command) {
            super(id, command, maybeKey(id), workload.earliest());
        }

        @Override
        boolean rejected(Rejected rejected, boolean givenUp) {
            return false;
        }

        @Override
        void decided(Outcome outcome, long index, boolean last) {}
    }

    private final class Sending extends Asking {
        Sending(long from) {
            this(workload.newId(), from);
        }

        private Sending(long id, long from) {
            super(id, new MailCommand.Send(from, anyName(), new MailContent("m" + id)));
        }

        private String content() {
            return ((MailCommand.Send) command).content().value();
        }

        @Override
        void refused() {
            truth.refused(content());
        }

        @Override
        boolean rejected(Rejected rejected, boolean givenUp) {
            if (!isExactlyOnce()) {
                truth.refused(content());
            }
            return false;
        }

        @Override
        void decided(Outcome outcome, long index, boolean last) {
            truth.acknowledged(content(), ((MailOutcome.Sent) outcome).id());
        }
    }
}
