package io.skein.frame;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageJsonTest {
    private static final String[] NO_HEADERS = {};

    @Test
    void aMessageIsWrittenAsTheContractSays() {
        byte[] json = MessageJson.encode(
                "orders/7",
                41,
                "c1.2.0",
                1767225600000L,
                "k",
                new String[] {"a", "1", "b", "2"},
                "JSON",
                "application/json",
                "{\"x\":\"ä\"}".getBytes(UTF_8));

        assertEquals(
                "{\"topic\":\"orders/7\",\"offset\":41,\"cursor\":\"c1.2.0\",\"time\":1767225600000,\"key\":\"k\","
                        + "\"headers\":{\"a\":\"1\",\"b\":\"2\"},\"format\":\"JSON\",\"contentType\":\"application/json\","
                        + "\"body\":\"{\\\"x\\\":\\\"ä\\\"}\"}",
                new String(json, UTF_8));
    }

    @Test
    void keyHeadersAndContentTypeAreLeftOutWhenEmpty() {
        byte[] json = MessageJson.encode("t", 0, "c0.1.0", -5, "RAW", new byte[0]);

        assertEquals(
                "{\"topic\":\"t\",\"offset\":0,\"cursor\":\"c0.1.0\",\"time\":-5,\"format\":\"RAW\",\"body\":\"\"}",
                new String(json, UTF_8));
    }

    @Test
    void bytesThatAreNoUtf8GoAsBase64() {
        byte[] body = {'a', (byte) 0xC0, (byte) 0x80};

        String json = new String(MessageJson.encode("t", 0, "c", 0, "RAW", body), UTF_8);

        assertTrue(json.endsWith(",\"body64\":\"YcCA\"}"), json);
        assertFalse(json.contains("\"body\""), json);
    }

    @Test
    void theBodyComesBackWhateverItsBytesAre() {
        var random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            byte[] body =
                    round % 2 == 0 ? randomBytes(random) : randomText(random).getBytes(UTF_8);

            byte[] json = MessageJson.encode("t", round, "c", 0, "RAW", body);

            assertArrayEquals(body, MessageJson.decode(json).body());
            assertEquals(isUtf8(body), new String(json, UTF_8).contains("\"body\":"), () -> new String(json, UTF_8));
        }
    }

    @Test
    void allTextsComeBackAndAnyJsonParserReadsThem() throws IOException {
        var random = new Random(8);
        for (int round = 0; round < 5_000; round++) {
            String key = randomText(random) + "x";
            String name = randomText(random) + "n";
            String value = randomText(random);

            byte[] json = MessageJson.encode(
                    "t" + key, round, key, round, key, new String[] {name, value}, "RAW", key, value.getBytes(UTF_8));

            Delivered back = MessageJson.decode(json);
            assertEquals("t" + key, back.topic());
            assertEquals(key, back.cursor());
            assertEquals(key, back.key());
            assertEquals(key, back.contentType());
            assertEquals(Map.of(name, value), back.headers());
            assertEquals(value, back.text());
            try (var parser = new JsonFactory().createParser(json)) {
                assertEquals(JsonToken.START_OBJECT, parser.nextToken());
                parser.skipChildren();
            }
        }
    }

    @Test
    void thereIsNeverALineBreakInIt() {
        byte[] json = MessageJson.encode(
                "t", 0, "c", 0, "a\nb", new String[] {"\r\n", "\n"}, "RAW", "", "1\r\n2\u0000\u001f".getBytes(UTF_8));

        for (byte b : json) {
            assertTrue(b >= 0x20 || b < 0, new String(json, UTF_8));
        }
    }

    @Test
    void halfASurrogatePairIsWrittenAsTheReplacementCharacter() {
        byte[] json = MessageJson.encode("t", 0, "c", 0, "a\uD800b", NO_HEADERS, "RAW", "", new byte[0]);

        assertEquals("a\uFFFDb", MessageJson.decode(json).key());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 9, 10, 99, 100, 999_999_999_999_999_999L, 1_000_000_000_000_000_000L, Long.MAX_VALUE})
    void offsetsAreWrittenInFull(long offset) {
        assertEquals(
                offset,
                MessageJson.decode(MessageJson.encode("t", offset, "c", 0, "RAW", new byte[0]))
                        .offset());
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -10, -1, Long.MAX_VALUE})
    void timesAreWrittenInFull(long time) {
        assertEquals(
                time,
                MessageJson.decode(MessageJson.encode("t", 0, "c", time, "RAW", new byte[0]))
                        .time());
    }

    @Test
    void aLargeBodyAfterASmallOneIsWhole() {
        for (int size : new int[] {10, 300_000, 5, 4095, 4096, 70_000}) {
            byte[] body = "é\"".repeat(size / 3 + 1).getBytes(UTF_8);
            assertArrayEquals(
                    body,
                    MessageJson.decode(MessageJson.encode("t", 0, "c", 0, "RAW", body))
                            .body());
        }
    }

    @Test
    void aNewerServerMaySayMore() {
        Delivered message = MessageJson.decode(
                "{\"new\":[{\"x\":[]}],\"topic\":\"t\",\"body\":\"b\",\"lease\":\"l\"}".getBytes(UTF_8));

        assertEquals("t", message.topic());
        assertEquals("b", message.text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"topic\":\"t\"}",
                "{\"topic\":7,\"body\":\"\"}",
                "{\"topic\":\"t\",\"body\":{}}",
                "\uFEFF{}",
                "{\"topic\":\"t\",\"body64\":\"*\"}"
            })
    void whatIsNoMessageIsRefused(String json) {
        assertThrows(Malformed.class, () -> MessageJson.decode(json.getBytes(UTF_8)));
    }

    private static byte[] randomBytes(Random random) {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        if (random.nextBoolean()) {
            // Mostly text, so that a broken byte stands at any place of the eight looked at together.
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = random.nextInt(20) == 0 ? bytes[i] : (byte) ('a' + random.nextInt(26));
            }
        }
        return bytes;
    }

    private static String randomText(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(40); i > 0; i--) {
            switch (random.nextInt(8)) {
                case 0 -> text.append((char) random.nextInt(0x20));
                case 1 -> text.append(random.nextBoolean() ? '"' : '\\');
                case 2 -> text.append((char) (0x80 + random.nextInt(0x700)));
                case 3 -> text.append((char) (0xE000 + random.nextInt(0x1FFE)));
                case 4 -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
                default -> text.append((char) (' ' + random.nextInt(95)));
            }
        }
        return text.toString();
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException notUtf8) {
            return false;
        }
    }
}
