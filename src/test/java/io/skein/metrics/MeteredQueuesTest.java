package io.skein.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Hall;
import io.skein.broker.Queues;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeteredQueuesTest {
    private static final TopicName JOBS = new TopicName("jobs");

    private static Publication message(TopicName topic) {
        return Publication.of(topic, new Message("", List.of(), Format.RAW, "", "x".getBytes(UTF_8)));
    }

    @Test
    void whatIsPutIsPublishedAndWhatIsTakenIsDelivered(@TempDir Path directory) throws Exception {
        try (Hall hall = new Hall(directory, 1 << 20, 10_000);
                Metrics metrics = new Metrics(Metrics.newRegistry())) {
            Queues metered = metrics.metered(hall.broker).queues();
            Hall.await(hall.onLoop(() -> metered.create(JOBS)));
            Hall.await(hall.onLoop(() -> metered.put(message(JOBS))));
            assertTrue(Hall.await(hall.onLoop(() -> metered.take(JOBS))).isPresent());
            assertEquals(Optional.empty(), Hall.await(hall.onLoop(() -> metered.take(JOBS))), "there was one");
            assertThrows(
                    Exception.class, () -> Hall.await(hall.onLoop(() -> metered.put(message(new TopicName("none"))))));
            String text = metrics.scrape("").text();
            for (String line : List.of(
                    "skein_messages_published_total{interface=\"http\"} 1.0",
                    "skein_messages_delivered_total{interface=\"http\",mode=\"take\"} 1.0",
                    "skein_messages_rejected_total{reason=\"unknown-topic\"} 1.0")) {
                assertTrue(text.contains(line + "\n"), line);
            }
        }
    }
}
