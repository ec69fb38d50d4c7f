package io.skein.broker;

import io.skein.machine.Lineage;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Where reading begins (API.md section 2, {@code from}). */
public sealed interface From {
    record Earliest() implements From {}

    /** After everything there is now; resolved once. */
    record Latest() implements From {}

    /** What follows this cursor. */
    record After(Lineage.Text cursor) implements From {}

    /** Begins with this offset; for a single topic only. */
    record Offset(long offset) implements From {}

    /** Begins with the first message stamped at or after this, epoch milliseconds. */
    record Time(long epochMs) implements From {}

    /** Begins with the first message stamped within this long before now. */
    record Ago(long ms) implements From {}

    From EARLIEST = new Earliest();
    From LATEST = new Latest();

    /** @throws IllegalArgumentException with a sentence for the client */
    static From parse(String text) {
        if (text.equals("earliest")) {
            return EARLIEST;
        }
        if (text.equals("latest")) {
            return LATEST;
        }
        if (text.matches("[0-9]{1,18}")) {
            return new Offset(Long.parseLong(text));
        }
        var cursor = Lineage.parse(text);
        if (cursor.isPresent()) {
            return new After(cursor.get());
        }
        try {
            if (text.startsWith("-") && text.length() > 2) {
                return new Ago(parseAgo(text.substring(1)));
            }
            return new Time(Instant.parse(text).toEpochMilli());
        } catch (DateTimeParseException | ArithmeticException | NumberFormatException notTime) {
            throw new IllegalArgumentException("from is earliest, latest, a cursor, an offset, a time"
                    + " (2026-01-01T00:00:00Z) or a duration (-15m), not \"" + text + "\"");
        }
    }

    private static long parseAgo(String text) {
        char unit = text.charAt(text.length() - 1);
        if (text.endsWith("ms")) {
            return Long.parseLong(text.substring(0, text.length() - 2));
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (unit) {
            case 's' -> Math.multiplyExact(number, 1000L);
            case 'm' -> Duration.ofMinutes(number).toMillis();
            case 'h' -> Duration.ofHours(number).toMillis();
            case 'd' -> Duration.ofDays(number).toMillis();
            default -> throw new NumberFormatException(text);
        };
    }
}
