package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.FakeBroker;
import io.skein.frame.MessageJson;
import io.skein.machine.Cursor;
import io.skein.store.StoredMessage;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TailTest {
    private static final ConsoleLimits LIMITS = ConsoleLimits.DEFAULT;

    private final Vertx vertx = Vertx.vertx();
    private final List<String> written = new ArrayList<>();
    private boolean full;
    private long nanos;

    private final Tail tail = new Tail(
            new FakeBroker(vertx),
            LIMITS,
            new Tail.Screen() {
                @Override
                public boolean isFull() {
                    return full;
                }

                @Override
                public void write(Buffer event) {
                    written.add(event.toString());
                }
            },
            () -> nanos,
            "#",
            Optional.empty(),
            "peer");

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void aBurstIsShownUpToTheLimitAndTheRestIsCounted() {
        tail.deliver(messages(1_000, 10), "c7.1.0");

        assertEquals(LIMITS.tailPerSecond(), shown(0).size());
        assertEquals(1_000 - LIMITS.tailPerSecond(), data(0).getInteger("skipped"));
    }

    @Test
    void asMuchTimeAsPassedIsWorthMessages() {
        tail.deliver(messages(1_000, 10), "c7.1.0");
        nanos += 100_000_000;
        tail.deliver(messages(1_000, 10), "c7.2.0");

        assertEquals(LIMITS.tailPerSecond() / 10, shown(1).size());
    }

    @Test
    void aLongPauseIsNotWorthMoreThanASecond() {
        nanos += 3_600_000_000_000L;
        tail.deliver(messages(1_000, 10), "c7.1.0");

        assertEquals(LIMITS.tailPerSecond(), shown(0).size());
    }

    @Test
    void nothingIsWrittenToAFullQueueAndEverythingIsCounted() {
        full = true;
        for (int i = 0; i < 100; i++) {
            assertTrue(tail.deliver(messages(10, 10), "c7.1.0"));
            tail.tick();
        }
        assertEquals(List.of(), written);

        full = false;
        tail.tick();

        assertEquals(1_000, data(0).getInteger("skipped"));
        assertEquals(0, shown(0).size());
    }

    @Test
    void whatWasSkippedIsToldOnce() {
        tail.deliver(messages(LIMITS.tailPerSecond(), 10), "c7.1.0");
        tail.deliver(messages(7, 10), "c7.2.0");
        tail.tick();
        tail.tick();

        assertEquals(2, written.size());
        assertEquals(7, data(1).getInteger("skipped"));
    }

    @Test
    void ofALargeMessageOnlyPlaceAndSizeAreShown() {
        tail.deliver(messages(1, LIMITS.tailMessageBytes()), "c7.1.0");

        JsonObject message = shown(0).getJsonObject(0);
        assertEquals("a/b", message.getString("topic"));
        assertEquals(0, message.getLong("offset"));
        assertTrue(message.getInteger("bytes") > LIMITS.tailMessageBytes());
        assertEquals(null, message.getString("body"));
    }

    @Test
    void theCursorIsTheEventsId() {
        tail.deliver(messages(1, 10), "c7.3.2");

        assertTrue(written.get(0).startsWith("id: c7.3.2\nevent: tail\ndata: {"), written.get(0));
        assertTrue(written.get(0).endsWith("}\n\n"), written.get(0));
    }

    private JsonObject data(int event) {
        String text = written.get(event);
        return new JsonObject(text.substring(text.indexOf("data: ") + 6));
    }

    private JsonArray shown(int event) {
        return data(event).getJsonArray("messages");
    }

    private static List<StoredMessage> messages(int count, int bodyBytes) {
        List<StoredMessage> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] json = MessageJson.encode("a/b", i, "c7." + i + ".0", 1, "RAW", new byte[bodyBytes]);
            messages.add(new StoredMessage(1, "a/b", i, new Cursor(i, 0), 1, Long.MAX_VALUE, json));
        }
        return messages;
    }
}
