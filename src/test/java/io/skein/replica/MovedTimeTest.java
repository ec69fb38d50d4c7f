package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The log's time when somebody moves that of a whole simulated cluster ({@link Now#floorMs}). */
class MovedTimeTest {
    private static final long DAY = 86_400_000;

    private final LoneReplica lone = new LoneReplica();
    private final long term = lone.replica.term();

    @Test
    void theLogSaysAtOnceHowLateItIsThoughNobodyAsksForAnything() {
        lone.move(3 * DAY);

        assertEquals(lone.wallMs(), lone.replica.appliedTime());
    }

    @Test
    void noOtherTermBegins() {
        lone.move(3 * DAY);
        lone.pass(1_000);

        assertEquals(term, lone.replica.term());
    }

    @Test
    void itSaysSoOnce() {
        lone.move(3 * DAY);
        long last = lone.replica.lastIndex();
        lone.pass(1_000);

        assertEquals(last, lone.replica.lastIndex());
    }

    @Test
    void whatFellDueOnTheWayIsBegun() {
        Message message = new Message("", List.of(), Format.RAW, "", new byte[] {1});
        Effect answer = lone.propose(new TopicCommand.Publish(
                List.of(new Publication(new TopicName("a"), message, DAY, 0, -1)), false, true, Optional.empty()));
        assertInstanceOf(Effect.Reply.class, answer);
        assertTrue(lone.replica.nextDue() > lone.replica.appliedTime() + DAY / 2);

        lone.move(3 * DAY);

        assertEquals(1, lone.fetched.size());
    }
}
