package io.skein.frame;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandReaderTest {
    @Test
    void theExamplesOfTheContractAreRead() {
        assertEquals(
                new Command.Subscribe("1", List.of("orders/#"), "earliest", 100),
                read("{'id':1,'op':'subscribe','topic':'orders/#','from':'earliest','credit':100}"));
        assertEquals(new Command.Credit("", "s1", 100), read("{'op':'credit','sub':'s1','n':100}"));

        var one = (Command.Publish)
                read("{'id':2,'op':'publish','topic':'orders/7','body':'hi','key':'k','idempotencyKey':'x'}");
        assertEquals("2", one.id());
        assertFalse(one.isList());
        assertEquals("x", one.batch().idempotencyKey());
        assertEquals("k", one.batch().items().get(0).key());

        var many = (Command.Publish)
                read("{'id':5,'op':'publish','messages':[{'topic':'a','body':'1'},{'topic':'b','body':'2','id':'m'}]}");
        assertTrue(many.isList());
        assertEquals(
                List.of("a", "b"),
                many.batch().items().stream().map(PublishItem::topic).toList());
        assertEquals("m", many.batch().items().get(1).id());
    }

    @Test
    void theDurableExamplesOfTheContractAreRead() {
        assertEquals(
                new Command.Work("3", "billing", "", 10, 0),
                read("{'id':3,'op':'subscribe','subscription':'billing','credit':10}"));
        assertEquals(
                new Command.Ack("4", "s2", List.of("a", "b")),
                read("{'id':4,'op':'ack','sub':'s2','leases':['a','b']}"));
        assertEquals(
                new Command.Nack("4", "s2", List.of("a"), 0, "r"),
                read("{'id':4,'op':'nack','sub':'s2','leases':'a','delay':'0s','reason':'r'}"));
    }

    @Test
    void aTraceIsAFieldThatBecomesAHeader() {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        var traced = (Command.Publish) read("{'op':'publish','topic':'a','body':'1','headers':{'x':'y'},'traceparent':'"
                + parent + "','tracestate':'a=1'}");
        assertEquals(
                Map.of("x", "y", "traceparent", parent, "tracestate", "a=1"),
                traced.batch().items().get(0).headers());
        var bad = (Command.Publish) read("{'op':'publish','topic':'a','body':'1','traceparent':'00-no'}");
        assertEquals(Map.of(), bad.batch().items().get(0).headers());
    }

    @Test
    void theOrderOfFieldsDoesNotMatter() {
        assertEquals(
                new Command.Subscribe("1", List.of("a", "b"), "", Command.Subscribe.AUTO),
                read("{'topic':['a','b'],'credit':'auto','op':'subscribe','id':1}"));
    }

    @Test
    void creditIsAutoUnlessSaid() {
        assertEquals(
                new Command.Subscribe("1", List.of("a"), "", Command.Subscribe.AUTO),
                read("{'id':1,'op':'subscribe','topic':'a'}"));
    }

    @Test
    void severalCommandsInOneFrameAreReadOneByOne() {
        var reader =
                new CommandReader("{\"op\":\"ping\",\"id\":1}\n\n{\"op\":\"ping\",\"id\":\"x\"} ".getBytes(UTF_8), 9);

        assertEquals(new Command.Ping("1"), reader.next());
        assertEquals(new Command.Ping("\"x\""), reader.next());
        assertNull(reader.next());
        assertNull(reader.next());
    }

    @Test
    void afterAWrongCommandTheNextIsRead() {
        var reader = new CommandReader(
                json("{'op':'publish','id':1,'topic':'a','body':{'deep':[1,{'x':2}]},'huh':[[]]}{'op':'ping','id':2}"),
                9);

        Malformed wrong = assertThrows(Malformed.class, reader::next);
        assertEquals("1", wrong.id());
        assertFalse(wrong.isUnreadable());
        assertEquals(new Command.Ping("2"), reader.next());
    }

    @Test
    void anOffsetMayComeAsANumber() {
        assertEquals(
                read("{'id':1,'op':'subscribe','topic':'a','from':'7'}"),
                read("{'id':1,'op':'subscribe','topic':'a','from':7}"));
        assertThrows(Malformed.class, () -> read("{'id':1,'op':'subscribe','topic':'a','from':-7}"));
    }

    @Test
    void nothingOfACommandStaysForTheNext() {
        var reader = new CommandReader(
                json("{'op':'publish','id':1,'topic':'a','body':'1','key':'k','ttl':'1s','expectOffset':1,'seq':4}"
                        + "{'op':'publish','topic':'a','body':'2'}"),
                9);
        reader.next();

        var second = (Command.Publish) reader.next();

        PublishItem item = second.batch().items().get(0);
        assertEquals("", second.id());
        assertEquals("", item.key());
        assertEquals(0, item.ttlMs());
        assertEquals(-1, item.expectOffset());
        assertEquals(-1, second.batch().sequence());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{'id':1}~malformed~op is missing: hello, publish, subscribe, ack, nack, extend, credit, unsubscribe, mail, ping",
                "{'id':1,'op':7}~malformed~op is text, not the number 7",
                "{'id':1,'op':'pubish','topic':'a'}~unknown-op~unknown op pubish: there are hello, publish, subscribe, ack, nack, extend, credit, unsubscribe, mail, ping",
                "{'id':1,'op':'subscribe'}~malformed~topic is missing",
                "{'id':1,'op':'subscribe','topic':[]}~malformed~topic is missing",
                "{'id':1,'op':'subscribe','topic':['a',1]}~malformed~topic is text, not the number 1",
                "{'id':1,'op':'subscribe','topics':'a'}~malformed~subscribe has no field topics",
                "{'id':1,'op':'subscribe','topic':'a','body':'x'}~malformed~subscribe has no field body",
                "{'id':1,'op':'subscribe','topic':'a','credit':'lots'}~malformed~credit is a whole number or \"auto\", not text",
                "{'id':1,'op':'subscribe','topic':'a','credit':-1}~malformed~credit is a whole number from 0 to 1099511627776",
                "{'id':1,'op':'subscribe','subscription':'b','topic':'a'}~malformed~subscribe has no field topic",
                "{'id':1,'op':'subscribe','subscription':''}~malformed~subscription is missing",
                "{'id':1,'op':'ack','leases':['x']}~malformed~sub is missing",
                "{'id':1,'op':'ack','sub':'s2'}~malformed~leases is missing",
                "{'id':1,'op':'ack','sub':'s2','leases':[]}~malformed~leases is missing",
                "{'id':1,'op':'ack','sub':'s2','leases':['x'],'reason':'r'}~malformed~ack has no field reason",
                "{'id':1,'op':'nack','sub':'s2','leases':['x'],'delay':1}~malformed~delay is a duration like \"10s\", not the number 1",
                "{'id':1,'op':'extend','sub':'s2','leases':['x'],'lease':'long'}~malformed~lease: a duration is a whole number and a unit, like 250ms, 10s, 15m, 2h or 7d, not \"long\"",
                "{'id':1,'op':'credit','sub':'s1'}~malformed~n is missing",
                "{'id':1,'op':'credit','n':1}~malformed~sub is missing",
                "{'id':1,'op':'credit','sub':'s1','n':0}~malformed~n is a whole number from 1 to 1099511627776",
                "{'id':1,'op':'ping','x':null}~malformed~ping has no field x",
                "{'id':1,'op':'publish','topic':'a'}~malformed~body (or body64) is missing",
                "{'id':1,'op':'publish','body':'a'}~malformed~topic is missing",
                "{'id':1,'op':'publish','topic':['a'],'body':'a'}~malformed~topic is missing",
                "{'id':1,'op':'publish','topic':'a','messages':[{'topic':'a','body':''}]}~malformed~publish has no field topic",
                "{'id':1,'op':'publish','messages':[{'topic':'a','body':'','sub':'s'}]}~malformed~messages[0]: unknown field sub",
                "{'id':1,'op':'publish','topic':'a','body':'','seq':-1}~malformed~seq is a whole number from 0 to 9223372036854775807",
                "{'id':1,'id':2,'op':'ping'}~malformed~id is there twice",
                "{'id':1,'op':'hello','producer':'p','seq':1}~malformed~hello has no field seq",
            })
    void whatIsWrongIsSaidWithTheId(String json, String code, String message) {
        Malformed wrong = assertThrows(Malformed.class, () -> read(json));
        assertEquals(message, wrong.getMessage());
        assertEquals(code, wrong.code());
        assertEquals("1", wrong.id());
        assertFalse(wrong.isUnreadable());
    }

    @Test
    void anIdIsAWholeNumberOrAShortText() {
        for (String id : List.of("1.5", "true", "null", "{}", "[1]", "'" + "x".repeat(129) + "'", "1e3")) {
            assertThrows(Malformed.class, () -> read("{'op':'ping','id':" + id + "}"), id);
        }
        assertEquals("-3", read("{'op':'ping','id':-3}").id());
        assertEquals("\"a\\\"b\"", read("{'op':'ping','id':'a\\\"b'}").id());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[]", "7", "x", "{", "{'op':'ping'", "{'op':'ping',}", "{'op':'ping'}}", "'op'", "{op:1}", "null"
            })
    void whatIsNoJsonObjectIsUnreadable(String json) {
        Malformed wrong = assertThrows(Malformed.class, () -> readAll(json(json)));
        assertTrue(wrong.isUnreadable(), wrong.getMessage());
    }

    @Test
    void whatIsNoUtf8IsUnreadable() {
        byte[] json = json("{'op':'ping','id':'_'}");
        json[json.length - 3] = (byte) 0xC0;
        assertTrue(assertThrows(Malformed.class, () -> readAll(json)).isUnreadable());
    }

    static List<Command> commands() {
        PublishItem full = PublishItem.of("t/é", "b\"\n")
                .withKey("k")
                .withHeaders(Map.of("h", "v"))
                .withFormat("JSON")
                .withDelayMs(10)
                .withTtlMs(20)
                .withExpectOffset(3);
        return List.of(
                new Command.Hello("1", "", "", -1),
                new Command.Hello("1", "token", "prod", 7),
                new Command.Publish("2", PublishBatch.of(List.of(full)), false),
                new Command.Publish("3", PublishBatch.of(List.of(full.withId("i"), full)), true),
                new Command.Publish("\"x\"", new PublishBatch(List.of(full), true, "p", 1, 2, "key"), true),
                new Command.Publish("", new PublishBatch(List.of(full), false, "", -1, 0, "key"), false),
                new Command.Subscribe("4", List.of("a", "b/#"), "c1.2.3", 0),
                new Command.Subscribe("4", List.of("a"), "", Command.Subscribe.AUTO),
                new Command.Work("7", "billing", "", 10, 0),
                new Command.Work("7", "billing", "w1", Command.Subscribe.AUTO, 1500),
                new Command.Ack("8", "s2", List.of("l1", "l2")),
                new Command.Nack("8", "s2", List.of("l1"), -1, ""),
                new Command.Nack("", "s2", List.of("l1"), 0, "broken"),
                new Command.Extend("8", "s2", List.of("l1"), 0),
                new Command.Extend("8", "s2", List.of("l1"), 60_000),
                new Command.Credit("", "s1", 9),
                new Command.Unsubscribe("5", "s1"),
                new Command.WatchMail("7"),
                new Command.Ping("6"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void whatIsWrittenIsReadBack(Command command) {
        var out = new Utf8Buffer(16);
        CommandJson.write(out, command);

        Command back = new CommandReader(out.toByteArray(), 10).next();

        if (command instanceof Command.Publish publish) {
            var same = assertInstanceOf(Command.Publish.class, back);
            assertEquals(publish.isList(), same.isList());
            assertEquals(publish.id(), same.id());
            assertEquals(withoutItems(publish.batch()), withoutItems(same.batch()));
            for (int i = 0; i < publish.batch().items().size(); i++) {
                PublishItem item = publish.batch().items().get(i);
                PublishItem read = same.batch().items().get(i);
                assertArrayEquals(item.body(), read.body());
                assertEquals(item.headers(), read.headers());
                assertEquals(
                        List.of(item.topic(), item.key(), item.format(), item.id()),
                        List.of(read.topic(), read.key(), read.format(), read.id()));
                assertEquals(
                        List.of(item.delayMs(), item.ttlMs(), item.expectOffset()),
                        List.of(read.delayMs(), read.ttlMs(), read.expectOffset()));
            }
        } else {
            assertEquals(command, back);
        }
    }

    @Test
    void everyCommandIsAmongTheExamples() {
        for (Class<?> kind : Command.class.getPermittedSubclasses()) {
            assertTrue(commands().stream().anyMatch(kind::isInstance), kind + " is not tried");
        }
        for (Class<?> kind : Command.Settling.class.getPermittedSubclasses()) {
            assertTrue(commands().stream().anyMatch(kind::isInstance), kind + " is not tried");
        }
    }

    private static PublishBatch withoutItems(PublishBatch batch) {
        return new PublishBatch(
                List.of(), batch.atomic(), batch.producer(), batch.epoch(), batch.sequence(), batch.idempotencyKey());
    }

    private static Command read(String json) {
        return new CommandReader(json(json), 10).next();
    }

    private static List<Command> readAll(byte[] json) {
        var reader = new CommandReader(json, 10);
        List<Command> commands = new ArrayList<>();
        for (Command command = reader.next(); command != null; command = reader.next()) {
            commands.add(command);
        }
        return commands;
    }

    private static byte[] json(String singleQuoted) {
        return singleQuoted.replace('\'', '"').getBytes(UTF_8);
    }
}
