package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rights and limits: what a command changed holds for whoever has its answer. */
@Timeout(60)
class DecidedTest {
    private static final long AN_ANSWER_WOULD_BE_THERE_MS = 200;

    @TempDir
    private Path directory;

    @Test
    void whoDecidesWhatOthersMayDoHasTakenACommandOverBeforeItIsAnswered() throws Exception {
        try (BareNode node = BareNode.alone(directory, "n1")) {
            Awaitility.await()
                    .until(() -> node.replica.status() != null
                            && node.replica.status().caughtUp());
            CountDownLatch answered = new CountDownLatch(1);
            List<Boolean> early = new CopyOnWriteArrayList<>();
            node.whenDecided = () -> {
                try {
                    early.add(answered.await(AN_ANSWER_WOULD_BE_THERE_MS, TimeUnit.MILLISECONDS));
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            };

            node.proposer
                    .propose(new TopicCommand.Configure(new TopicName("rooms"), TopicConfig.DEFAULT), Optional.empty())
                    .onComplete(done -> answered.countDown())
                    .await(20, TimeUnit.SECONDS);

            assertEquals(false, early.get(0));
        }
    }

    @Test
    void nobodySeesThatACommandIsAppliedBeforeWhoDecidesHasTakenItOver() throws Exception {
        try (BareNode node = BareNode.alone(directory, "n1")) {
            Awaitility.await()
                    .until(() -> node.replica.status() != null
                            && node.replica.status().caughtUp());
            List<Long> seen = new CopyOnWriteArrayList<>();
            node.whenDecided = () -> seen.add(node.replica.status().appliedIndex());

            Committed committed = node.proposer
                    .propose(new TopicCommand.Configure(new TopicName("rooms"), TopicConfig.DEFAULT), Optional.empty())
                    .await(20, TimeUnit.SECONDS);

            assertTrue(seen.get(0) < committed.index(), seen + " at " + committed);
        }
    }
}
