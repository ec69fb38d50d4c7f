package io.skein.store;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.replica.WriteBatch;
import io.skein.store.OpenStore.Heard;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * A file system that really fills up, for who has one to spare: {@code mount -t tmpfs -o size=24m tmpfs DIRECTORY} and
 * {@code SKEIN_SMALL_DISK=DIRECTORY}.
 */
@EnabledIfEnvironmentVariable(named = "SKEIN_SMALL_DISK", matches = ".+")
class SmallDiskTest {
    @Test
    void aDiskThatIsFullLosesNothingAndGoesOnAfterATopicIsDeleted() throws Exception {
        Path directory = Path.of(System.getenv("SKEIN_SMALL_DISK")).resolve("data");
        Vertx vertx = Vertx.vertx();
        StoreConfig config = new StoreConfig(
                directory, StoreConfig.Durability.FSYNC, 16 << 10, 2 << 20, 4 << 20, 0, 2, 100, 3 << 20, 0);
        List<String> state;
        try (OpenStore open = OpenStore.at(vertx, config, StoreListener.NONE, Faults.NONE)) {
            open.author.publish("small", "kept");
            open.settle();
            await().until(() -> Files.exists(directory.resolve("reserve")));
            // As the replica does: what is refused is written again, and once the disk is tight no more is published.
            long published = 0;
            while (!open.tight) {
                open.author.publish("large", "x".repeat(100_000));
                published++;
                WriteBatch batch = open.author.settling();
                open.send(batch);
                while (open.hear() instanceof Heard.Full) {
                    open.on(() -> {
                        open.store.write(batch);
                        return null;
                    });
                }
            }
            assertTrue(published > 50, published + " messages fitted");
            assertTrue(Files.notExists(directory.resolve("reserve")));
            assertEquals(
                    published,
                    open.readRows(open.author.of("large"), Cursor.ORIGIN, 100).size());

            open.author.delete("large");
            open.settle();
            await().until(() -> !open.tight);
            for (int i = 0; i < 20; i++) {
                open.author.publish("small", "x".repeat(100_000));
                open.settle();
            }
            state = open.author.state();
        }
        try (OpenStore open = OpenStore.at(vertx, config, StoreListener.NONE, Faults.NONE)) {
            assertEquals(state, open.author.state());
            assertEquals(
                    21,
                    open.readRows(open.author.of("small"), Cursor.ORIGIN, 100).size());
        }
        vertx.close().await();
    }
}
