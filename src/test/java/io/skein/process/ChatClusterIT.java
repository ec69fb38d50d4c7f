package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The chat with real processes: five nodes of which two die, then a third, then all; two hosts and the cable between. */
@Timeout(300)
class ChatClusterIT {
    private static final int ENOUGH = Integer.getInteger("skein.mails", 25);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long AGAIN_NANOS = 20_000_000;

    @TempDir
    private Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        Collections.reverse(opened);
        for (AutoCloseable one : opened) {
            one.close();
        }
    }

    private ClusterUnderTest cluster(int size) throws Exception {
        ClusterUnderTest cluster = ClusterUnderTest.startDirect(directory, size);
        opened.add(cluster);
        return cluster;
    }

    // The commands.

    /** A command that runs: what is typed into it and what it has said. */
    private final class Terminal implements AutoCloseable {
        private final Process process;
        private final Path out;
        private final OutputStream in;

        Terminal(List<String> before, String... arguments) throws IOException {
            List<String> command = new ArrayList<>(before);
            command.addAll(SkeinJar.command());
            command.addAll(List.of(arguments));
            Files.createDirectories(directory);
            out = Files.createTempFile(directory, "out", "");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
            builder.environment().put("XDG_CONFIG_HOME", out + ".config");
            process = builder.start();
            in = process.getOutputStream();
            opened.add(this);
        }

        void type(String line) throws IOException {
            in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            in.flush();
        }

        String said() throws IOException {
            return Files.readString(out);
        }

        void awaitSaid(String text) {
            try {
                Awaitility.await(text)
                        .atMost(60, TimeUnit.SECONDS)
                        .until(() -> said().contains(text) || !process.isAlive());
                assertTrue(said().contains(text), this::toString);
            } catch (org.awaitility.core.ConditionTimeoutException | IOException late) {
                throw new AssertionError("waited in vain for \"" + text + "\" in " + this, late);
            }
        }

        int awaitEnd(long seconds) throws InterruptedException {
            assertTrue(process.waitFor(seconds, TimeUnit.SECONDS), this::toString);
            return process.exitValue();
        }

        @Override
        public String toString() {
            try {
                return said();
            } catch (IOException unreadable) {
                return unreadable.toString();
            }
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    void theDemonstrationHoldsWhatItShows() throws Exception {
        Terminal demo = new Terminal(List.of(), "chat", "--demo", "--pace", "0");
        assertEquals(0, demo.awaitEnd(180), demo::toString);
        assertTrue(demo.said().contains("Every check held."), demo::toString);
    }

    @Test
    void aChatAtTheTerminalGoesOnWhenItsNodeDies() throws Exception {
        ClusterUnderTest cluster = cluster(3);
        account(cluster.node("n1"), "anna");
        account(cluster.node("n1"), "bob");
        Terminal anna = chat(cluster.node("n1"), "anna", "bob");
        Terminal bob = chat(cluster.node("n2"), "bob", "anna");
        anna.type("over n1");
        bob.awaitSaid("anna> over n1");
        cluster.node("n1").kill();
        anna.type("n1 is dead");
        bob.awaitSaid("anna> n1 is dead");
        bob.type("so it is");
        anna.awaitSaid("bob> so it is");
        assertTrue(anna.said().contains("goes on at"), anna::toString);
        anna.type("/quit");
        bob.type("/quit");
        assertEquals(0, anna.awaitEnd(30));
        assertEquals(0, bob.awaitEnd(30));
        for (String once : List.of("anna> over n1", "anna> n1 is dead")) {
            assertEquals(2, (bob.said() + " ").split(once, -1).length, bob::toString);
        }
    }

    private Terminal chat(ClusterNode node, String name, String partner) throws IOException {
        Terminal chat = new Terminal(
                List.of(),
                "chat",
                "--as",
                name,
                "--to",
                partner,
                "--url",
                node.uri("").toString());
        chat.type(password(name));
        chat.awaitSaid("nothing yet between you and " + partner);
        return chat;
    }

    // Five nodes.

    private static String password(String name) {
        return "the password of " + name;
    }

    private static JsonObject login(String name) {
        return new JsonObject().put("username", name).put("password", password(name));
    }

    private static void account(ClusterNode node, String name) throws Exception {
        HttpResponse<String> made =
                node.send("POST", "/v1/accounts", login(name).encode(), PATIENCE, "Content-Type", "application/json");
        assertEquals(201, made.statusCode(), made.body());
    }

    /** Somebody who writes without end, through all nodes in turn, and reads what comes. */
    private static final class Person {
        private final String name;
        private final String partner;
        private final ClusterUnderTest cluster;
        private final String token;
        /** Acknowledged: content by id. */
        private final Map<Long, String> sent = new ConcurrentHashMap<>();

        private final Set<Long> marked = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final AtomicReference<Throwable> wrong = new AtomicReference<>();
        private final Thread thread;

        Person(String name, String partner, ClusterUnderTest cluster) throws Exception {
            this.name = name;
            this.partner = partner;
            this.cluster = cluster;
            HttpResponse<String> in = cluster.node("n1")
                    .send("POST", "/v1/sessions", login(name).encode(), PATIENCE, "Content-Type", "application/json");
            assertEquals(201, in.statusCode(), in.body());
            this.token = new JsonObject(in.body()).getString("token");
            this.thread = new Thread(this::live, name);
        }

        HttpResponse<String> ask(ClusterNode node, String method, String path, String body, String key)
                throws IOException, InterruptedException {
            return node.send(
                    method,
                    path,
                    body,
                    PATIENCE,
                    "Authorization",
                    "Bearer " + token,
                    "Content-Type",
                    "application/json",
                    "Idempotency-Key",
                    key);
        }

        private void live() {
            try {
                for (int turn = 1; !isOver.get(); turn++) {
                    String content = name + " " + turn;
                    JsonObject mail = new JsonObject().put("to", partner).put("content", content);
                    Optional<JsonObject> answer = untilDone("/v1/mail", mail, 201);
                    answer.ifPresent(ack -> sent.put(ack.getLong("id"), content));
                    if (turn % 10 == 0) {
                        read();
                    }
                }
            } catch (Exception | AssertionError failed) {
                wrong.compareAndSet(null, failed);
            }
        }

        private void read() throws Exception {
            for (ClusterNode node : cluster.nodes()) {
                if (!node.isAlive()) {
                    continue;
                }
                try {
                    HttpResponse<String> page = ask(
                            node,
                            "GET",
                            "/v1/mail?unread=true&limit=100",
                            "",
                            UUID.randomUUID().toString());
                    if (page.statusCode() != 200) {
                        continue;
                    }
                    JsonArray ids = new JsonArray();
                    for (Object mail : new JsonObject(page.body()).getJsonArray("messages")) {
                        ids.add(((JsonObject) mail).getLong("id"));
                    }
                    if (!ids.isEmpty()
                            && untilDone("/v1/mail/read", new JsonObject().put("ids", ids), 200)
                                    .isPresent()) {
                        ids.forEach(id -> marked.add(((Number) id).longValue()));
                    }
                    return;
                } catch (IOException gone) {
                    continue;
                }
            }
        }

        /** At one node after the other under one key, until it is done or all is over. */
        private Optional<JsonObject> untilDone(String path, JsonObject body, int status) throws Exception {
            String key = UUID.randomUUID().toString();
            while (!isOver.get()) {
                for (ClusterNode node : cluster.nodes()) {
                    if (!node.isAlive()) {
                        continue;
                    }
                    try {
                        HttpResponse<String> answer = ask(node, "POST", path, body.encode(), key);
                        if (answer.statusCode() == status) {
                            return Optional.of(new JsonObject(answer.body()));
                        }
                        assertTrue(answer.statusCode() >= 503, answer.statusCode() + " " + answer.body());
                    } catch (IOException gone) {
                        continue;
                    }
                }
                LockSupport.parkNanos(AGAIN_NANOS);
            }
            return Optional.empty();
        }

        void awaitMore(int than) {
            cluster.await("mails of " + name, Duration.ofSeconds(60), () -> {
                if (wrong.get() != null) {
                    throw new AssertionError(wrong.get());
                }
                return sent.size() >= than + ENOUGH;
            });
        }

        /** A node may be without a leader for a moment, and says so. */
        private JsonObject page(ClusterNode node, String path) {
            HttpResponse<String> answer = Awaitility.await(path + " at " + node)
                    .atMost(60, TimeUnit.SECONDS)
                    .until(
                            () -> ask(node, "GET", path, "", UUID.randomUUID().toString()),
                            taken -> taken.statusCode() != 503);
            assertEquals(200, answer.statusCode(), answer.body());
            return new JsonObject(answer.body());
        }

        /** Oldest first, as this node has it. */
        List<JsonObject> mails(ClusterNode node, String level) {
            List<JsonObject> all = new ArrayList<>();
            String before = "";
            while (true) {
                JsonObject page = page(node, "/v1/mail?limit=1000&level=" + level + before);
                page.getJsonArray("messages").forEach(mail -> all.add((JsonObject) mail));
                if (page.getLong("next") == null) {
                    Collections.reverse(all);
                    return all;
                }
                before = "&before=" + page.getLong("next");
            }
        }

        void end() throws InterruptedException {
            isOver.set(true);
            thread.join();
        }
    }

    /** Every acknowledged mail is there once, read if that was acknowledged; nothing is there twice; all nodes alike. */
    private static void checkAll(List<ClusterNode> nodes, String level, Person... people) {
        List<JsonObject> expected = people[0].mails(nodes.get(0), level);
        Map<Long, JsonObject> byId = new TreeMap<>();
        Set<String> contents = new HashSet<>();
        for (JsonObject mail : expected) {
            assertEquals(null, byId.put(mail.getLong("id"), mail), mail::encode);
            assertTrue(contents.add(mail.getString("content")), () -> "twice: " + mail.encode());
        }
        assertEquals(
                new ArrayList<>(new TreeSet<>(byId.keySet())),
                expected.stream().map(mail -> mail.getLong("id")).toList());
        for (Person person : people) {
            person.sent.forEach((id, content) -> {
                assertTrue(byId.containsKey(id), () -> "lost: #" + id + " " + content);
                assertEquals(content, byId.get(id).getString("content"));
            });
            person.marked.forEach(id -> assertTrue(byId.get(id).getBoolean("read"), () -> "not marked: #" + id));
            for (ClusterNode node : nodes) {
                assertEquals(expected, person.mails(node, level), () -> "as " + person.name + " sees it at " + node);
            }
        }
    }

    @Test
    void ofFiveNodesTwoDieAndAllGoesOnAThirdAndItIsSaidAndAfterAStopOfAllEverythingIsThere() throws Exception {
        ClusterUnderTest cluster = cluster(5);
        account(cluster.node("n1"), "anna");
        account(cluster.node("n5"), "bob");
        Person anna = new Person("anna", "bob", cluster);
        Person bob = new Person("bob", "anna", cluster);
        opened.add(anna::end);
        opened.add(bob::end);
        anna.thread.start();
        bob.thread.start();
        for (int kill = 1; kill <= 2; kill++) {
            anna.awaitMore(anna.sent.size());
            bob.awaitMore(bob.sent.size());
            ClusterNode leader = cluster.awaitLeader();
            leader.kill();
        }
        anna.awaitMore(anna.sent.size());
        bob.awaitMore(bob.sent.size());
        anna.end();
        bob.end();
        assertTrue(!anna.marked.isEmpty() && !bob.marked.isEmpty(), "nobody read anything");
        cluster.awaitCaughtUp();
        List<ClusterNode> alive =
                cluster.nodes().stream().filter(ClusterNode::isAlive).toList();
        assertEquals(3, alive.size());
        checkAll(alive, "linearizable", anna, bob);

        alive.get(0).kill();
        List<ClusterNode> two = alive.subList(1, 3);
        for (ClusterNode node : two) {
            cluster.await(
                    "no leader at " + node,
                    Duration.ofSeconds(20),
                    () -> "no-leader".equals(node.status().getString("health")));
            HttpResponse<String> refused = anna.ask(
                    node,
                    "POST",
                    "/v1/mail",
                    "{\"to\":\"bob\",\"content\":\"lost?\"}",
                    UUID.randomUUID().toString());
            assertEquals(503, refused.statusCode(), refused.body());
            assertEquals("not-applied", new JsonObject(refused.body()).getString("outcome"), refused.body());
        }
        checkAll(two, "none", anna, bob);

        for (ClusterNode node : two) {
            node.terminate();
        }
        for (ClusterNode node : two) {
            node.awaitExit();
        }
        cluster.heal();
        checkAll(List.copyOf(cluster.nodes()), "none", anna, bob);
        checkAll(List.of(cluster.awaitLeader()), "linearizable", anna, bob);
    }

    // Two hosts.

    /** A node on one of the two hosts. */
    private final class Resident implements AutoCloseable {
        private final TwoHosts.Host host;
        private final String id;
        private final int http;
        private final int raft;
        private Process process;

        Resident(TwoHosts.Host host, int number) {
            this.host = host;
            this.id = "n" + number;
            this.http = 8080 + number;
            this.raft = 6000 + number;
            opened.add(this);
        }

        String peer() {
            return id + "=" + host.address() + ":" + raft;
        }

        String url(String path) {
            return "http://" + host.address() + ":" + http + path;
        }

        void start(String peers) throws IOException {
            List<String> command = new ArrayList<>(host.inside());
            command.addAll(SkeinJar.command("-Xmx192m"));
            command.addAll(List.of("serve", "--insecure"));
            command.addAll(
                    List.of("--node-id", id, "--data-dir", directory.resolve(id).toString()));
            command.addAll(List.of("--host", host.address(), "--tcp-port", "0", "--peers", peers));
            command.addAll(List.of("--http-port", "" + http, "--raft-port", "" + raft));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve(id + ".out").toFile()));
            builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
            process = builder.start();
        }

        /** Of the host it lies on. */
        TwoHosts.Host.Answer ask(String method, String path, String token, String key, String body) throws IOException {
            return host.ask(method, url(path), token, key, body);
        }

        void await(String what, java.util.function.Predicate<JsonObject> holds) {
            Awaitility.await(what + " at " + id).atMost(60, TimeUnit.SECONDS).until(() -> {
                if (!process.isAlive()) {
                    throw new AssertionError(Files.readString(directory.resolve(id + ".out")));
                }
                TwoHosts.Host.Answer answer = ask("GET", "/v1/cluster", "", "", "");
                return answer.status() == 200 && holds.test(new JsonObject(answer.body()));
            });
        }

        void awaitHealth(String health) {
            await(health, word -> health.equals(word.getString("health")));
        }

        /** Oldest first. */
        List<String> contents(String token) throws IOException {
            TwoHosts.Host.Answer answer = ask("GET", "/v1/mail?limit=1000&level=none", token, "", "");
            assertEquals(200, answer.status(), answer.body());
            List<String> all = new ArrayList<>();
            new JsonObject(answer.body())
                    .getJsonArray("messages")
                    .forEach(mail -> all.add(((JsonObject) mail).getString("content")));
            Collections.reverse(all);
            return all;
        }

        @Override
        public void close() {
            if (process != null) {
                process.destroyForcibly().onExit().join();
            }
        }
    }

    @Test
    void betweenTwoHostsTheCableIsPulledAndTheSideWithTheMajorityGoesOn() throws Exception {
        Optional<TwoHosts> connected = TwoHosts.connect();
        assumeTrue(connected.isPresent(), "needs root and network namespaces");
        TwoHosts two = connected.get();
        opened.add(two);
        List<Resident> nodes = new ArrayList<>();
        for (int number = 1; number <= 5; number++) {
            nodes.add(new Resident(number <= 3 ? two.first() : two.second(), number));
        }
        String peers = nodes.stream().map(Resident::peer).collect(Collectors.joining(","));
        for (Resident node : nodes) {
            node.start(peers);
        }
        nodes.forEach(node -> node.awaitHealth("ok"));
        Resident here = nodes.get(0);
        Resident there = nodes.get(4);
        for (String name : List.of("anna", "bob")) {
            assertEquals(201, retried(here, "/v1/accounts", "", login(name)).status());
        }
        String anna =
                new JsonObject(retried(here, "/v1/sessions", "", login("anna")).body()).getString("token");
        String bob =
                new JsonObject(retried(there, "/v1/sessions", "", login("bob")).body()).getString("token");
        List<String> said = new ArrayList<>();
        said.add(say(here, anna, "bob", "over the cable"));
        said.add(say(there, bob, "anna", "back over it"));

        two.pullTheCable();
        there.awaitHealth("no-leader");
        said.add(say(here, anna, "bob", "three are a majority"));
        TwoHosts.Host.Answer refused = there.ask("POST", "/v1/mail", bob, "refused", mail("anna", "two are none"));
        assertEquals(503, refused.status(), refused.body());
        assertEquals("not-applied", new JsonObject(refused.body()).getString("outcome"), refused.body());
        assertEquals(said.subList(0, 2), there.contents(bob), "what it had");

        two.plugTheCable();
        there.awaitHealth("ok");
        said.add(say(there, bob, "anna", "two are none"));
        String leader =
                new JsonObject(here.ask("GET", "/v1/cluster", "", "", "").body()).getString("leader");
        assertTrue(leader != null && !leader.isEmpty(), "no leader");
        for (Resident node : nodes) {
            Awaitility.await("all mails at " + node.id)
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> node.contents(anna).equals(said));
        }
        Terminal list = new Terminal(
                two.second().inside(), "chat", "--as", "bob", "--list", "--with", "anna", "--url", there.url(""));
        list.type(password("bob"));
        assertEquals(0, list.awaitEnd(60), list::toString);
        said.forEach(content -> assertTrue(list.toString().contains("> " + content + "\n"), list::toString));
    }

    private static String mail(String to, String content) {
        return new JsonObject().put("to", to).put("content", content).encode();
    }

    private static TwoHosts.Host.Answer retried(Resident node, String path, String token, JsonObject body) {
        String key = UUID.randomUUID().toString();
        return Awaitility.await(path + " at " + node.id)
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> node.ask("POST", path, token, key, body.encode()), answer -> answer.status() == 201);
    }

    private static String say(Resident node, String token, String to, String content) {
        TwoHosts.Host.Answer answer = retried(node, "/v1/mail", token, new JsonObject(mail(to, content)));
        assertEquals(201, answer.status(), answer.body());
        return content;
    }
}
