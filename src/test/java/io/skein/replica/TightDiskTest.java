package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Command;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A disk with little room left: what frees room is taken, the rest waits until there is some. */
class TightDiskTest {
    private static final TopicName TOPIC = new TopicName("orders");

    private final LoneReplica lone = new LoneReplica();

    private static Command publish() {
        Message message = new Message("", List.of(), Format.RAW, "", new byte[] {1});
        return new TopicCommand.Publish(List.of(Publication.of(TOPIC, message)), false, true, Optional.empty());
    }

    @Test
    void whileTheDiskIsTightOnlyWhatFreesRoomIsTaken() {
        assertTrue(lone.propose(publish()) instanceof Effect.Reply);

        lone.feed(new Input.DiskTight(true));

        assertEquals(new Effect.Refuse(7, Effect.Refuse.Reason.DISK_FULL), lone.propose(publish()));
        assertTrue(lone.replica.isDiskFull());
        assertTrue(lone.propose(new TopicCommand.Delete(TOPIC)) instanceof Effect.Reply);
        assertTrue(lone.replica.isDiskFull());

        lone.feed(new Input.DiskTight(false));

        assertTrue(lone.propose(publish()) instanceof Effect.Reply);
    }

    @Test
    void ofThoseWhoWaitForRowsWhileTheDiskIsFullOnlyTheLastAreRemembered() {
        lone.propose(publish());
        lone.isDiskFull = true;
        int last = 3 * Input.Settle.MAX_WAITING;
        for (int id = 0; id <= last; id++) {
            lone.feed(new Input.Settle(id));
        }
        assertEquals(List.of(), lone.settled);

        lone.isDiskFull = false;
        lone.pass(1000);

        // And the first, which went with the batch that met the full disk.
        assertEquals(Input.Settle.MAX_WAITING + 1, lone.settled.size());
        assertTrue(lone.settled.contains((long) last));
    }
}
