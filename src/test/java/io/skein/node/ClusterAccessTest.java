package io.skein.node;

import static io.skein.node.Stranger.expect;
import static io.skein.node.Stranger.op;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes that ask for tokens: what is given or taken at one is so at all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ClusterAccessTest {
    private final List<RunningNode> nodes = new ArrayList<>();
    private final List<Optional<String>> drawn = new ArrayList<>();
    private Stranger admin;
    private int readers;

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        Map<String, Integer> raft = new HashMap<>();
        StringBuilder peers = new StringBuilder();
        for (String id : List.of("n1", "n2", "n3")) {
            raft.put(id, Stranger.freePort());
            peers.append(peers.length() == 0 ? "" : ",")
                    .append(id)
                    .append("=127.0.0.1:")
                    .append(raft.get(id));
        }
        List<CompletableFuture<RunningNode>> starting = new ArrayList<>();
        for (String id : List.of("n1", "n2", "n3")) {
            Map<String, String> flags = Map.of(
                    "auth", "true",
                    "node-id", id,
                    "raft-port", raft.get(id).toString(),
                    "tcp-port", Integer.toString(Stranger.freePort()),
                    "peers", peers.toString());
            starting.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return new RunningNode(directory.resolve(id), flags);
                } catch (Exception failed) {
                    throw new AssertionError(failed);
                }
            }));
        }
        for (CompletableFuture<RunningNode> each : starting) {
            nodes.add(each.get(60, TimeUnit.SECONDS));
        }
        List<Future<Optional<String>>> first =
                nodes.stream().map(RunningNode::firstAdmin).toList();
        for (Future<Optional<String>> each : first) {
            drawn.add(each.await(30, TimeUnit.SECONDS));
        }
        admin = Stranger.at(nodes.get(0))
                .with(drawn.stream().flatMap(Optional::stream).findFirst().orElseThrow());
    }

    @AfterAll
    void end() {
        nodes.forEach(RunningNode::close);
    }

    /** With a session that began at another node than the admin's. */
    private Stranger reader(String topic) {
        String name = "reader-" + ++readers;
        admin.create(name, "p");
        admin.rule(name, topic, "subscribe", true);
        expect(201, admin.post("/t/" + topic, "first"));
        return Stranger.at(nodes.get(1)).loggedIn(name, "p");
    }

    private String name() {
        return "reader-" + readers;
    }

    @Test
    void oneOfThemDrawsTheFirstAdminsToken() {
        assertEquals(1, drawn.stream().filter(Optional::isPresent).count());
    }

    @Test
    void aTokenThatOneGaveIsGoodAtEachAtOnce() {
        for (int i = 0; i < 20; i++) {
            Stranger reader = reader("given-" + i);
            for (RunningNode node : nodes) {
                assertEquals(200, reader.going(node).get("/v1/sessions/current").status());
            }
        }
    }

    @Test
    void aLogOutAtOneEndsTheStreamsOfAll() throws Exception {
        Stranger reader = reader("left");
        List<Stranger.Lines> streams = new ArrayList<>();
        for (RunningNode node : nodes) {
            Stranger.Lines lines = reader.going(node).open("/v1/stream?topic=left&from=earliest");
            lines.until("first");
            streams.add(lines);
        }
        expect(204, reader.ask("DELETE", "/v1/sessions/current", ""));
        expect(201, admin.post("/t/left", "second"));
        for (Stranger.Lines lines : streams) {
            List<String> rest = lines.rest();
            assertTrue(rest.stream().noneMatch(line -> line.contains("second")), rest.toString());
        }
    }

    @Test
    void aRuleTakenAtOneEndsTheStreamsOfAll() throws Exception {
        Stranger reader = reader("ruled");
        List<Stranger.Wire> wires = new ArrayList<>();
        for (RunningNode node : nodes) {
            Stranger.Wire wire = reader.going(node).wire();
            wire.send("SUBSCRISUBSCRIBE:ruled\n");
            assertEquals("FORMAT:RAW|first", wire.line());
            wires.add(wire);
        }
        admin.noRule(name(), "ruled", "subscribe");
        expect(201, admin.post("/t/ruled", "second"));
        for (Stranger.Wire wire : wires) {
            assertEquals("closed", wire.line());
            wire.close();
        }
    }

    @Test
    void aLimitSetAtOneHoldsAtEach() {
        Stranger anna = reader("limited");
        admin.rule(name(), "limited", "publish", true);
        Stranger publisher = anna.program(name(), "publisher", "publish:limited");
        String limit = "/v1/limits/of-" + name();
        expect(201, admin.ask("PUT", limit, "{\"account\":\"" + name() + "\",\"messagesPerSecond\":1}"));
        String one = "{\"topic\":\"limited\",\"body\":\"x\"}";
        String many = "{\"messages\":[" + (one + ',').repeat(500) + one + "]}";
        for (RunningNode node : nodes) {
            // Whoever answers this has applied the limit.
            expect(200, admin.going(node).get(limit));
            Stranger here = publisher.going(node);
            expect(200, here.post("/v1/publish", many));
            assertEquals(
                    "rate-limited",
                    expect(429, here.post("/t/limited", "x")).json().getString("code"));
        }
        expect(204, admin.ask("DELETE", limit, ""));
        for (RunningNode node : nodes) {
            expect(404, admin.going(node).get(limit));
            expect(201, publisher.going(node).post("/t/limited", "x"));
        }
    }

    @Test
    void anAccountDeletedAtOneClosesTheSocketsOfAll() throws Exception {
        Stranger reader = reader("gone");
        List<Stranger.Talk> talks = new ArrayList<>();
        for (RunningNode node : nodes) {
            Stranger.Talk talk = reader.going(node).talk("");
            talk.say(op("subscribe").put("topic", "gone").put("from", "earliest"));
            assertTrue(talk.push().encode().contains("first"));
            talks.add(talk);
        }
        expect(204, admin.ask("DELETE", "/v1/accounts/" + name(), ""));
        expect(201, admin.post("/t/gone", "second"));
        for (Stranger.Talk talk : talks) {
            assertNull(talk.push());
            assertEquals(4504, talk.code());
        }
    }
}
