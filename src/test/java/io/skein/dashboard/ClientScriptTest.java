package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code /client.js} in a real browser, imported by a page of another origin, before a whole node. */
@Timeout(120)
class ClientScriptTest {
    @TempDir
    static Path directory;

    private static Vertx vertx;
    private static HttpServer pages;
    private static Browser browser;
    private static RunningNode node;
    private static int topics;

    /** Where each test publishes. */
    private final String topic = "t" + ++topics;

    @BeforeAll
    static void open() throws Exception {
        vertx = Vertx.vertx();
        pages = vertx.createHttpServer()
                .requestHandler(request -> request.response()
                        .putHeader("Content-Type", "text/html")
                        .end("<!doctype html><link rel=icon href=data:,><title>Another origin</title>"))
                .listen(0, "127.0.0.1")
                .await(10, TimeUnit.SECONDS);
        node = new RunningNode(directory.resolve("node"), Map.of("allowed-origins", origin()));
        node.awaitVoters(1);
        browser = Browser.open(directory.resolve("profile"));
        browser.go(origin() + "/");
    }

    @AfterAll
    static void close() throws Exception {
        if (browser != null) {
            browser.close();
        }
        node.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    private static String origin() {
        return "http://127.0.0.1:" + pages.actualPort();
    }

    private static String url() {
        return "http://127.0.0.1:" + node.httpPort();
    }

    /** What an async function with a client in it returns; what it throws comes as text. */
    private Object run(String body) {
        return run(List.of(url()), body);
    }

    private Object run(List<String> nodes, String body) {
        return later("const skein = await connect({nodes: " + list(nodes) + ", learn: " + nodes.equals(List.of(url()))
                + "});"
                + " const topic = '" + topic + "';"
                + " try { return await (async () => {" + body + "})(); } finally { skein.close(); }");
    }

    private static String list(List<String> nodes) {
        return "['" + String.join("', '", nodes) + "']";
    }

    /** As {@link #run}, and connects by itself. */
    private static Object later(String body) {
        return browser.later(
                "(async () => {"
                        + " const {connect, Nodes, SkeinError} = await import('" + url() + "/client.js');" + body
                        + "})().then(done, (failure) => done(`${failure.name} ${failure.code} ${failure.outcome}: ${failure.message}`));");
    }

    @Test
    void whatIsPublishedIsNumberedAndComesBackAsItWas() {
        Object said = run("""
                const one = await skein.publish(topic, 'text \\u{1F986}', {key: 'k', headers: {a: 'b'}});
                const two = await skein.publish(topic, {id: 7});
                const three = await skein.publish(topic, new Uint8Array([255, 0]));
                const [four, five] = await skein.publishAll([{topic, body: '4'}, {topic, body: '5'}]);
                const came = [];
                for await (const {body, bytes, key, headers, format} of skein.subscribe(topic, {from: 'earliest'})) {
                  came.push([body ?? [...bytes].join(), key ?? '', headers?.a ?? '', format].join(' '));
                  if (came.length === 5) break;
                }
                return [one, two, three, four, five].map(({offset}) => offset).join() + ': ' + came.join('; ');
                """);

        assertEquals("0,1,2,3,4: text \uD83E\uDD86 k b RAW; {\"id\":7}   JSON; 255,0   RAW; 4   RAW; 5   RAW", said);
    }

    @Test
    void aRepeatUnderTheSameIdIsStoredOnce() {
        Object said = run("""
                const first = await skein.publish(topic, 'once', {id: topic});
                const again = await skein.publish(topic, 'once', {id: topic});
                const next = await skein.publish(topic, 'other');
                return [first.offset, again.offset, next.offset].join();
                """);

        assertEquals("0,0,1", said);
    }

    @Test
    void anAnswerThatIsNoIsToldFromOneThatIsUnknown() {
        Object said = run("""
                const refused = await skein.publish('a/+', 'x').catch((failure) => failure);
                const none = await skein.request('GET', '/v1/topics/none').catch((failure) => failure);
                skein.close();
                const closed = await skein.publish(topic, 'x').catch((failure) => failure);
                return [refused, none, closed].map((e) => [e instanceof SkeinError, e.outcome, e.code].join(' ')).join('; ');
                """);

        assertEquals("true refused malformed; true refused unknown-topic; true refused closed", said);
    }

    @Test
    void noMoreIsSentThanThereIsCreditFor() {
        Object said = run("""
                await Promise.all(Array.from({length: 50}, (_, i) => skein.publish(topic, String(i))));
                const subscription = skein.subscribe(topic, {from: 'earliest', credit: 10});
                await subscription.ready;
                // What the node sends without being asked for more is here before this is answered.
                await skein.publish(topic + '/other', 'x');
                const arrived = subscription.waiting;
                const came = [];
                for await (const {body} of subscription) {
                  came.push(Number(body));
                  if (came.length === 50) break;
                }
                return `${arrived} ${came.every((value, i) => value === i)}`;
                """);

        assertEquals("10 true", said);
    }

    @Test
    void aSubscriberWhoseNodeDiesGoesOnAtAnotherAndMissesNothing() throws Exception {
        Relay first = new Relay(vertx, node.httpPort());
        Relay second = new Relay(vertx, node.httpPort());
        browser.later("(async () => { const {connect} = await import('" + url() + "/client.js');"
                + " window.came = []; window.told = [];"
                + " window.skein = await connect({nodes: ['" + first.url() + "', '" + second.url() + "'],"
                + "   onConnection: ({state}) => told.push(state)});"
                + " await skein.subscribe('" + topic
                + "', {from: 'earliest', credit: 16}, ({body}) => { came.push(body); }).ready;"
                + " window.publishing = Promise.all(Array.from({length: 400}, async (_, i) => {"
                + "   await new Promise((resolve) => setTimeout(resolve, i * 3)); await skein.publish('" + topic
                + "', String(i)); }));"
                + "})().then(done);");
        browser.await("some came", () -> (long) browser.script("return came.length") > 50);
        first.cut();
        browser.await("all came", () -> (long) browser.script("return new Set(came).size") == 400);

        assertEquals("", browser.later("publishing.then(() => done(''), (failure) => done(String(failure)))"));
        // What comes after the last of them: nothing came twice.
        browser.later("skein.publish('" + topic + "', 'last').then(done)");
        browser.await("the last came", () -> (boolean) browser.script("return came.includes('last')"));
        assertEquals(401L, browser.script("return came.length"));
        assertEquals("up,down,up", browser.script("skein.close(); return told.slice(0, 3).join()"));
        assertEquals(second.url(), browser.script("return skein.node"));
        second.cut();
        // The browser notes the connection that it could not make.
        browser.complaints();
    }

    @Test
    void aWorkerAcknowledgesWhatItsHandlerReturnsFromAndGivesBackWhatItThrowsAt() {
        Object said = run("""
                await Promise.all(Array.from({length: 30}, (_, i) => skein.publish(topic, String(i))));
                const path = `/v1/subscriptions/${topic}`;
                await skein.request('PUT', path, {body: {filter: topic, from: 'earliest', backoff: ['1ms']}});
                const done = new Map();
                let enough;
                const all = new Promise((resolve) => { enough = resolve; });
                skein.work(topic, async ({body, delivery}) => {
                  if (body === '7' && delivery === 1) throw new Error('not yet');
                  done.set(body, delivery);
                  if (done.size === 30) enough();
                }, {credit: 5});
                await all;
                for (;;) {
                  const {acknowledged, redelivered} = await skein.request('GET', path);
                  if (acknowledged === 30) return `${done.get('7')} ${done.get('8')} ${redelivered}`;
                }
                """);

        assertEquals("2 1 1", said);
    }

    @Test
    void whatRetentionTookIsToldAsAGap() {
        Object said = run("""
                const path = `/v1/topics/${topic}`;
                const {cursor} = await skein.publish(topic, '0');
                await skein.request('PUT', path, {body: {retention: {maxMessages: 1}}});
                for (let i = 1; i <= 3; i++) await skein.publish(topic, String(i));
                let gap;
                for await (const {body} of skein.subscribe(topic, {from: cursor, onGap: (one) => { gap = one; }})) {
                  return `${gap?.requested === cursor} ${body}`;
                }
                """);

        assertEquals("true 3", said);
    }

    // Before nodes that behave badly.

    @Test
    void nodesThatHangUpOnWhoeverComesAreTriedEverMoreSlowly() throws Exception {
        try (FakeNode one = new FakeNode(vertx, FakeNode.Heard::hangUp, command -> {});
                FakeNode two = new FakeNode(vertx, FakeNode.Heard::hangUp, command -> {})) {
            Object said = later(
                    "const real = performance.now; performance.now = () => real.call(performance) + 60000;"
                            + " try { await connect({nodes: " + list(List.of(one.url(), two.url()))
                            + ", timeoutMs: 1500}); } catch (failure) { return failure.code; } finally { performance.now = real; }");

            assertEquals("unreachable", said);
            int tries = one.heard("hello").size() + two.heard("hello").size();
            assertTrue(tries >= 2 && tries <= 10, tries + " tries");
        }
    }

    @Test
    void aListenerThatThrowsKeepsNobodyFromConnectingAgain() throws Exception {
        AtomicInteger comers = new AtomicInteger();
        try (FakeNode fake = new FakeNode(
                vertx,
                command -> {
                    command.ok();
                    if (comers.incrementAndGet() == 1) {
                        command.hangUp();
                    }
                },
                FakeNode.Heard::ok)) {
            Object said = later(
                    "const told = []; let again; const twice = new Promise((resolve) => { again = resolve; });"
                            + " const unhandled = (event) => event.preventDefault(); addEventListener('error', unhandled);"
                            + " const skein = await connect({nodes: ['" + fake.url()
                            + "'], learn: false, onConnection({state}) {"
                            + "   told.push(state); if (told.length === 3) again(); throw new Error('of the user'); }});"
                            + " await twice; removeEventListener('error', unhandled); skein.close(); return told.slice(0, 3).join();");

            assertEquals("up,down,up", said);
        }
    }

    @Test
    void whoOnlyPublishesLeavesANodeThatKnowsNoLeader() throws Exception {
        try (FakeNode alone = new FakeNode(vertx, command -> command.refuse("no-leader", true))) {
            Object said = run(
                    List.of(alone.url(), url()),
                    "const {offset} = await skein.publish(topic, 'x', {timeoutMs: 15000}); return `${offset} ${skein.node}`;");

            assertEquals("0 " + url(), said);
        }
    }

    @Test
    void aNodeThatKnowsNoLeaderIsLeftByWhoSendsNothingTwiceAndNothingOfItIsUnknown() throws Exception {
        try (FakeNode alone = new FakeNode(vertx, command -> command.refuse("no-leader", true))) {
            Object said = run(List.of(alone.url(), url()), """
                    const outcomes = new Set();
                    for (let i = 0; i < 200; i++) {
                      const three = Array.from({length: 3}, () => skein.publish(topic, 'x', {id: ''}).then(() => 'stored', ({outcome}) => outcome));
                      for (const outcome of await Promise.all(three)) outcomes.add(outcome);
                      if (outcomes.has('stored')) break;
                      await new Promise((next) => { setTimeout(next, 50); });
                    }
                    return `${[...outcomes].join()} ${skein.node}`;
                    """);

            assertEquals("unavailable,stored " + url(), said);
        }
    }

    @Test
    void aNodeThatRefusesForAReasonOfItsTopicHasALeader() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        try (FakeNode well = new FakeNode(vertx, command -> {
            if ("taken".equals(command.json.getString("body"))) {
                command.ok();
            } else if (tries.incrementAndGet() == 2) {
                command.refuse("wrong-offset", false);
            } else {
                command.refuse("no-leader", true);
            }
        })) {
            // Its clock goes twenty times as fast.
            Object said = run(List.of(well.url(), url()), """
                    const [timeout, now, begin] = [setTimeout, performance.now, performance.now()];
                    globalThis.setTimeout = (act, ms) => timeout(act, ms / 20);
                    performance.now = () => begin + 20 * (now.call(performance) - begin);
                    try {
                      const {code} = await skein.publish(topic, 'twice').catch((failure) => failure);
                      await new Promise((later) => { setTimeout(later, 4000); });
                      const again = await skein.publish(topic, 'once', {id: ''}).catch((failure) => failure);
                      await skein.publish(topic, 'taken', {id: ''});
                      return `${code} ${again.code} ${skein.node}`;
                    } finally {
                      globalThis.setTimeout = timeout;
                      performance.now = now;
                    }
                    """);

            assertEquals("wrong-offset no-leader " + well.url(), said);
        }
    }

    @Test
    void aReasonIsCutToWhatANodeTakesAndNotWithinACharacter() throws Exception {
        try (FakeNode fake = new FakeNode(vertx, command -> {
            if (command.is("subscribe")) {
                command.ok(new JsonObject().put("sub", "s1"));
                JsonArray three = new JsonArray();
                List.of("thrown", "said", "none").forEach(lease -> three.add(new JsonObject().put("lease", lease)));
                command.say(new JsonObject().put("sub", "s1").put("messages", three));
            } else if (command.is("nack")) {
                command.ok(new JsonObject().put("refused", new JsonArray()));
            }
        })) {
            Object said = run(List.of(fake.url()), """
                    const long = 'x' + String.fromCodePoint(0x1F986).repeat(1000);
                    return await new Promise((done) => {
                      skein.work('w', async (message) => {
                        if (message.lease === 'thrown') throw new Error(long);
                        await message.nack(message.lease === 'said' ? {reason: long} : undefined);
                        if (message.lease === 'none') done('done');
                      });
                    });
                    """);

            assertEquals("done", said);
            String cut = "x" + "\uD83E\uDD86".repeat(169);
            assertEquals(
                    List.of("thrown " + cut, "said " + cut, "none null"),
                    fake.heard("nack").stream()
                            .map(nack -> nack.getJsonArray("leases").getString(0) + " " + nack.getString("reason"))
                            .sorted(Comparator.reverseOrder())
                            .toList());
        }
    }

    @Test
    void addressesThatANodeTellsAreFollowedWhereTheyMayHaveTheToken() {
        Object said = later("const learned = (current, ...told) => { let all = [];"
                + "   new Nodes([current], {learned: (them) => { all = them; }}).learn(told.map((httpAddress) => ({httpAddress})));"
                + "   return all.slice(1).join(' '); };"
                + " return [learned('http://node.example:8080', '127.0.0.1:1', 'localhost:2', '127.9.9.9:3', '[::1]:4', '0.0.0.0:5',"
                + "     '[::]:6', '[::ffff:0.0.0.0]:6', '[::ffff:127.0.0.1]:7', 'a.localhost:8', '10.0.0.1:9'),"
                + "   learned('http://127.0.0.1:8080', '127.0.0.1:8081', 'https://other.example'),"
                + "   learned('https://node.example', 'http://a.example', 'https://b.example', 'ftp://c.example', 'd.example:1'),"
                + "   learned('http://127.0.0.1:8080', 'localhost:8080', '127.0.0.2:8080', '[::1]:8080'),"
                + "   learned('http://n1.localhost:8080', 'n1.localhost:8080', 'n2.localhost:8080'),"
                + " ].join('; ');");

        assertEquals(
                "http://10.0.0.1:9; http://127.0.0.1:8081 https://other.example; https://b.example https://d.example:1;"
                        + " http://127.0.0.2:8080; http://n2.localhost:8080",
                said);
    }

    /** Two tries of one publish: nobody knows of the first, the second is refused. */
    private Object refusedAfterDoubt(String code, boolean isPassing) throws Exception {
        AtomicInteger tries = new AtomicInteger();
        try (FakeNode fake = new FakeNode(vertx, command -> {
            if (tries.incrementAndGet() == 1) {
                command.hangUp();
            } else {
                command.refuse(code, isPassing);
            }
        })) {
            return run(
                    List.of(fake.url()),
                    "return await skein.publish(topic, 'x', {timeoutMs: 2000}).catch(({code, outcome}) => `${outcome} ${code}`);");
        }
    }

    @Test
    void aNoToARepeatIsUnknownUnlessItWasDecidedByTheKey() throws Exception {
        assertEquals("unknown connection-lost", refusedAfterDoubt("forbidden", false));
        assertEquals("refused wrong-offset", refusedAfterDoubt("wrong-offset", false));
        assertEquals("refused unknown-topic", refusedAfterDoubt("unknown-topic", false));
    }

    @Test
    void aNoForAMomentToARepeatIsUnknown() throws Exception {
        assertEquals("unknown connection-lost", refusedAfterDoubt("topic-full", true));
    }

    @Test
    void whatWasRefusedAndIsNotOutWhenTheClientIsClosedWasNotDone() throws Exception {
        AtomicReference<FakeNode.Heard> other = new AtomicReference<>();
        AtomicInteger tries = new AtomicInteger();
        try (FakeNode fake = new FakeNode(vertx, command -> {
            if ("other".equals(command.json.getString("body"))) {
                other.set(command);
                return;
            }
            command.refuse("no-leader", true);
            if (tries.incrementAndGet() == 5) {
                // The pauses double: this one is 400 ms.
                other.get().ok();
            }
        })) {
            Object said = run(
                    List.of(fake.url()),
                    "const other = skein.publish(topic, 'other'); const refused = skein.publish(topic, 'refused');"
                            + " await other; skein.close(); return await refused.catch(({code, outcome}) => `${outcome} ${code}`);");

            assertEquals("refused closed", said);
        }
    }

    @Test
    void aRepeatThatIsNotAnsweredInTimeIsUnknownWhateverWasSaidOfTheFirst() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        try (FakeNode fake = new FakeNode(vertx, command -> {
            if (tries.incrementAndGet() == 1) {
                command.refuse("no-leader", true);
            }
        })) {
            Object said = run(
                    List.of(fake.url()),
                    "return await skein.publish(topic, 'x', {timeoutMs: 700}).catch(({code, outcome}) => `${outcome} ${code}`);");

            assertEquals("unknown timeout", said);
            assertEquals(2, tries.get());
        }
    }

    @Test
    void whatAClosedWorkerSaidWithoutAnAnswerIsUnknown() throws Exception {
        AtomicInteger comers = new AtomicInteger();
        try (FakeNode fake = new FakeNode(vertx, command -> {
            if (command.is("ack")) {
                command.hangUp();
            } else if (command.is("subscribe") && comers.incrementAndGet() == 1) {
                command.ok(new JsonObject().put("sub", "s1"));
                command.say(new JsonObject()
                        .put("sub", "s1")
                        .put("messages", new JsonArray().add(new JsonObject().put("lease", "l1"))));
            }
        })) {
            Object said = run(
                    List.of(fake.url()),
                    "let acked; const began = new Promise((resolve) => { acked = resolve; });"
                            + " const worker = skein.work('w', (message) => { acked({said: message.ack()}); });"
                            + " const {said} = await began; while (skein.isConnected) await new Promise((next) => setTimeout(next, 5));"
                            + " worker.close(); return await said.catch(({code, outcome}) => `${outcome} ${code}`);");

            assertEquals("unknown closed", said);
        }
    }

    @Test
    void aMessageThatNoNodeTakesIsRefusedAloneAndTheRestGoesOn() {
        Object said = run("""
                const large = await skein.publish(topic, '\u20ac'.repeat(3 << 20)).catch(({code, outcome}) => `${outcome} ${code}`);
                const headers = await skein.publish(topic, '', {headers: {a: 'x'.repeat(9 << 20)}}).catch(({code}) => code);
                return `${large} ${headers} ${(await skein.publish(topic, 'small')).offset}`;
                """);

        assertEquals("refused too-large too-large 0", said);
    }

    @Test
    void creditForWhatIsHandedOutWhileItIsAskedForAgainIsGivenOnceThereIsAnAnswer() throws Exception {
        AtomicReference<FakeNode.Heard> asked = new AtomicReference<>();
        AtomicInteger comers = new AtomicInteger();
        AtomicInteger credits = new AtomicInteger();
        try (FakeNode fake = new FakeNode(vertx, command -> {
            if (command.is("subscribe") && comers.incrementAndGet() == 1) {
                command.ok(new JsonObject().put("sub", "s1").put("cursor", "c0"));
                JsonArray two = new JsonArray();
                List.of("c1", "c2")
                        .forEach(cursor ->
                                two.add(new JsonObject().put("body", cursor).put("cursor", cursor)));
                command.say(new JsonObject().put("sub", "s1").put("messages", two));
                command.hangUp();
            } else if (command.is("subscribe")) {
                asked.set(command);
            } else if (command.is("credit")) {
                credits.addAndGet(command.json.getInteger("n"));
            } else if ("handed out".equals(command.json.getString("body"))) {
                asked.get().ok(new JsonObject().put("sub", "s2").put("cursor", "c2"));
                command.ok();
            } else {
                command.ok(new JsonObject().put("credits", credits.get()));
            }
        })) {
            Object said = run(
                    List.of(fake.url()),
                    "const came = skein.subscribe('a', {from: 'earliest', credit: 2}); await came.ready;"
                            + " while (skein.isConnected) await new Promise((next) => setTimeout(next, 5));"
                            + " while (!skein.isConnected) await new Promise((next) => setTimeout(next, 5));"
                            + " await came.next(); await came.next();"
                            + " await skein.publish(topic, 'handed out');"
                            + " return (await skein.publish(topic, 'and then')).credits;");

            assertEquals(0, fake.heard("subscribe").get(1).getInteger("credit"));
            assertEquals(2L, said);
        }
    }

    @Test
    void whoeverAsksForMessagesBesideEachOtherGetsThemInOrder() {
        Object said = run("""
                const subscription = skein.subscribe(topic, {from: 'earliest'});
                await subscription.ready;
                const asked = [subscription.next(), subscription.next(), subscription.next()];
                await skein.publishAll([{topic, body: '1'}, {topic, body: '2'}]);
                await skein.publish(topic, '3');
                return (await Promise.all(asked)).map(({value}) => value.body).join();
                """);

        assertEquals("1,2,3", said);
    }

    @Test
    void aSubscriptionThatIsOverListensToItsSignalNoLonger() {
        Object said = run("""
                const {signal} = new AbortController();
                const listening = new Set();
                signal.addEventListener = (type, listener) => listening.add(listener);
                signal.removeEventListener = (type, listener) => listening.delete(listener);
                const subscription = skein.subscribe(topic, {signal});
                const before = listening.size;
                subscription.close();
                return `${before} ${listening.size}`;
                """);

        assertEquals("1 0", said);
    }

    /** Two blocks, the second for the client of the first: run as they stand until each has said something. */
    @Test
    void whatTheReadmeShowsDoesWhatItSays() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        String chapter = readme.substring(readme.indexOf("\n## Browser client\n"), readme.indexOf("\n## Chat\n"));
        List<String> blocks = Pattern.compile("(?s)```js\\n(.*?)```")
                .matcher(chapter)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertEquals(2, blocks.size());
        String all = (blocks.get(0) + blocks.get(1))
                .replace(
                        "import { connect } from '/client.js';",
                        "const {connect} = await import('" + url() + "/client.js');")
                .replaceAll("http://127.0.0.1:808[01]", url())
                .replace("for await", "const looking = (async () => { for await")
                .replace("await skein.request", "})(); await skein.request")
                .replaceAll("'(orders/[#7])'", "'" + topic + "-$1'");

        Object said = browser.later(
                "(async () => { const said = []; let enough; const both = new Promise((yes) => { enough = yes; });"
                        + " const console = {log: (...words) => { said.push(words.join(' ')); if (said.length === 2) enough(); }};"
                        + all
                        + " await both; skein.close(); await looking; return said.sort().join('; '); })().then(done, (e) => done(String(e)));");

        assertEquals("bill {\"id\":7}; " + topic + "-orders/7 0 {\"id\":7}", said);
    }

    @Test
    void pagesOfAllowedOriginsMayImportItAndOthersAreNotLetIn() throws Exception {
        HttpResponse<String> allowed = fetch(origin());
        HttpResponse<String> other = fetch("http://elsewhere.example");

        assertEquals(
                origin(),
                allowed.headers().firstValue("Access-Control-Allow-Origin").orElse(""));
        assertTrue(
                allowed.headers().allValues("Vary").contains("origin"),
                allowed.headers().toString());
        assertTrue(other.headers().firstValue("Access-Control-Allow-Origin").isEmpty());
        assertEquals(
                "text/javascript; charset=utf-8",
                allowed.headers().firstValue("Content-Type").orElse(""));
    }

    private static HttpResponse<String> fetch(String origin) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/client.js"))
                .header("Origin", origin)
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void itImportsNothing() throws Exception {
        List<String> imports = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("src/main/resources/console/client.js"))) {
            if (line.startsWith("import") || line.contains(" import(")) {
                imports.add(line);
            }
        }
        assertEquals(List.of(), imports);
    }
}
