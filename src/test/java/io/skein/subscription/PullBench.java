package io.skein.subscription;

import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Decision;
import io.skein.machine.Moment;
import io.skein.subscription.SubscriptionCommand.Ack;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.Pull;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import java.util.ArrayList;
import java.util.List;

/**
 * How many messages a second the machine lends and settles: decide and evolve, nothing else. By hand:
 * {@code java -cp target/classes:target/test-classes:... io.skein.subscription.PullBench [subscriptions]}.
 */
final class PullBench {
    private static final long MESSAGES = 1L << 40;

    private final SubscriptionLog.Node node = new SubscriptionLog.Node(SubscriptionLimits.DEFAULT);
    private long index;
    private long time = 1_000_000;

    public static void main(String[] args) {
        int subscriptions = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        for (int batch : new int[] {1, 16, 256}) {
            for (boolean singly : new boolean[] {false, true}) {
                for (int round = 0; round < 3; round++) {
                    new PullBench().run(subscriptions, batch, singly, round == 2);
                }
            }
        }
    }

    private void run(int subscriptions, int batch, boolean singly, boolean says) {
        node.evolve(new TopicChange.Created(1, new TopicName("a"), TopicConfig.DEFAULT, new Cursor(1, 0), time));
        node.evolve(new TopicChange.Head(1, MESSAGES, MESSAGES * 64, new Cursor(2, 0), time, time));
        for (int i = 0; i < subscriptions; i++) {
            apply(new Configure(new SubscriptionName("s" + i), SubscriptionLog.config("a"), new Start.Earliest()));
        }
        long messages = 0;
        long start = System.nanoTime();
        while (System.nanoTime() - start < 1_500_000_000) {
            for (int i = 0; i < 100; i++) {
                var name = new SubscriptionName("s" + i % subscriptions);
                var pulled = (Pulled) apply(new Pull(name, batch, "w", 0, List.of()));
                List<Leases> leases = new ArrayList<>();
                if (singly) {
                    leases.addAll(SubscriptionLog.leases(pulled));
                } else {
                    pulled.lent().forEach(lent -> leases.add(pulled.leases(lent)));
                }
                apply(new Ack(name, leases));
                messages += batch;
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (says) {
            System.out.printf(
                    "%d subscriptions, batches of %d, acknowledged %s: %,.0f messages/s%n",
                    subscriptions, batch, singly ? "one by one" : "as ranges", messages / seconds);
        }
    }

    private Object apply(Command command) {
        Decision decision = node.subscriptions.decide(new Moment(++index, 0, time += 2), command);
        for (Change change : decision.changes()) {
            node.evolve(change);
        }
        return decision.outcome();
    }
}
