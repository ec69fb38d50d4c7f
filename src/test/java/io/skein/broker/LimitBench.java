package io.skein.broker;

import io.skein.account.AccessFilter;
import io.skein.account.AccountCommand;
import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.account.Limit;
import io.skein.account.LimitName;
import io.skein.account.PasswordHash;
import io.skein.account.Quota;
import io.skein.account.Role;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Moment;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.vertx.core.Future;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Optional;

/** What a look at limits costs a publish of one message: nanoseconds of a processor. Not a test; run {@code main}. */
final class LimitBench {
    /** Of this thread, so that others on the machine disturb little. */
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private static final int ROUNDS = 5;
    private static final int LOOKS = 2_000_000;
    private static final Quota MUCH = new Quota(1_000_000_000, 1L << 40, 0);
    private static final Future<String> DONE = Future.succeededFuture("");
    private static final List<TopicOutcome.Result> NOTHING_REFUSED =
            List.of(new TopicOutcome.Delayed(Cursor.ORIGIN, 0));

    private final AccountMachine machine = new AccountMachine();
    private final Throttle throttle = new Throttle(System::nanoTime);
    private long index;

    private LimitBench() {}

    public static void main(String[] arguments) {
        for (int round = 0; round < ROUNDS; round++) {
            System.out.printf(
                    "no limit %.1f ns; one for each account %.0f; by topic, one of them reached: of 10 %.0f, of 1,000 %.0f;"
                            + " 1,000 of others %.0f; 10 that all match %.0f%n",
                    new LimitBench().nanos(),
                    new LimitBench().of(1, Kind.ANY).nanos(),
                    new LimitBench().of(10, Kind.TOPIC).nanos(),
                    new LimitBench().of(1_000, Kind.TOPIC).nanos(),
                    new LimitBench().of(1_000, Kind.OTHERS).nanos(),
                    new LimitBench().of(10, Kind.ANY).nanos());
        }
    }

    private enum Kind {
        ANY,
        TOPIC,
        OTHERS
    }

    private LimitBench of(int limits, Kind kind) {
        for (int i = 0; i < limits; i++) {
            AccountName other = new AccountName("other" + i);
            if (kind == Kind.OTHERS) {
                take(new AccountCommand.Create(other, new PasswordHash("$"), Role.MEMBER));
            }
            take(new AccountCommand.SetLimit(new Limit(
                    new LimitName("l" + i),
                    kind == Kind.OTHERS ? Optional.of(other) : Optional.empty(),
                    kind == Kind.TOPIC ? Optional.of(new AccessFilter("shop/n" + i + "/#")) : Optional.empty(),
                    false,
                    MUCH)));
        }
        throttle.applied(machine);
        return this;
    }

    private void take(Command command) {
        index++;
        machine.decide(new Moment(index, 0, index), command).changes().forEach(machine::evolve);
    }

    private double nanos() {
        Message message = new Message("", List.of(), Format.RAW, "", new byte[256]);
        List<Publication> messages = List.of(Publication.of(new TopicName("shop/n7/orders"), message));
        int right = 0;
        long begin = CPU.getCurrentThreadCpuTime();
        for (int i = 0; i < LOOKS; i++) {
            right += throttle.charged(77_777, messages, () -> DONE, done -> NOTHING_REFUSED)
                            .succeeded()
                    ? 1
                    : 0;
        }
        long end = CPU.getCurrentThreadCpuTime();
        if (right != LOOKS) {
            throw new IllegalStateException("the limit is reached");
        }
        return (end - begin) / (double) LOOKS;
    }
}
