package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SubscriberLinesTest {
    private static List<String> said(String... segments) {
        SubscriberLines lines = new SubscriberLines(256);
        List<String> out = new ArrayList<>();
        for (String segment : segments) {
            List<SubscriberLine> cut = segment.equals("...") ? lines.idle() : lines.feed(segment.getBytes(UTF_8));
            cut.forEach(line -> out.add((line.verb() + " " + line.argument()).strip()));
        }
        return out;
    }

    @Test
    void commandsMayBeLines() {
        assertEquals(
                List.of("SUBSCRIBE a/b", "UNSUBSCRIBE a/b", "PING", "SUBSCRIBE știri"),
                said("SUBSCRIBE:a/b\nUNSUBSCRIBE: a/b \r\n\nPING\nSUBSCRIBE:știri\n"));
    }

    @Test
    void commandsMayBeSegments() {
        assertEquals(
                List.of("SUBSCRIBE a", "PING", "SUBSCRIBE b", "UNSUBSCRIBE a", "PING"),
                said("SUBSCRIBE:a", "PING", "SUBSCRIBE:b", "UNSUBSCRIBE:a", "PING"));
    }

    @Test
    void commandsMayBeJoined() {
        assertEquals(
                List.of("PING", "PING", "SUBSCRIBE a", "UNSUBSCRIBE b", "SUBSCRIBE c"),
                said("PINGPINGSUBSCRIBE:aUNSUBSCRIBE:bSUBSCRIBE:c\n"));
    }

    @Test
    void aCommandWithoutEndIsOneWhenItIsQuiet() {
        assertEquals(List.of(), said("SUBSCRIBE:a"));
        assertEquals(List.of("SUBSCRIBE a"), said("SUBSCRIBE:a", "..."));
        assertEquals(List.of("SUBSCRIBE ab"), said("SUBSCRIBE:a", "b", "...", "..."));
    }

    @Test
    void pingIsAnsweredAtOnceHoweverItComes() {
        assertEquals(List.of("PING"), said("P", "I", "N", "G"));
    }

    @Test
    void otherLinesAreUnknown() {
        assertEquals(List.of("UNKNOWN hello", "UNKNOWN subscribe:a"), said("hello\nsubscribe:a\n"));
    }

    @Test
    void aLineAboveTheLimitEndsTheStream() {
        SubscriberLines lines = new SubscriberLines(16);
        lines.feed("SUBSCRIBE:a\n".getBytes(UTF_8));
        assertFalse(lines.tooLong());
        lines.feed("SUBSCRIBE:aaaaaaaaaaaa".getBytes(UTF_8));
        assertTrue(lines.tooLong());
        assertEquals(List.of(), lines.feed("\nPING".getBytes(UTF_8)));
        assertEquals(List.of(), lines.idle());
    }

    @Test
    void linesAreTheSameHoweverTheyAreSplit() {
        Random random = new Random(20260804);
        String[] parts = {"SUBSCRIBE:", "UNSUBSCRIBE:", "a/b", "ж", " ", "\n", "\r\n", "all", "#", "UN", "SUB", "xyz"};
        for (int round = 0; round < 2000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(16); i >= 0; i--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            byte[] bytes = (text + "\n").getBytes(UTF_8);
            SubscriberLines whole = new SubscriberLines(1024);
            SubscriberLines split = new SubscriberLines(1024);
            List<SubscriberLine> expected = whole.feed(bytes);
            List<SubscriberLine> got = new ArrayList<>();
            int from = 0;
            while (from < bytes.length) {
                int to = Math.min(bytes.length, from + 1 + random.nextInt(8));
                got.addAll(split.feed(Arrays.copyOfRange(bytes, from, to)));
                from = to;
            }
            assertEquals(expected, got, text.toString());
        }
    }
}
