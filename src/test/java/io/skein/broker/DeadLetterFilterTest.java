package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.store.StoredMessage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which dead letters are meant. */
class DeadLetterFilterTest {
    private static StoredMessage letter(String headers) {
        String json = "{\"topic\":\"d\",\"offset\":0,\"cursor\":\"c\",\"time\":1,\"key\":\"\",\"headers\":" + headers
                + ",\"format\":\"RAW\",\"contentType\":\"\",\"body\":\"x\"}";
        return new StoredMessage(1, "d", 0, new Cursor(1, 0), 1, Long.MAX_VALUE, json.getBytes(StandardCharsets.UTF_8));
    }

    private static DeadLetterFilter wanted(Map<String, String> headers) {
        return new DeadLetterFilter(Optional.empty(), headers);
    }

    @Test
    void everyHeaderThatIsWantedHasToBeThere() {
        StoredMessage letter = letter("{\"a\":\"1\",\"A\":\"1\"}");
        assertTrue(wanted(Map.of("a", "1")).matches(letter));
        assertFalse(wanted(Map.of("a", "1", "b", "2")).matches(letter));
    }

    @Test
    void aNameThatIsSpeltTwoWaysMayHaveEitherValue() {
        StoredMessage letter = letter("{\"a\":\"1\",\"A\":\"2\"}");
        assertTrue(wanted(Map.of("A", "2")).matches(letter));
        assertFalse(wanted(Map.of("A", "3")).matches(letter));
    }
}
