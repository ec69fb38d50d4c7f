package io.skein.broker;

import io.skein.account.AccessFilter;
import io.skein.account.AccessRule;
import io.skein.account.AccountCommand;
import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.account.Action;
import io.skein.account.BearerHash;
import io.skein.account.Grant;
import io.skein.account.PasswordHash;
import io.skein.account.Permit;
import io.skein.account.Role;
import io.skein.account.Scopes;
import io.skein.account.TokenName;
import io.skein.machine.Command;
import io.skein.machine.Moment;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a look at who may what costs: nanoseconds for each {@link LocalGuest#whyNot}, with a thousand rules of the account
 * and a thousand for every member. Not a test; run {@code main}.
 */
final class AccessBench {
    private static final int RULES = 1_000;
    private static final int ROUNDS = 5;
    private static final int LOOKS = 2_000_000;
    private static final AccountName ANNA = new AccountName("anna");

    private final AccountMachine machine = new AccountMachine();
    private long index;

    private AccessBench() {}

    public static void main(String[] arguments) {
        Vertx vertx = Vertx.vertx();
        AccessBench bench = new AccessBench();
        bench.run(vertx);
        vertx.close().await();
    }

    private void take(Command command) {
        index++;
        machine.decide(new Moment(index, 0, index), command).changes().forEach(machine::evolve);
    }

    private void rule(Optional<AccountName> whom, String filter, boolean allow) {
        take(new AccountCommand.SetRule(new AccessRule(whom, new AccessFilter(filter), Action.PUBLISH, allow)));
    }

    private void run(Vertx vertx) {
        take(new AccountCommand.Create(ANNA, new PasswordHash("$x$"), Role.MEMBER));
        String deep = "/b/c/d/e/f/g/h/i/j/k/l/m/n";
        for (int i = 0; i < RULES; i++) {
            String filter = switch (i % 4) {
                case 0 -> "name" + i;
                case 1 -> "shop/+/orders/n" + i;
                case 2 -> "deep" + i + deep + "/#";
                default -> "+/region/" + i + "/#";
            };
            rule(Optional.of(ANNA), filter, true);
            rule(Optional.empty(), "not/" + filter, false);
        }
        LocalGuest member = guest(vertx, bearer("whole", Scopes.WHOLE));
        List<Grant> grants = new ArrayList<>();
        for (int i = 0; i < Scopes.MAX_GRANTS; i++) {
            grants.add(new Grant(Action.PUBLISH, new AccessFilter(i == 15 ? "shop/#" : "other" + i + "/#")));
        }
        LocalGuest program = guest(vertx, bearer("program", new Scopes(false, grants)));
        for (int round = 0; round < ROUNDS; round++) {
            System.out.printf(
                    "1 level %.0f ns, 4 levels %.0f, 16 levels %.0f, filter a/+/c/d %.0f, filter with # %.0f,"
                            + " forbidden %.0f (with its sentence), a token of 16 scopes %.0f%n",
                    nanos(member, "name" + (RULES - 4), true),
                    nanos(member, "shop/berlin/orders/n" + (RULES - 3), true),
                    nanos(member, "deep" + (RULES - 2) + deep + "/o/p", true),
                    nanos(member, "shop/+/orders/n" + (RULES - 3), true),
                    nanos(member, "deep" + (RULES - 2) + deep + "/#", true),
                    nanos(member, "nobody/may/do/this", false),
                    nanos(program, "shop/berlin/orders/n" + (RULES - 3), true));
        }
    }

    private BearerHash bearer(String name, Scopes scopes) {
        BearerHash bearer = BearerHash.of(name);
        take(new AccountCommand.MakeToken(ANNA, new TokenName(name), bearer, scopes, 0));
        return bearer;
    }

    private LocalGuest guest(Vertx vertx, BearerHash bearer) {
        Optional<Permit> permit = machine.permit(bearer, index);
        return new LocalGuest(
                null,
                new Throttle(System::nanoTime),
                WallClock.SYSTEM,
                vertx.getOrCreateContext(),
                true,
                permit,
                new FakeBroker(vertx),
                null,
                null);
    }

    private static double nanos(LocalGuest guest, String asked, boolean may) {
        int right = 0;
        long begin = System.nanoTime();
        for (int i = 0; i < LOOKS; i++) {
            right += guest.whyNot(Action.PUBLISH, asked) == null == may ? 1 : 0;
        }
        long end = System.nanoTime();
        if (right != LOOKS) {
            throw new IllegalStateException(asked + " is " + (may ? "not " : "") + "allowed");
        }
        return (end - begin) / (double) LOOKS;
    }
}
