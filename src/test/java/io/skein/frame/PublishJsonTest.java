package io.skein.frame;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishJsonTest {
    @Test
    void everyFieldOfAMessageIsRead() {
        PublishBatch batch = batch("""
                {"atomic":true,"idempotencyKey":"once","producer":"p","epoch":3,"sequence":9,"messages":[
                  {"topic":"a/b","body":"ä","key":"k","headers":{"h":"1","g":"2"},"format":"XML","contentType":"text/xml",
                   "delay":"10s","ttl":"1d","expectOffset":4,"id":"m1"},
                  {"body64":"/wA=","topic":"c"}]}
                """);

        assertTrue(batch.atomic());
        assertEquals("once", batch.idempotencyKey());
        assertEquals("p", batch.producer());
        assertEquals(3, batch.epoch());
        assertEquals(9, batch.sequence());
        PublishItem first = batch.items().get(0);
        assertEquals("a/b", first.topic());
        assertEquals("ä", new String(first.body(), UTF_8));
        assertEquals("k", first.key());
        assertEquals(List.of("h", "g"), List.copyOf(first.headers().keySet()));
        assertEquals("XML", first.format());
        assertEquals("text/xml", first.contentType());
        assertEquals(10_000, first.delayMs());
        assertEquals(86_400_000, first.ttlMs());
        assertEquals(4, first.expectOffset());
        assertEquals("m1", first.id());
        PublishItem second = batch.items().get(1);
        assertArrayEquals(new byte[] {(byte) 0xFF, 0}, second.body());
        assertEquals(-1, second.expectOffset());
        assertEquals("", second.format());
    }

    @Test
    void aTraceThatIsTooLongToBeOneIsNotThere() {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        String tooLong = "a=" + "x".repeat(5_000);
        assertEquals(
                Map.of(),
                batch("{\"messages\":[{\"topic\":\"a\",\"body\":\"\",\"traceparent\":\"" + parent + tooLong + "\"}]}")
                        .items()
                        .get(0)
                        .headers());
        assertEquals(
                Map.of("traceparent", parent),
                batch("{\"messages\":[{\"topic\":\"a\",\"body\":\"\",\"traceparent\":\"" + parent
                                + "\",\"tracestate\":\"" + tooLong + "\"}]}")
                        .items()
                        .get(0)
                        .headers());
    }

    @Test
    void notAtomicUnlessSaid() {
        assertFalse(batch("{\"messages\":[{\"topic\":\"a\",\"body\":\"\"}]}").atomic());
    }

    @Test
    void whatIsWrittenIsReadBack() {
        PublishItem item = PublishItem.of("t\"", "line\n")
                .withKey("k")
                .withHeaders(Map.of("a", "\u0001"))
                .withFormat("RAW")
                .withDelayMs(1500)
                .withTtlMs(60_000)
                .withExpectOffset(0)
                .withId("7");
        var out = new Utf8Buffer(8);
        PublishJson.write(out, item);
        byte[] json = out.toByteArray();

        PublishItem back = PublishJson.item(json, 0, json.length);

        assertArrayEquals(item.body(), back.body());
        assertEquals(item, withBody(back, item.body()));
    }

    @Test
    void linesOfMessagesAreReadInOrder() {
        List<PublishItem> items = PublishJson.items(
                "{\"topic\":\"a\",\"body\":\"1\"}\n\n{\"topic\":\"a\",\"body\":\"2\"}\r\n".getBytes(UTF_8), 10);

        assertEquals(
                List.of("1", "2"),
                items.stream().map(i -> new String(i.body(), UTF_8)).toList());
        assertEquals(List.of(), PublishJson.items(new byte[0], 10));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{}~messages is missing",
                "{'messages':[]}~messages is empty",
                "{'messages':{}}~messages is a list of objects, not an object",
                "{'messages':[7]}~messages[0] is an object, not the number 7",
                "{'messages':[{'topic':'a'}]}~messages[0]: body (or body64) is missing",
                "{'messages':[{'topic':'a','body':'1'},{'body':'a'}]}~messages[1]: topic is missing",
                "{'messages':[{'topic':'a','body':{'x':[1]}}]}~messages[0]: body is text (give JSON as a string, other bytes as body64), not an object",
                "{'messages':[{'topic':'a','body':'1','body64':''}]}~messages[0]: body is there twice",
                "{'messages':[{'topic':'a','body64':'*'}]}~messages[0]: body64 is no base64 (RFC 4648 §4)",
                "{'messages':[{'topic':'a','body':'\\ud800'}]}~messages[0]: a \\u escape names half a surrogate pair, which is no text",
                "{'messages':[{'topic':'\\udc00','body':''}]}~messages[0]: topic holds half a surrogate pair, which is no text",
                "{'messages':[{'topic':'a','topic':'b','body':''}]}~messages[0]: topic is there twice",
                "{'messages':[{'topic':'a','body':'','prio':{'x':1}}]}~messages[0]: unknown field prio",
                "{'messages':[{'topic':'a','body':'','delay':10}]}~messages[0]: delay is a duration like \"10s\", not the number 10",
                "{'messages':[{'topic':'a','body':'','ttl':'x'}]}~messages[0]: ttl: a duration is a whole number and a unit, like 250ms, 10s, 15m, 2h or 7d, not \"x\"",
                "{'messages':[{'topic':'a','body':'','expectOffset':-1}]}~messages[0]: expectOffset is a whole number from 0 to 9223372036854775807",
                "{'messages':[{'topic':'a','body':'','expectOffset':99999999999999999999}]}~messages[0]: expectOffset is a whole number from 0 to 9223372036854775807",
                "{'messages':[{'topic':'a','body':'','expectOffset':1.5}]}~messages[0]: expectOffset is a whole number, not the number 1.5",
                "{'messages':[{'topic':'a','body':'','format':'CSV'}]}~messages[0]: format is JSON, XML or RAW, not CSV",
                "{'messages':[{'topic':'a','body':'','headers':['x']}]}~messages[0]: headers is an object of texts, not a list",
                "{'messages':[{'topic':'a','body':'','headers':{'x':1}}]}~messages[0]: the header x is text, not the number 1",
                "{'messages':[{'topic':'a','body':'','headers':{'x':'','x':''}}]}~messages[0]: the header x is there twice",
                "{'messages':[{'topic':'a','body':''}],'atomic':'yes'}~atomic is true or false, not text",
                "{'messages':[{'topic':'a','body':null}]}~messages[0]: body is text (give JSON as a string, other bytes as body64), not null",
                "{'message':[]}~unknown field message",
                "{'messages':[{'topic':'a','body':''},{'topic':'a','body':''},{'topic':'a','body':''},{'topic':'a','body':''}]}~more than 3 messages",
            })
    void whatIsWrongIsNamed(String json, String message) {
        Malformed refused = assertThrows(Malformed.class, () -> batch(json.replace('\'', '"')));
        assertEquals(message, refused.getMessage());
        assertFalse(refused.isUnreadable());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "[]",
                "7",
                "{",
                "{\"messages\":[{\"topic\":\"a\",\"body\":\"\"}]} x",
                "{\"messages\":[{\"topic\":\"a\"",
                "{'a':1}",
            })
    void whatIsNoJsonObjectIsUnreadable(String json) {
        assertTrue(assertThrows(Malformed.class, () -> batch(json)).isUnreadable());
    }

    @Test
    void deepNestingIsUnreadable() {
        String deep = "{\"messages\":" + "[".repeat(1000) + "]".repeat(1000) + "}";
        assertTrue(assertThrows(Malformed.class, () -> batch(deep)).isUnreadable());
    }

    private static PublishBatch batch(String json) {
        return PublishJson.batch(json.getBytes(UTF_8), 3);
    }

    private static PublishItem withBody(PublishItem item, byte[] body) {
        return new PublishItem(
                item.topic(),
                body,
                item.key(),
                item.headers(),
                item.format(),
                item.contentType(),
                item.delayMs(),
                item.ttlMs(),
                item.expectOffset(),
                item.id());
    }
}
