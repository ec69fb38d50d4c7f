package io.skein.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.Moment;
import io.skein.machine.StateHash;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What holds of every machine. That deciding twice gives the same, {@link TopicLog} holds with every command. */
class TopicMachineLawsTest {
    private static final Cursor AT = new Cursor(3, 1);
    private static final TopicName NAME = new TopicName("a");
    private static final Message MESSAGE = TopicLog.body(Format.RAW, "x");

    private static final List<Command> COMMANDS = List.of(
            new TopicCommand.Publish(List.of(Publication.of(NAME, MESSAGE)), false, true, Optional.empty()),
            new TopicCommand.Configure(NAME, TopicConfig.DEFAULT),
            new TopicCommand.Delete(NAME),
            new TopicCommand.Cancel(AT),
            new TopicCommand.Release(AT, Publication.of(NAME, MESSAGE)),
            new TopicCommand.Expire());

    /** In an order in which they can happen. */
    private static final List<Change> CHANGES = List.of(
            new TopicChange.LastTopic(4),
            new TopicChange.Created(5, NAME, TopicConfig.DEFAULT, AT, 100),
            new TopicChange.Configured(5, TopicLog.keep(10, 0, 0)),
            new TopicChange.Head(5, 1, 80, new Cursor(2, 0), 100, 100),
            new TopicChange.TtlSet(5, 0, 900),
            new TopicChange.Appended(5, NAME, 1, AT, 110, 800, List.of(MESSAGE), MESSAGE.size()),
            new TopicChange.Marked(5, 2, AT, 100, 110, 145),
            new TopicChange.Expired(5, 1),
            new TopicChange.Pinned(5, 1),
            new TopicChange.Unpinned(5, 1),
            new TopicChange.Trimmed(5, 1, new Cursor(2, 0), 80),
            new TopicChange.Scheduled(AT, 700, 110, Publication.of(NAME, MESSAGE)),
            new TopicChange.Waiting(new Cursor(4, 0), 600),
            new TopicChange.Unscheduled(AT),
            new TopicChange.Produced("p", 0, 1, 110, new byte[] {1}),
            new TopicChange.AnswersForgotten("p", 1),
            new TopicChange.ProducerRemoved("p"),
            new TopicChange.Deleted(5));

    @Test
    void everyCommandIsDecided() {
        assertEquals(Set.of(TopicCommand.class.getPermittedSubclasses()), kinds(COMMANDS));
        var machine = new TopicMachine();
        for (Command command : COMMANDS) {
            assertTrue(machine.owns(command));
            machine.decide(new Moment(9, 0, 5_000), command);
        }
        Command stranger = new Command() {};
        assertTrue(!machine.owns(stranger));
        assertThrows(AssertionError.class, () -> machine.decide(new Moment(9, 0, 5_000), stranger));
    }

    @Test
    void everyChangeIsEvolvedAndNoTwoHashAlike() {
        assertEquals(Set.of(TopicChange.class.getPermittedSubclasses()), kinds(CHANGES));
        var machine = new TopicMachine();
        var hashes = new HashSet<Long>();
        for (Change change : CHANGES) {
            assertTrue(machine.owns(change));
            assertTrue(change.weight() > 0);
            machine.evolve(change);
            var hash = new StateHash(0);
            change.hashInto(hash);
            assertTrue(hashes.add(hash.value()), change.toString());
        }
        assertEquals(0, machine.totals().topics());
    }

    @Test
    void onlyWhatSubscribersWantIsDelivered() {
        assertEquals(
                List.of(TopicChange.Appended.class),
                CHANGES.stream()
                        .filter(Delivery.class::isInstance)
                        .map(Object::getClass)
                        .toList());
    }

    @Test
    void anotherBodyIsAnotherHash() {
        assertNotEquals(hash("x"), hash("y"));
        assertEquals(hash("x"), hash("x"));
    }

    private static long hash(String body) {
        var hash = new StateHash(0);
        Message message = TopicLog.body(Format.RAW, body);
        new TopicChange.Appended(1, NAME, 0, AT, 1, Long.MAX_VALUE, List.of(message), message.size()).hashInto(hash);
        return hash.value();
    }

    @Test
    void aNewMachineHasNothingToSay() {
        var machine = new TopicMachine();
        List<Change> changes = new ArrayList<>();

        machine.snapshot(changes::add);

        assertEquals(List.of(), changes);
        assertEquals(Long.MAX_VALUE, machine.nextDue());
        assertEquals(List.of(), machine.due(Long.MAX_VALUE, 10));
        assertEquals(new TopicTotals(0, 0, 0, 0), machine.totals());
    }

    private static Set<Class<?>> kinds(List<?> all) {
        Set<Class<?>> kinds = new HashSet<>();
        all.forEach(one -> kinds.add(one.getClass()));
        return kinds;
    }
}
