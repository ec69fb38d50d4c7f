package io.skein.frame;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are, reading gives a record or throws {@link Malformed}; anything else fails these tests. */
class CodecFuzzTest {
    private static final List<String> SEEDS = List.of(
            "{\"id\":1,\"op\":\"subscribe\",\"topic\":[\"orders/#\",\"a\"],\"from\":\"earliest\",\"credit\":100}",
            "{\"id\":2,\"op\":\"publish\",\"topic\":\"o/7\",\"body\":\"h\\u00e4\\ud83d\\ude00\",\"key\":\"k\","
                    + "\"headers\":{\"a\":\"b\"},\"delay\":\"10s\",\"ttl\":\"1d\",\"expectOffset\":3,\"seq\":1}",
            "{\"id\":5,\"op\":\"publish\",\"messages\":[{\"topic\":\"a\",\"body64\":\"/w==\"},{\"topic\":\"b\","
                    + "\"body\":\"2\",\"id\":\"x\"}],\"atomic\":true}\n{\"op\":\"credit\",\"sub\":\"s1\",\"n\":3}",
            "{\"id\":5,\"ok\":true,\"results\":[{\"offset\":7,\"cursor\":\"c\"},{\"error\":{\"code\":\"x\",\"actual\":3}}]}",
            "{\"sub\":\"s1\",\"messages\":[{\"topic\":\"a\",\"offset\":1,\"cursor\":\"c\",\"time\":5,\"body\":\"b\"}]}",
            "{\"sub\":\"s1\",\"gap\":{\"requested\":\"c\",\"resumedAt\":\"d\",\"lost\":1e9}}");

    private static final byte[] NOTHING = {};

    @Test
    void randomBytesThrowNothingElse() {
        var random = new Random(1);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            readWithEverything(bytes);
        }
    }

    @Test
    void jsonLikeBytesThrowNothingElse() {
        var random = new Random(2);
        byte[] alphabet = "{}[]\",:\\0123456789.eE+-truefalsnidopub ä".getBytes(UTF_8);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(48)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = alphabet[random.nextInt(alphabet.length)];
            }
            readWithEverything(bytes);
        }
    }

    @Test
    void damagedDocumentsThrowNothingElse() {
        var random = new Random(3);
        for (int round = 0; round < 25_000; round++) {
            byte[] bytes = SEEDS.get(random.nextInt(SEEDS.size())).getBytes(UTF_8);
            for (int damage = random.nextInt(4); damage >= 0; damage--) {
                bytes = damaged(bytes, random);
            }
            readWithEverything(bytes);
        }
    }

    @Test
    void repliesThatAreReadWithoutTheParserSayWhatTheParserReads() {
        String stored =
                "{\"id\":10,\"ok\":true,\"results\":[{\"offset\":0,\"cursor\":\"c1\"},{\"offset\":120,\"cursor\":\"\"}]}\n"
                        + "{\"id\":11,\"ok\":true,\"offset\":7,\"cursor\":\"0a.1.2\"}";
        var random = new Random(5);
        int read = 0;
        for (int round = 0; round < 25_000; round++) {
            byte[] bytes = stored.getBytes(UTF_8);
            for (int damage = random.nextInt(3); damage > 0; damage--) {
                bytes = damaged(bytes, random);
            }
            // Nobody but the parser takes a blank.
            byte[] blank = (" " + new String(bytes, ISO_8859_1)).getBytes(ISO_8859_1);
            List<Reply> parsed = replies(blank);
            assertEquals(parsed, replies(bytes), () -> new String(blank, UTF_8));
            read += parsed == null ? 0 : 1;
        }
        assertTrue(read > 8000, read + " were read");
    }

    /** Null: malformed. */
    private static List<Reply> replies(byte[] bytes) {
        List<Reply> replies = new ArrayList<>();
        try {
            AnswerJson.read(bytes, new AnswerJson.Taker() {
                @Override
                public void reply(Reply reply) {
                    replies.add(reply);
                }

                @Override
                public void push(Push push) {}
            });
            return replies;
        } catch (Malformed wrong) {
            return null;
        }
    }

    private static byte[] damaged(byte[] bytes, Random random) {
        int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
            case 0 -> {
                byte[] flipped = bytes.clone();
                if (flipped.length > 0) {
                    flipped[at] ^= (byte) (1 << random.nextInt(8));
                }
                return flipped;
            }
            case 1 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 2 -> {
                byte[] other = SEEDS.get(random.nextInt(SEEDS.size())).getBytes(UTF_8);
                return join(
                        Arrays.copyOf(bytes, at),
                        Arrays.copyOfRange(other, random.nextInt(other.length), other.length));
            }
            default -> {
                int to = at + random.nextInt(bytes.length - at + 1);
                return join(
                        join(Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, at, to)),
                        Arrays.copyOfRange(bytes, to, bytes.length));
            }
        }
    }

    private static byte[] join(byte[] left, byte[] right) {
        byte[] joined = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, joined, left.length, right.length);
        return joined;
    }

    private static void readWithEverything(byte[] bytes) {
        attempt(() -> {
            var reader = new CommandReader(bytes, 3);
            while (true) {
                try {
                    if (reader.next() == null) {
                        return;
                    }
                } catch (Malformed wrong) {
                    if (wrong.isUnreadable()) {
                        return;
                    }
                }
            }
        });
        attempt(() -> PublishJson.batch(bytes, 3));
        attempt(() -> PublishJson.items(bytes, 3));
        attempt(() -> PublishJson.item(bytes, 0, bytes.length));
        attempt(() -> MessageJson.decode(bytes));
        attempt(() -> AnswerJson.read(bytes, new AnswerJson.Taker() {
            @Override
            public void reply(Reply reply) {}

            @Override
            public void push(Push push) {}
        }));
        attempt(() -> Durations.parseMs(new String(bytes, UTF_8)));
        MessageJson.decode(MessageJson.encode("t", 0, "c", 0, "RAW", bytes.length == 0 ? NOTHING : bytes));
    }

    private static void attempt(Runnable reading) {
        try {
            reading.run();
        } catch (Malformed refused) {
            // As promised.
        }
    }
}
