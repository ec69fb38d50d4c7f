package io.skein.subscription;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.Moment;
import io.skein.machine.StateHash;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What holds of every machine. That deciding twice gives the same, {@link SubscriptionLog} holds with every command. */
class SubscriptionMachineLawsTest {
    private static final Cursor AT = new Cursor(3, 1);
    private static final SubscriptionConfig CONFIG = SubscriptionConfig.of(new TopicFilter("a"));

    /** In an order in which they can happen. */
    private static final List<Change> CHANGES = List.of(
            new SubscriptionChange.LastSubscription(4),
            new SubscriptionChange.Created(5, new SubscriptionName("s"), CONFIG, AT, 100),
            new SubscriptionChange.Configured(5, CONFIG.withPaused(true)),
            new SubscriptionChange.Positioned(5, 1, 10, false),
            new SubscriptionChange.RunSet(5, 1, new Run(2, 3, Run.State.LEASED, 1, 500, new Cursor(2, 0), "w", 0)),
            new SubscriptionChange.RunGone(5, 1, 2),
            new SubscriptionChange.MarkSet(5, new Mark(AT, 1, 4, 2, 3, "bad", 100)),
            new SubscriptionChange.MarkGone(5, AT),
            new SubscriptionChange.DeadSet(5, new OffsetRange(1, 7, 2)),
            new SubscriptionChange.DeadGone(5, 1, 7),
            new SubscriptionChange.Counted(5, 1, 2, 1, 1, 7),
            new SubscriptionChange.Left(5, 1),
            new SubscriptionChange.Deleted(5));

    @Test
    void everyCommandIsDecided() {
        assertEquals(
                Set.of(SubscriptionCommand.class.getPermittedSubclasses()), kinds(CommandCodecTest.GOLDEN.keySet()));
        var node = new SubscriptionLog.Node(SubscriptionLimits.DEFAULT);
        for (Command command : CommandCodecTest.GOLDEN.keySet()) {
            assertTrue(node.subscriptions.owns(command));
            node.subscriptions.decide(new Moment(9, 0, 5_000), command);
        }
        Command stranger = new Command() {};
        assertTrue(!node.subscriptions.owns(stranger));
        assertThrows(AssertionError.class, () -> node.subscriptions.decide(new Moment(9, 0, 5_000), stranger));
    }

    @Test
    void everyChangeIsEvolvedAndNoTwoHashAlike() {
        assertEquals(Set.of(SubscriptionChange.class.getPermittedSubclasses()), kinds(CHANGES));
        var node = new SubscriptionLog.Node(SubscriptionLimits.DEFAULT);
        node.evolve(new TopicChange.Created(1, new TopicName("a"), TopicConfig.DEFAULT, AT, 100));
        var hashes = new HashSet<Long>();
        for (Change change : CHANGES) {
            assertTrue(node.subscriptions.owns(change));
            assertTrue(change.weight() > 0);
            node.evolve(change);
            var hash = new StateHash(0);
            change.hashInto(hash);
            assertTrue(hashes.add(hash.value()), change.toString());
        }
        assertEquals(new SubscriptionTotals(0, 0, 0, 0, 0), node.subscriptions.totals());
    }

    @Test
    void nothingOfItIsDelivered() {
        assertTrue(CHANGES.stream().noneMatch(Delivery.class::isInstance));
    }

    @Test
    void everythingOfARunIsInItsHash() {
        var base = new Run(2, 1, Run.State.LEASED, 1, 500, new Cursor(2, 0), "w", 3);
        Set<Long> hashes = new HashSet<>();
        for (Run run : List.of(
                base,
                new Run(3, 1, Run.State.LEASED, 1, 500, new Cursor(2, 0), "w", 3),
                new Run(2, 2, Run.State.LEASED, 1, 500, new Cursor(2, 0), "w", 0),
                new Run(2, 1, Run.State.DELAYED, 1, 500, new Cursor(2, 0), "w", 3),
                new Run(2, 1, Run.State.LEASED, 2, 500, new Cursor(2, 0), "w", 3),
                new Run(2, 1, Run.State.LEASED, 1, 501, new Cursor(2, 0), "w", 3),
                new Run(2, 1, Run.State.LEASED, 1, 500, new Cursor(2, 1), "w", 3),
                new Run(2, 1, Run.State.LEASED, 1, 500, new Cursor(2, 0), "v", 3),
                new Run(2, 1, Run.State.LEASED, 1, 500, new Cursor(2, 0), "w", 4))) {
            var hash = new StateHash(0);
            new SubscriptionChange.RunSet(1, 1, run).hashInto(hash);
            assertTrue(hashes.add(hash.value()), run.toString());
        }
    }

    @Test
    void aNewMachineHasNothingToSay() {
        var node = new SubscriptionLog.Node(SubscriptionLimits.DEFAULT);
        List<Change> changes = new ArrayList<>();

        node.subscriptions.snapshot(changes::add);

        assertEquals(List.of(), changes);
        assertEquals(Long.MAX_VALUE, node.subscriptions.nextDue());
        assertEquals(List.of(), node.subscriptions.due(Long.MAX_VALUE, 10));
        assertEquals(Optional.empty(), node.subscriptions.find(new SubscriptionName("s")));
    }

    private static Set<Class<?>> kinds(Iterable<?> all) {
        Set<Class<?>> kinds = new HashSet<>();
        all.forEach(one -> kinds.add(one.getClass()));
        return kinds;
    }
}
