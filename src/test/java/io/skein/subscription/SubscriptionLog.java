package io.skein.subscription;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Decision;
import io.skein.machine.Due;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.subscription.SubscriptionCommand.Ack;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.DeadLetter;
import io.skein.subscription.SubscriptionCommand.Extend;
import io.skein.subscription.SubscriptionCommand.Nack;
import io.skein.subscription.SubscriptionCommand.Pull;
import io.skein.subscription.SubscriptionOutcome.Lent;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.subscription.SubscriptionOutcome.Settled;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.skein.topic.TopicView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A log of one command an entry, applied to the machines of topics and subscriptions as the replica does it. With every
 * command it holds the laws of machines: deciding twice gives the same, asking moves nothing, and a second node, which came
 * back from its rows at some time, decides the same.
 */
final class SubscriptionLog {
    /** One replica's machines. */
    static final class Node {
        final TopicMachine topics = new TopicMachine();
        final SubscriptionMachine subscriptions;

        Node(SubscriptionLimits limits) {
            subscriptions = new SubscriptionMachine(topics, limits);
        }

        Machine owner(Command command) {
            return topics.owns(command) ? topics : subscriptions;
        }

        void evolve(Change change) {
            if (topics.owns(change)) {
                topics.evolve(change);
                subscriptions.observe(change);
            } else {
                subscriptions.evolve(change);
            }
        }
    }

    final SubscriptionLimits limits;
    final Node node;
    Node shadow;
    final SubscriptionRows rows = new SubscriptionRows();

    long index = 10;
    long time = 1_000_000;
    List<Change> changes = List.of();
    final Map<Moment, Command> entries = new LinkedHashMap<>();

    SubscriptionLog() {
        this(SubscriptionLimits.DEFAULT);
    }

    SubscriptionLog(SubscriptionLimits limits) {
        this.limits = limits;
        node = new Node(limits);
        shadow = new Node(limits);
    }

    Outcome apply(Command command) {
        Moment at = new Moment(++index, 0, ++time);
        entries.put(at, command);
        Command read = node.owner(command)
                .fromProto(node.owner(command).toProto(command))
                .orElseThrow();
        Decision decision = node.owner(command).decide(at, command);
        Decision again = node.owner(command).decide(at, read);
        assertEquals(told(decision.changes()), told(again.changes()), "decided again, read from the log");
        assertEquals(decision.outcome(), again.outcome());
        Decision elsewhere = shadow.owner(command).decide(at, read);
        assertEquals(told(decision.changes()), told(elsewhere.changes()), "decided on another node");
        assertEquals(decision.outcome(), elsewhere.outcome());
        byte[] bytes = node.owner(command).encode(decision.outcome());
        assertEquals(decision.outcome(), node.subscriptions.decode(bytes), "read from the other node's answer");
        assertTrue(
                decision.changes().stream().allMatch(change -> places(change, at, command)),
                "all places are the command's own");
        for (Change change : decision.changes()) {
            node.evolve(change);
            shadow.evolve(change);
            rows.write(change);
        }
        changes = decision.changes();
        System.out.println(
                index + " @" + time + " " + command + " -> " + decision.outcome() + "\n      " + told(changes));
        return decision.outcome();
    }

    private static boolean places(Change change, Moment at, Command command) {
        Cursor place =
                change instanceof SubscriptionChange.MarkSet set ? set.mark().at() : Cursor.ORIGIN;
        return place.index() != at.index() || place.place() < at.place() + command.places();
    }

    /** Machines made from the rows. */
    Node restarted() {
        Node other = new Node(limits);
        rows.readInto(other::evolve);
        return other;
    }

    /** Machines made from these machines' snapshots. */
    Node copied() {
        Node other = new Node(limits);
        node.topics.snapshot(other::evolve);
        node.subscriptions.snapshot(other::evolve);
        return other;
    }

    static List<String> state(Node node) {
        List<Change> changes = new ArrayList<>();
        node.topics.snapshot(changes::add);
        node.subscriptions.snapshot(changes::add);
        List<String> told = told(changes);
        told.add(node.subscriptions.totals().toString());
        node.subscriptions.all().forEach(view -> told.add(view.toString()));
        return told;
    }

    void holdsAfterARestart() {
        same(state(node), state(restarted()), "made from rows");
        same(state(node), state(copied()), "made from the snapshot");
    }

    private static void same(List<String> expected, List<String> actual, String what) {
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            assertEquals(expected.get(i), actual.get(i), what);
        }
        assertEquals(expected, actual, what);
    }

    static List<String> told(List<Change> changes) {
        List<String> told = new ArrayList<>();
        for (Change change : changes) {
            if (change instanceof TopicChange.Appended a) {
                told.add("Appended " + a.topic() + " " + a.firstOffset() + " " + a.first() + " " + a.time() + " "
                        + a.expiresAt() + " "
                        + a.messages().stream()
                                .map(m -> m.key() + m.headers() + Arrays.toString(m.body()))
                                .toList());
            } else {
                told.add(change.toString());
            }
        }
        return told;
    }

    // Topics.

    void publish(String topic, int count) {
        List<Publication> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(Publication.of(new TopicName(topic), message("", "m")));
        }
        apply(new TopicCommand.Publish(messages, true, true, Optional.empty()));
    }

    /** One message for each key. */
    void publishKeys(String topic, String... keys) {
        List<Publication> messages = new ArrayList<>();
        for (String key : keys) {
            messages.add(Publication.of(new TopicName(topic), message(key, "m")));
        }
        apply(new TopicCommand.Publish(messages, true, true, Optional.empty()));
    }

    void publishWithTtl(String topic, long ttlMs) {
        apply(new TopicCommand.Publish(
                List.of(new Publication(new TopicName(topic), message("", "t"), 0, ttlMs, -1)),
                true,
                true,
                Optional.empty()));
    }

    static Message message(String key, String body) {
        return new Message(key, List.of(), Format.RAW, "", body.getBytes(StandardCharsets.UTF_8));
    }

    void configureTopic(String topic, TopicConfig config) {
        apply(new TopicCommand.Configure(new TopicName(topic), config));
    }

    static TopicConfig keep(long messages) {
        return new TopicConfig(0, 0, messages, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0);
    }

    TopicView topic(String name) {
        return node.topics.find(new TopicName(name)).orElseThrow();
    }

    // Subscriptions.

    static SubscriptionName name(String name) {
        return new SubscriptionName(name);
    }

    static SubscriptionConfig config(String filter) {
        return SubscriptionConfig.of(new TopicFilter(filter));
    }

    static SubscriptionConfig byKey(String filter) {
        SubscriptionConfig config = config(filter);
        return new SubscriptionConfig(
                config.filter(),
                config.leaseMs(),
                config.maxDeliveries(),
                config.backoffMs(),
                config.deadLetter(),
                SubscriptionConfig.Order.KEY,
                false);
    }

    /** So many deliveries, and back at once. */
    static SubscriptionConfig eager(String filter, int maxDeliveries) {
        SubscriptionConfig config = config(filter);
        return new SubscriptionConfig(
                config.filter(),
                config.leaseMs(),
                maxDeliveries,
                List.of(),
                config.deadLetter(),
                config.order(),
                false);
    }

    Outcome subscribe(String name, SubscriptionConfig config) {
        return apply(new Configure(name(name), config, new Start.Earliest()));
    }

    Outcome subscribe(String name, String filter) {
        return subscribe(name, config(filter));
    }

    Pulled pull(String name, int max) {
        return pull(name, max, "w");
    }

    /** As the leader does it: it reads the keys first, where they matter. */
    Pulled pull(String name, int max, String consumer) {
        List<Keys> keys = new ArrayList<>();
        for (OffsetRange range : node.subscriptions.keysWanted(name(name), max)) {
            List<Long> hashes = new ArrayList<>();
            for (long offset = range.first(); offset < range.end(); offset++) {
                hashes.add(Keys.hash(rows.body(range.topic(), offset).key()));
            }
            keys.add(new Keys(range.topic(), range.first(), hashes));
        }
        return (Pulled) apply(new Pull(name(name), max, consumer, 0, keys));
    }

    /** Every message by itself. */
    static List<Leases> leases(Pulled pulled) {
        List<Leases> leases = new ArrayList<>();
        for (Lent lent : pulled.lent()) {
            for (long offset = lent.first(); offset < lent.first() + lent.count(); offset++) {
                leases.add(new Leases(pulled.subscription(), lent.topic(), offset, 1, pulled.lease()));
            }
        }
        return leases;
    }

    /** {@code topic:offset} of every message, and {@code /n} for its n-th delivery. */
    List<String> texts(Pulled pulled) {
        List<String> texts = new ArrayList<>();
        for (Lent lent : pulled.lent()) {
            String topic = node.topics.find(lent.topic()).orElseThrow().name().value();
            for (long offset = lent.first(); offset < lent.first() + lent.count(); offset++) {
                texts.add(topic + ":" + offset + (lent.delivery() == 1 ? "" : "/" + lent.delivery()));
            }
        }
        return texts;
    }

    Settled ack(String name, List<Leases> leases) {
        return (Settled) apply(new Ack(name(name), leases));
    }

    Settled ack(String name, Pulled pulled) {
        return ack(name, pulled.lent().stream().map(pulled::leases).toList());
    }

    Settled nack(String name, List<Leases> leases, long delayMs) {
        return (Settled) apply(new Nack(name(name), leases, delayMs, "no good"));
    }

    Settled nack(String name, Pulled pulled) {
        return nack(name, pulled.lent().stream().map(pulled::leases).toList(), -1);
    }

    Settled extend(String name, List<Leases> leases, long leaseMs) {
        return (Settled) apply(new Extend(name(name), leases, leaseMs));
    }

    SubscriptionView view(String name) {
        return node.subscriptions.find(name(name)).orElseThrow();
    }

    /** Lets time pass and does what is due, as a leader would. */
    void pass(long ms) {
        time += ms;
        settle();
    }

    void settle() {
        for (int round = 0; ; round++) {
            assertTrue(round < 1_000, "the same is due again and again");
            List<Due> due = new ArrayList<>(node.topics.due(time + 1, 64));
            due.addAll(node.subscriptions.due(time + 1, 64));
            if (due.isEmpty()) {
                return;
            }
            for (Due one : due) {
                if (one instanceof Due.Propose propose) {
                    apply(propose.command());
                } else if (one instanceof Due.Fetch fetch) {
                    node.subscriptions.mark(fetch.place()).ifPresent(this::bury);
                }
            }
        }
    }

    /** At most three bodies at once. */
    void bury(Mark mark) {
        List<Message> bodies = new ArrayList<>();
        for (long offset = mark.first(); offset < Math.min(mark.end(), mark.first() + 3); offset++) {
            bodies.add(rows.body(mark.topic(), offset));
        }
        assertTrue(node.topics.find(mark.topic()).orElseThrow().lowWater() <= mark.first(), "a marked message is gone");
        apply(new DeadLetter(mark.at(), mark.first(), bodies));
    }

    static Rejection why(Outcome outcome) {
        return ((Rejected) outcome).reason();
    }
}
