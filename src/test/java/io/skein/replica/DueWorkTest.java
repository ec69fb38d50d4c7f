package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What falls due on a leader and cannot be done at once. */
class DueWorkTest {
    private final LoneReplica lone = new LoneReplica();

    private void publishDelayed(long delayMs) {
        Message message = new Message("", List.of(), Format.RAW, "", new byte[] {1});
        Publication delayed = new Publication(new TopicName("orders"), message, delayMs, 0, -1);
        lone.propose(new TopicCommand.Publish(List.of(delayed), false, true, Optional.empty()));
    }

    @Test
    void aBodyThatCouldNotBeReadIsTriedAgainAfterAWhile() {
        publishDelayed(100);
        lone.pass(150);
        assertEquals(1, lone.fetched.size());

        lone.feed(new Input.FetchFailed(lone.fetched.get(0)));
        lone.pass(150);
        assertEquals(1, lone.fetched.size());

        lone.pass(100);
        assertEquals(List.of(lone.fetched.get(0), lone.fetched.get(0)), lone.fetched);
    }

    @Test
    void aBodyThatIsBeingReadIsNotAskedForAgain() {
        publishDelayed(100);
        lone.pass(150);

        lone.pass(1_000);

        assertEquals(1, lone.fetched.size());
    }
}
