package io.skein.frame;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AnswerJsonTest {
    private static final Problem UNKNOWN = new Problem("indeterminate", "who knows", true, true, Map.of());
    private static final Problem OFFSET =
            new Problem("wrong-offset", "it is 4", false, false, Map.of("actual", 4L, "leader", "n2"));

    @Test
    void theExamplesOfTheContractAreWritten() {
        assertEquals(
                "{\"id\":1,\"ok\":true,\"sub\":\"s1\",\"cursor\":\"c\"}", json(new Reply.Subscribed("1", "s1", "c")));
        assertEquals(
                "{\"id\":2,\"ok\":true,\"offset\":41,\"cursor\":\"c\"}",
                json(new Reply.Published("2", false, List.of(new PublishResult.Stored(41, "c")), false, false)));
        assertEquals(
                "{\"id\":9,\"error\":{\"code\":\"not-found\",\"message\":\"m\",\"retryable\":false,\"outcome\":\"not-applied\"}}",
                json(new Reply.Failed("9", Problem.of("not-found", "m"))));
    }

    static Stream<Reply> replies() {
        return Stream.of(
                new Reply.Done("1"),
                new Reply.Done("\"x\""),
                new Reply.Welcome("2", "p", 17),
                new Reply.Subscribed("3", "s1", "c1.2.3"),
                new Reply.Published("4", false, List.of(new PublishResult.Stored(0, "c")), false, false),
                new Reply.Published("4", false, List.of(new PublishResult.Delayed("c", 5)), true, true),
                new Reply.Published("4", false, List.of(new PublishResult.Stored(-1, "")), true, false),
                new Reply.Published(
                        "5",
                        true,
                        List.of(
                                new PublishResult.Stored(7, "c"),
                                new PublishResult.Refused(OFFSET),
                                new PublishResult.Stored(-1, ""),
                                new PublishResult.Delayed("d", 9)),
                        false,
                        true),
                new Reply.Subscribed("3", "s2", ""),
                new Reply.Settled("8", 3, List.of()),
                new Reply.Settled("8", 0, List.of(new Reply.RefusedLease("l1.2", "lease-lost"))),
                new Reply.Failed("6", UNKNOWN),
                new Reply.Failed("", OFFSET));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void aReplyIsReadBack(Reply reply) {
        assertEquals(List.of(reply), read(json(reply)));
    }

    @Test
    void whatWasStoredIsReadWithoutTheParser() {
        List<Reply> stored = List.of(
                new Reply.Published(
                        "1",
                        true,
                        List.of(new PublishResult.Stored(0, "c"), new PublishResult.Stored(9, "d")),
                        false,
                        false),
                new Reply.Published("2", false, List.of(new PublishResult.Stored(123, "c1.2")), false, false));
        byte[] frame = (json(stored.get(0)) + "\n" + json(stored.get(1))).getBytes(UTF_8);
        List<Reply> read = new ArrayList<>();

        int whole = StoredReplies.read(frame, new AnswerJson.Taker() {
            @Override
            public void reply(Reply reply) {
                read.add(reply);
            }

            @Override
            public void push(Push push) {}
        });

        assertEquals(frame.length, whole);
        assertEquals(stored, read);
    }

    static Stream<Push> pushes() {
        return Stream.of(
                new Push.Gap("s1", "c1", "c2", 12),
                new Push.Status("s1", "no-leader"),
                new Push.Mail("s1", 7, "anna", "bob", "hi\n\"you\"", 1_767_225_600_000L),
                new Push.MailTouched("s1", "read", "bob", List.of(7L, 8L)),
                new Push.MailTouched("s1", "deleted", "anna", List.of(9L)),
                new Push.AccountGone("s1", "anna"),
                new Push.MailGap("s1"),
                new Push.Ended("s1", "draining", true),
                new Push.Ended("s1", "closed", false));
    }

    @ParameterizedTest
    @MethodSource("pushes")
    void aPushIsReadBack(Push push) {
        var out = new Utf8Buffer(16);
        AnswerJson.write(out, push);
        assertEquals(List.of(push), read(out.toString()));
    }

    @Test
    void messagesArePushedFromTheirBytes() {
        byte[] first = MessageJson.encode("a", 0, "c0", 1, "RAW", "x".getBytes(UTF_8));
        byte[] second = MessageJson.encode("a", 1, "c1", 1, "RAW", "y".getBytes(UTF_8));
        var out = new Utf8Buffer(16);
        AnswerJson.beginMessages(out, "s1");
        out.raw(first);
        out.put(',');
        out.raw(second);
        AnswerJson.endMessages(out);

        var push = (Push.Messages) read(out.toString()).get(0);

        assertEquals("s1", push.sub());
        assertEquals(
                List.of("x", "y"), push.messages().stream().map(Delivered::text).toList());
        assertEquals(
                List.of(0L, 1L), push.messages().stream().map(Delivered::offset).toList());
    }

    @Test
    void aMessageThatIsLentSaysByWhatItIsAcknowledged() {
        byte[] json = MessageJson.encode("a", 0, "c0", 1, "RAW", "x".getBytes(UTF_8));
        var out = new Utf8Buffer(16);
        MessageJson.lent(out, json, "l1.2", 3);

        Delivered lent = MessageJson.decode(out.toByteArray());

        assertEquals("l1.2", lent.lease());
        assertEquals(3, lent.delivery());
        assertEquals("x", lent.text());
        assertEquals("", MessageJson.decode(json).lease());
    }

    @Test
    void severalObjectsInAFrameAreTakenInOrder() {
        assertEquals(
                List.of(new Reply.Done("1"), new Push.Status("s", "ok"), new Reply.Done("2")),
                read("{\"id\":1,\"ok\":true}\n{\"sub\":\"s\",\"status\":\"ok\"}\n{\"id\":2,\"ok\":true}"));
    }

    @Test
    void aNewerServerMaySayMore() {
        assertEquals(
                List.of(new Reply.Done("1")),
                read("{\"id\":1,\"ok\":true,\"more\":{\"x\":[1]}}{\"sub\":\"s\",\"presence\":[]}"));
    }

    @Test
    void whatIsNoAnswerIsRefused() {
        for (String json : List.of("[]", "x", "{\"id\":1,\"results\":7}", "{\"sub\":\"s\",\"messages\":[7]}")) {
            assertThrows(Malformed.class, () -> read(json), json);
        }
    }

    @Test
    void everyKindIsAmongTheExamples() {
        for (Class<?> kind : Reply.class.getPermittedSubclasses()) {
            assertTrue(replies().anyMatch(kind::isInstance), kind + " is not tried");
        }
        for (Class<?> kind : Push.class.getPermittedSubclasses()) {
            assertTrue(kind == Push.Messages.class || pushes().anyMatch(kind::isInstance), kind + " is not tried");
        }
    }

    private static String json(Reply reply) {
        var out = new Utf8Buffer(16);
        AnswerJson.write(out, reply);
        return out.toString();
    }

    private static List<Object> read(String json) {
        List<Object> read = new ArrayList<>();
        AnswerJson.read(json.getBytes(UTF_8), new AnswerJson.Taker() {
            @Override
            public void reply(Reply reply) {
                read.add(reply);
            }

            @Override
            public void push(Push push) {
                read.add(push);
            }
        });
        return read;
    }
}
