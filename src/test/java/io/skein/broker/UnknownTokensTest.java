package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who shows tokens that nobody knows waits. */
class UnknownTokensTest {
    private static final String HERE = "192.0.2.1";

    private long nanos = 1;
    private final UnknownTokens unknown = new UnknownTokens(() -> nanos);

    private void showAll() {
        for (int i = 0; i < UnknownTokens.FREE; i++) {
            assertEquals(Optional.empty(), unknown.begin(HERE), "token " + i);
        }
    }

    @Test
    void manyAreFreeAndThenThereIsOneASecond() {
        showAll();
        Refusal refusal = unknown.begin(HERE).orElseThrow();
        assertEquals(Refusal.Kind.TOO_MANY, refusal.kind());
        assertEquals(Map.of("retryAfterMs", 1_000L), refusal.facts());
        for (int i = 0; i < 10; i++) {
            nanos += TimeUnit.SECONDS.toNanos(1);
            assertEquals(Optional.empty(), unknown.begin(HERE));
            assertTrue(unknown.begin(HERE).isPresent());
        }
    }

    @Test
    void anotherAddressDoesNotWait() {
        showAll();
        assertEquals(Optional.empty(), unknown.begin("192.0.2.2"));
    }

    @Test
    void whatWasGoodDoesNotCount() {
        for (int i = 0; i < 2 * UnknownTokens.FREE; i++) {
            assertEquals(Optional.empty(), unknown.begin(HERE));
            unknown.takeBack(HERE);
        }
    }
}
