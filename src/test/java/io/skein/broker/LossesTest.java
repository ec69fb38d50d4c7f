package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.topic.Publication;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More topics trimmed than one turn of the replica looks at. */
class LossesTest {
    private static final int TOPICS = 1300;

    @TempDir
    private Path directory;

    private Hall hall;

    @BeforeEach
    void start() throws Exception {
        hall = new Hall(directory, 32L << 20, 10_000);
        List<Future<?>> done = new ArrayList<>();
        TopicConfig one = new TopicConfig(0, 0, 1, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0);
        for (int i = 0; i < TOPICS; i++) {
            done.add(hall.broker.configure(new TopicName("t/" + i), one, Optional.empty()));
        }
        Hall.await(Future.all(done));
        publishOneEach();
    }

    @AfterEach
    void stop() throws Exception {
        hall.close();
    }

    private void publishOneEach() throws Exception {
        List<Publication> messages = new ArrayList<>();
        for (int i = 0; i < TOPICS; i++) {
            messages.add(Hall.message("t/" + i, "x"));
        }
        for (int i = 0; i < TOPICS; i += 650) {
            Hall.await(hall.broker.publish(
                    new Publish(messages.subList(i, i + 650), false, Optional.empty(), "test", "", Optional.empty())));
        }
    }

    /** Turns that it took, and the losses. */
    private List<History.Loss> gather(Losses losses, int turns) throws Exception {
        int taken = 1;
        while (!hall.ask(losses::gather)) {
            taken++;
        }
        assertEquals(turns, taken);
        return Hall.await(hall.onLoop(() -> losses.judge(List.of(), Cursor.endOf(1))));
    }

    private Losses losses(Cursor position, long told, String filter) {
        return new Losses(hall.topics, hall.store(), Hall.filters(filter), position, told);
    }

    @Test
    void whatWasTrimmedSinceIsGatheredInTurnsAndToldOnce() throws Exception {
        long told = hall.ask(() -> hall.topics.trims());
        Cursor position = Cursor.endOf(1);
        publishOneEach();
        Losses all = losses(position, told, "t/+");
        assertEquals(TOPICS, gather(all, 3).size());
        assertEquals(List.of(), gather(losses(position, all.told(), "t/+"), 1));
        publishOneEach();
        assertEquals(1, gather(losses(position, all.told(), "t/7"), 3).size(), "of those that match");
    }

    @Test
    void whoComesWithACursorIsToldOfEverythingAfterItAndOfWhatIsTrimmedMeanwhile() throws Exception {
        Cursor position = Cursor.endOf(hall.broker.status().appliedIndex());
        assertEquals(List.of(), gather(losses(position, Losses.ALL_NEWS, "t/+"), 1));
        publishOneEach();
        assertEquals(List.of(), gather(losses(position, Losses.ALL_NEWS, "t/+"), 1), "what went was before the cursor");
        publishOneEach();
        Losses interrupted = losses(position, Losses.ALL_NEWS, "t/+");
        assertTrue(!hall.ask(interrupted::gather), "there is more than one turn's share");
        publishOneEach();
        while (!hall.ask(interrupted::gather)) {}
        List<History.Loss> lost = Hall.await(hall.onLoop(() -> interrupted.judge(List.of(), Cursor.endOf(1))));
        assertEquals(TOPICS, lost.size(), "each once");
        assertEquals(hall.ask(() -> hall.topics.trims()), interrupted.told());
    }
}
