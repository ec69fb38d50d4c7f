package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.machine.Cursor;
import io.skein.machine.Machine;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is due is begun once by each leadership. */
class DueWorkTest {
    private final TopicMachine topics = new TopicMachine();
    private final List<Machine> machines = List.of(topics);
    private final DueWork work = new DueWork(machines, new EntryCodec(machines));
    private final List<Proposal> proposed = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private long nanos;

    /** A message waits to leave, and another's time is over. */
    private void fallDue() {
        Message message = new Message("", List.of(), Format.RAW, "", new byte[] {1});
        TopicName name = new TopicName("a");
        topics.evolve(new TopicChange.Created(1, name, TopicConfig.DEFAULT, new Cursor(1, 0), 1));
        topics.evolve(new TopicChange.Appended(1, name, 0, new Cursor(2, 0), 1, 10, List.of(message), message.size()));
        topics.evolve(new TopicChange.Scheduled(new Cursor(3, 0), 10, 1, new Publication(name, message, 9, 0, -1)));
    }

    private void look() {
        nanos += 1_000_000_000;
        work.begin(new Now(nanos, 0), 20, false, proposed::add, effects::add);
    }

    @Test
    void whatIsUnderWayIsNotBegunAgain() {
        fallDue();
        look();
        look();

        assertEquals(
                List.of(new TopicCommand.Expire()),
                proposed.stream().map(Proposal::command).toList());
        assertEquals(List.of(new Effect.Fetch(new Cursor(3, 0))), effects);
    }

    @Test
    void whoLeadsAgainDoesNotWaitForWhatItLost() {
        fallDue();
        look();

        work.lead();
        look();

        assertEquals(2, proposed.size());
        assertEquals(2, effects.size());
    }
}
