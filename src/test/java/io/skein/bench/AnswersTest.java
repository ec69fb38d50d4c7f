package io.skein.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the publishers understand of what they are told. */
class AnswersTest {

    private static final String TWO = """
            HTTP/1.1 201 Created\r
            content-type: application/json\r
            Content-Length: 12\r
            \r
            {"offset":1}HTTP/1.1 503 Service Unavailable\r
            content-length:20\r
            \r
            {"code":"no-leader"}""";

    @Test
    void answersAreFoundHoweverTheBytesAreCut() {
        byte[] bytes = TWO.getBytes(StandardCharsets.UTF_8);
        for (int piece = 1; piece <= bytes.length; piece++) {
            HttpAnswers answers = new HttpAnswers();
            List<String> found = new ArrayList<>();
            for (int from = 0; from < bytes.length; from += piece) {
                answers.add(java.util.Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + piece)));
                while (answers.next()) {
                    found.add(answers.status() + " " + answers.body());
                }
            }
            assertEquals(List.of("201 {\"offset\":1}", "503 {\"code\":\"no-leader\"}"), found, "pieces of " + piece);
        }
    }

    @Test
    void anAnswerWithoutALengthBreaksTheConnectionInsteadOfHangingIt() {
        HttpAnswers answers = new HttpAnswers();
        answers.add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(StandardCharsets.UTF_8));

        assertFalse(answers.next());
        assertTrue(answers.isBroken());
    }

    @Test
    void anEndlessAnswerBreaksTheConnection() {
        HttpAnswers answers = new HttpAnswers();
        for (int i = 0; i < 100; i++) {
            answers.add(new byte[1 << 16]);
        }

        assertTrue(answers.isBroken());
    }

    @Test
    void aReplyNamesItsCommandAndWhatWasRefused() {
        String reply = """
                {"id":51,"ok":true,"results":[{"offset":1,"cursor":"c1"},{"error":{"code":"topic-full","message":"x"}}]}""";

        assertEquals(51, PublishAnswer.id(reply, 0));
        assertTrue(PublishAnswer.isOk(reply));
        assertEquals(1, PublishAnswer.refused(reply));
        assertEquals("topic-full", PublishAnswer.code(reply));
        assertEquals(0, PublishAnswer.id("{\"sub\":\"s1\"}", 0));
    }

    @Test
    void aGroupIsAnsweredOnceAndItsPlaceIsUsedAgain() {
        InFlight inFlight = new InFlight(2);
        long first = inFlight.add(10, 5);
        long second = inFlight.add(20, 6);
        assertTrue(inFlight.isFull());
        assertThrows(IllegalStateException.class, () -> inFlight.add(30, 1));

        inFlight.answered(second);
        long third = inFlight.add(30, 7);

        assertTrue(inFlight.waits(first));
        assertFalse(inFlight.waits(second));
        assertEquals(7, inFlight.count(third));
        assertFalse(inFlight.waits(0));
        assertFalse(inFlight.waits(third + 2));
    }

    @Test
    void theStampsInAFrameAreItsMessages() {
        Stamp stamp = new Stamp(256);
        StringBuilder frame = new StringBuilder("{\"sub\":\"s1\",\"messages\":[");
        for (int i = 0; i < 3; i++) {
            frame.append("{\"topic\":\"bench/0\",\"body\":\"");
            int before = frame.length();
            stamp.append(frame, 1000 + i);
            assertEquals(256, frame.length() - before);
            frame.append("\"}");
        }
        Tally tally = new Tally(new Tally.Live());
        tally.measure(0, 3_000_000_000L);

        assertEquals(3, Stamp.read(frame.toString(), 2_000_001_001L, tally));

        assertEquals(3, tally.delivered());
        assertEquals(2000, tally.endToEnd().p50(), 20);
        assertEquals(0, Stamp.read("{\"id\":1,\"ok\":true}", 0, tally));
        assertEquals(0, Stamp.read("cut off #t0123", 0, tally));
    }
}
