package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.protocol.tcp.PublisherFrames.Waiting;
import io.skein.topic.Format;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class PublisherFramesTest {
    private static final int LIMIT = 4096;

    /** Quiet on the line; not a character that PAD publishers send. */
    private static final String QUIET = "\u0000";

    private static final String PRETTY = "{\n  \"Topic\": \"sports\",\n  \"Value\": [1, 2]\n}";

    private record Case(String name, String stream, List<String> frames) {}

    private static Case of(String name, String stream, String... frames) {
        return new Case(name, stream, List.of(frames));
    }

    /** Frames are written as format, topic, {@code ack} or nothing, body. */
    private static final List<Case> CASES = List.of(
            of("raw to the newline", "FORMAT:RAW|hello\n", "RAW||hello"),
            of("raw with CR and newline", "FORMAT:RAW|hello\r\n", "RAW||hello"),
            of("raw without terminator waits for quiet", "FORMAT:RAW|hello", List.<String>of()),
            of("raw ended by quiet", "FORMAT:RAW|hello" + QUIET, "RAW||hello"),
            of("raw ended by the next header", "FORMAT:RAW|aFORMAT:RAW|b\n", "RAW||a", "RAW||b"),
            of("an empty raw message", "FORMAT:RAW|\n", "RAW||"),
            of("a json document needs no terminator", "FORMAT:JSON|{\"Topic\":\"t\"}", "JSON|t|{\"Topic\":\"t\"}"),
            of("two json in one segment", "FORMAT:JSON|{}FORMAT:JSON|[1]", "JSON||{}", "JSON||[1]"),
            of("json over several lines", "FORMAT:JSON|" + PRETTY, "JSON|sports|" + PRETTY),
            of("brackets and quotes in strings", "FORMAT:JSON|{\"a\":\"}\\\"]\\\\\"}", "JSON||{\"a\":\"}\\\"]\\\\\"}"),
            of(
                    "a header in a json string is text",
                    "FORMAT:JSON|{\"Topic\":\"t\",\"v\":\"FORMAT:RAW|x\"}",
                    "JSON|t|{\"Topic\":\"t\",\"v\":\"FORMAT:RAW|x\"}"),
            of("a json scalar ends at the newline", "FORMAT:JSON|42\n", "JSON||42"),
            of(
                    "only the top level names the topic",
                    "FORMAT:JSON|{\"a\":{\"Topic\":\"no\"}}",
                    "JSON||{\"a\":{\"Topic\":\"no\"}}"),
            of("a topic that is no string names none", "FORMAT:JSON|{\"Topic\":7}", "JSON||{\"Topic\":7}"),
            of(
                    "the last of two topics counts",
                    "FORMAT:JSON|{\"Topic\":\"a\",\"Topic\":\"b\"}",
                    "JSON|b|{\"Topic\":\"a\",\"Topic\":\"b\"}"),
            of("blanks around a topic do not count", "FORMAT:JSON|{\"Topic\":\" a \"}", "JSON|a|{\"Topic\":\" a \"}"),
            of("blanks before the document", "FORMAT:JSON| \t{}", "JSON||{}"),
            of("malformed json is raw with its prefix", "FORMAT:JSON|{\"a\":}\n", "RAW||FORMAT:JSON|{\"a\":}"),
            of("malformed json with more on its line", "FORMAT:JSON|{bad} more\n", "RAW||FORMAT:JSON|{bad} more"),
            of(
                    "malformed json over lines stays whole",
                    "FORMAT:JSON|{\n\"a\":1,\n}\n",
                    "RAW||FORMAT:JSON|{\n\"a\":1,\n}"),
            of("a bad escape is malformed", "FORMAT:JSON|{\"a\":\"\\q\"}\n", "RAW||FORMAT:JSON|{\"a\":\"\\q\"}"),
            of("no json at all", "FORMAT:JSON|hello\n", "RAW||FORMAT:JSON|hello"),
            of("nothing after the header", "FORMAT:JSON|\n", "RAW||FORMAT:JSON|"),
            of(
                    "unfinished json ends at the next header",
                    "FORMAT:JSON|{\"a\":1FORMAT:JSON|{}",
                    "RAW||FORMAT:JSON|{\"a\":1",
                    "JSON||{}"),
            of(
                    "an unclosed string ends at a header on a new line",
                    "FORMAT:JSON|{\"a\":\"x\nFORMAT:JSON|{}",
                    "RAW||FORMAT:JSON|{\"a\":\"x",
                    "JSON||{}"),
            of(
                    "an unclosed string before a header on the same line is cut when it is quiet",
                    "FORMAT:JSON|{\"a\":\"xFORMAT:JSON|{\"b\":1}FORMAT:RAW|z" + QUIET,
                    "RAW||FORMAT:JSON|{\"a\":\"x",
                    "JSON||{\"b\":1}",
                    "RAW||z"),
            of("half a json document, then quiet", "FORMAT:JSON|{\"a\":" + QUIET, "RAW||FORMAT:JSON|{\"a\":"),
            of(
                    "what follows a document on its line is a frame",
                    "FORMAT:JSON|{} and\nFORMAT:RAW|b\n",
                    "JSON||{}",
                    "RAW||and",
                    "RAW||b"),
            of(
                    "xml",
                    "FORMAT:XML|<Message><Topic>news</Topic></Message>",
                    "XML|news|<Message><Topic>news</Topic></Message>"),
            of(
                    "xml over lines, topic with blanks",
                    "FORMAT:XML|<Message>\n<Topic>\n a\n</Topic>\n</Message>\nFORMAT:RAW|b\n",
                    "XML|a|<Message>\n<Topic>\n a\n</Topic>\n</Message>",
                    "RAW||b"),
            of(
                    "xml, an empty element",
                    "FORMAT:XML|<Message/>FORMAT:XML|<a b='/>'/>",
                    "XML||<Message/>",
                    "XML||<a b='/>'/>"),
            of(
                    "xml, tags in comments and CDATA",
                    "FORMAT:XML|<?xml version=\"1.0\"?><!-- <a> --><M><!---> ><![CDATA[</M>]]]></M><Topic>t</Topic>--><Topic>t</Topic></M>",
                    "XML|t|<?xml version=\"1.0\"?><!-- <a> --><M><!---> ><![CDATA[</M>]]]></M><Topic>t</Topic>--><Topic>t</Topic></M>"),
            of(
                    "xml, CDATA as topic",
                    "FORMAT:XML|<M><Topic><![CDATA[a]]]]><![CDATA[b]]></Topic></M>",
                    "XML|a]]b|<M><Topic><![CDATA[a]]]]><![CDATA[b]]></Topic></M>"),
            of(
                    "xml, only a child of the root names the topic",
                    "FORMAT:XML|<M><a><Topic>no</Topic></a><Topic>y<b>e</b>s</Topic></M>",
                    "XML|yes|<M><a><Topic>no</Topic></a><Topic>y<b>e</b>s</Topic></M>"),
            of(
                    "xml, a header in an element is text",
                    "FORMAT:XML|<M><v>FORMAT:RAW|x</v></M>",
                    "XML||<M><v>FORMAT:RAW|x</v></M>"),
            of(
                    "unfinished xml ends at a header on a new line",
                    "FORMAT:XML|<M><v>\nFORMAT:RAW|x\n",
                    "RAW||FORMAT:XML|<M><v>",
                    "RAW||x"),
            of(
                    "unfinished xml before a header on the same line is cut when it is quiet",
                    "FORMAT:XML|<M>FORMAT:XML|<M/>" + QUIET,
                    "RAW||FORMAT:XML|<M>",
                    "XML||<M/>"),
            of("mismatched tags", "FORMAT:XML|<a></b>\n", "RAW||FORMAT:XML|<a></b>"),
            of("no xml at all", "FORMAT:XML|plain\n", "RAW||FORMAT:XML|plain"),
            of("an unknown entity is malformed", "FORMAT:XML|<a>&b;</a>\n", "RAW||FORMAT:XML|<a>&b;</a>"),
            of(
                    "entities of a document type are not read",
                    "FORMAT:XML|<!DOCTYPE a [<!ENTITY b \"]>\">]><a>&b;</a>\n",
                    "RAW||FORMAT:XML|<!DOCTYPE a [<!ENTITY b \"]>\">]><a>&b;</a>"),
            of("text without prefix", "hello\nworld\n", "RAW||hello", "RAW||world"),
            of("an unknown format", "FORMAT:YAML|a: 1\n", "RAW||FORMAT:YAML|a: 1"),
            of("an unknown option", "FORMAT:RAW;FAST|a\n", "RAW||FORMAT:RAW;FAST|a"),
            of("a header without bar", "FORMAT:RAW\n", "RAW||FORMAT:RAW"),
            of("a second bar belongs to the text", "FORMAT:RAW|a|b\n", "RAW||a|b"),
            of(
                    "ack is asked for",
                    "FORMAT:JSON;ACK|{\"Topic\":\"t\"}FORMAT:RAW;ACK|x\n",
                    "JSON|t|ack{\"Topic\":\"t\"}",
                    "RAW||ackx"),
            of(
                    "ack is asked for with a document that does not parse",
                    "FORMAT:XML;ACK|<a>\n" + QUIET,
                    "RAW||ackFORMAT:XML;ACK|<a>"),
            of("empty lines are no frames", "\r\n\n  \nFORMAT:RAW|a\n\n\n", "RAW||a"),
            of(
                    "many languages",
                    "FORMAT:RAW|Привет мир 🌍\nFORMAT:JSON|{\"Topic\":\"știri\"}",
                    "RAW||Привет мир 🌍",
                    "JSON|știri|{\"Topic\":\"știri\"}"));

    private static Case of(String name, String stream, List<String> frames) {
        return new Case(name, stream, frames);
    }

    @TestFactory
    Stream<DynamicTest> framesEndWhereTheContractSays() {
        return CASES.stream()
                .map(c -> DynamicTest.dynamicTest(
                        c.name, () -> assertEquals(c.frames, texts(inPieces(c.stream.getBytes(UTF_8), List.of())))));
    }

    @TestFactory
    Stream<DynamicTest> framesAreTheSameByteByByte() {
        return CASES.stream()
                .map(c -> DynamicTest.dynamicTest(c.name, () -> {
                    byte[] bytes = c.stream.getBytes(UTF_8);
                    List<Integer> everywhere = new ArrayList<>();
                    for (int i = 1; i < bytes.length; i++) {
                        everywhere.add(i);
                    }
                    assertEquals(c.frames, texts(inPieces(bytes, everywhere)));
                }));
    }

    @Test
    void howTheStreamIsSplitMakesNoDifference() {
        Random random = new Random(20260801);
        for (int round = 0; round < 3000; round++) {
            byte[] stream = stream(random);
            List<String> whole = texts(inPieces(stream, List.of()));
            List<Integer> cuts = random.ints(random.nextInt(12), 0, stream.length + 1)
                    .sorted()
                    .boxed()
                    .toList();
            int seed = round;
            assertEquals(
                    whole, texts(inPieces(stream, cuts)), () -> "round " + seed + ": " + new String(stream, UTF_8));
        }
    }

    @Test
    void nothingButBlanksIsLeftOut() {
        Random random = new Random(20260802);
        for (int round = 0; round < 3000; round++) {
            byte[] stream = stream(random);
            PublisherFrames frames = new PublisherFrames(1 << 20, new Documents());
            StringBuilder kept = new StringBuilder();
            List<PublisherFrame> all = new ArrayList<>(frames.feed(stream));
            all.addAll(frames.idle());
            for (PublisherFrame frame : all) {
                kept.append(new String(frame.body(), UTF_8));
            }
            // Prefixes of frames that were understood are not part of the message.
            assertEquals(bare(new String(stream, UTF_8)), bare(kept.toString()));
        }
    }

    private static String bare(String text) {
        return text.replaceAll("FORMAT:(JSON|XML|RAW)(;ACK)?\\|", "").replaceAll("\\s|" + QUIET, "");
    }

    @Test
    void anyBytesAreTakenWithoutHarm() {
        Random random = new Random(20260803);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = new byte[random.nextInt(400)];
            random.nextBytes(bytes);
            PublisherFrames frames = new PublisherFrames(LIMIT, new Documents());
            List<PublisherFrame> all = new ArrayList<>(frames.feed(bytes));
            all.addAll(frames.idle());
            assertEquals(Waiting.NOTHING, frames.waiting());
            assertEquals(0, frames.buffered());
        }
    }

    @Test
    void bytesThatAreNoTextStayAsTheyAre() {
        byte[] frame = {'F', 'O', 'R', 'M', 'A', 'T', ':', 'R', 'A', 'W', '|', (byte) 0xC3, 0x28, (byte) 0xFF, '\n'};
        List<PublisherFrame> frames = new PublisherFrames(LIMIT, new Documents()).feed(frame);
        assertEquals(1, frames.size());
        assertArrayEquals(
                new byte[] {(byte) 0xC3, 0x28, (byte) 0xFF}, frames.get(0).body());
    }

    @Test
    void jsonThatIsNoUtf8IsRaw() {
        byte[] frame = "FORMAT:JSON|{\"a\":\"?\"}\n".getBytes(UTF_8);
        frame[18] = (byte) 0xFF;
        List<PublisherFrame> frames = new PublisherFrames(LIMIT, new Documents()).feed(frame);
        assertEquals(1, frames.size());
        assertEquals(Format.RAW, frames.get(0).format());
        assertArrayEquals(Arrays.copyOf(frame, frame.length - 1), frames.get(0).body());
    }

    @Test
    void itSaysWhetherWhatIsThereMayBeAll() {
        assertEquals(Waiting.NOTHING, waiting(""));
        assertEquals(Waiting.NOTHING, waiting("FORMAT:RAW|a\n"));
        assertEquals(Waiting.NOTHING, waiting("FORMAT:JSON|{}"));
        assertEquals(Waiting.TEXT, waiting("FORMAT:RAW|a"));
        assertEquals(Waiting.TEXT, waiting("hello"));
        assertEquals(Waiting.TEXT, waiting("FORMAT:JSON|{bad}"));
        assertEquals(Waiting.REST, waiting("FORM"));
        assertEquals(Waiting.REST, waiting("FORMAT:RA"));
        assertEquals(Waiting.REST, waiting("FORMAT:RAW|"));
        assertEquals(Waiting.REST, waiting("FORMAT:JSON|"));
        assertEquals(Waiting.REST, waiting("FORMAT:JSON|{\"a\":"));
        assertEquals(Waiting.REST, waiting("FORMAT:XML|<a>"));
        PublisherFrames half = new PublisherFrames(LIMIT, new Documents());
        half.feed(Arrays.copyOf("FORMAT:RAW|я".getBytes(UTF_8), 12));
        assertEquals(Waiting.REST, half.waiting());
    }

    private static Waiting waiting(String text) {
        PublisherFrames frames = new PublisherFrames(LIMIT, new Documents());
        frames.feed(text.getBytes(UTF_8));
        return frames.waiting();
    }

    @Test
    void aFrameOfTheLimitPassesAndOneAboveEndsTheStream() {
        String fits = "FORMAT:RAW|" + "x".repeat(LIMIT - 12) + "\n";
        String tooLong = "FORMAT:RAW;ACK|" + "x".repeat(LIMIT) + "\nFORMAT:RAW|after\n";
        PublisherFrames frames = new PublisherFrames(LIMIT, new Documents());
        assertEquals(1, frames.feed(fits.getBytes(UTF_8)).size());
        assertFalse(frames.tooLong());
        assertEquals(List.of(), frames.feed(tooLong.getBytes(UTF_8)));
        assertTrue(frames.tooLong());
        assertTrue(frames.tooLongWantsAck());
        assertEquals(List.of(), frames.feed("FORMAT:RAW|more\n".getBytes(UTF_8)));
        assertEquals(List.of(), frames.idle());
        assertEquals(0, frames.buffered());
    }

    @Test
    void aDocumentAboveTheLimitEndsTheStream() {
        PublisherFrames frames = new PublisherFrames(LIMIT, new Documents());
        assertEquals(List.of(), frames.feed(("FORMAT:JSON|[" + "1,".repeat(LIMIT) + "1]").getBytes(UTF_8)));
        assertTrue(frames.tooLong());
        assertFalse(frames.tooLongWantsAck());
    }

    @Test
    void anUnfinishedDocumentDoesNotTakeTheFramesAfterItAlong() {
        PublisherFrames frames = new PublisherFrames(LIMIT, new Documents());
        List<PublisherFrame> out = new ArrayList<>(frames.feed("FORMAT:XML|<a>".getBytes(UTF_8)));
        int sent = 0;
        while (sent < 3 * LIMIT) {
            byte[] next = "FORMAT:XML|<a></a>".getBytes(UTF_8);
            out.addAll(frames.feed(next));
            sent += next.length;
        }
        out.addAll(frames.idle());
        assertFalse(frames.tooLong());
        assertEquals(
                1, out.stream().filter(frame -> frame.format() == Format.RAW).count());
        assertEquals(
                sent / 18,
                out.stream().filter(frame -> frame.format() == Format.XML).count());
    }

    /** Would take minutes if an unfinished document made the bytes after it be read again and again. */
    @Test
    void theWorkIsLinearHoweverTheBytesAreMade() {
        for (String evil :
                List.of("FORMAT:XML|<a>", "FORMAT:XML|<![CDATA[", "FORMAT:JSON|{\"", "FORMAT:JSON|{\"a\":\"")) {
            PublisherFrames frames = new PublisherFrames(1 << 20, new Documents());
            byte[] segment = evil.repeat(2000).getBytes(UTF_8);
            long out = 0;
            for (int i = 0; i < 80; i++) {
                out += frames.feed(segment).size();
            }
            out += frames.idle().size();
            assertTrue(out > 0);
            assertFalse(frames.tooLong());
        }
    }

    private static List<PublisherFrame> inPieces(byte[] stream, List<Integer> cuts) {
        PublisherFrames frames = new PublisherFrames(LIMIT, new Documents());
        List<PublisherFrame> out = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= stream.length; i++) {
            boolean quiet = i < stream.length && stream[i] == QUIET.charAt(0);
            if (quiet || i == stream.length || cuts.contains(i)) {
                out.addAll(frames.feed(Arrays.copyOfRange(stream, Math.min(from, i), i)));
                from = i;
            }
            if (quiet) {
                out.addAll(frames.idle());
                from = i + 1;
            }
        }
        return out;
    }

    private static List<String> texts(List<PublisherFrame> frames) {
        return frames.stream()
                .map(f -> f.format() + "|" + f.topic() + "|" + (f.ack() ? "ack" : "") + new String(f.body(), UTF_8))
                .toList();
    }

    private static byte[] stream(Random random) {
        String[] parts = {
            "FORMAT:JSON|",
            "FORMAT:XML|",
            "FORMAT:RAW|",
            "FORMAT:JSON;ACK|",
            "FORMAT:",
            "FORM",
            "{\"Topic\":\"t\"}",
            "{\"a\":\"",
            "\"}",
            "[",
            "]",
            "\\",
            "\"",
            "<Message>",
            "</Message>",
            "<Topic>x</Topic>",
            "<a/>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<",
            ">",
            "'",
            "hello",
            "ж",
            "🌍",
            " ",
            "\n",
            "\r\n",
            QUIET,
            "|",
            "1",
            ","
        };
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(24); i >= 0; i--) {
            text.append(parts[random.nextInt(parts.length)]);
        }
        return text.toString().getBytes(UTF_8);
    }
}
