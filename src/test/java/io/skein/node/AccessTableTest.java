package io.skein.node;

import static io.skein.node.Stranger.escaped;
import static io.skein.node.Stranger.expect;
import static io.skein.node.Stranger.op;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.skein.broker.Allowances;
import io.skein.broker.FakeBroker;
import io.skein.broker.OpenGate;
import io.skein.node.Stranger.Answer;
import io.skein.protocol.http.HttpConfig;
import io.skein.protocol.http.HttpDoor;
import io.skein.protocol.http.HttpListener;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who gets in where: every route, operation and door of a node with {@code --auth}, against everybody who may come. A route
 * that nobody wrote into the table fails it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class AccessTableTest {
    private static final String ADMIN_TOKEN = "the-admin-of-the-table";
    private static final String PASSWORD = "correct horse";

    /** Who comes. Anna may all with open/#; nobody but admins anything with closed/#. */
    private enum Who {
        NONE,
        WRONG,
        EXPIRED,
        REVOKED,
        /** Anna, at what is hers. */
        MEMBER,
        /** Anna, at what is not: another topic, another account. */
        ELSEWHERE,
        /** A program of Anna's that may publish to open/#. */
        SCOPED,
        ADMIN
    }

    private RunningNode node;
    private Stranger nobody;
    private Stranger admin;
    private String expired;
    private String revoked;

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        node = new RunningNode(
                directory,
                Map.of(
                        "auth",
                        "true",
                        "admin-token",
                        ADMIN_TOKEN,
                        "sql",
                        "true",
                        "tcp-port",
                        Integer.toString(Stranger.freePort())));
        node.firstAdmin().await();
        nobody = Stranger.at(node);
        admin = nobody.with(ADMIN_TOKEN);
        admin.create("anna", PASSWORD);
        admin.create("carl", PASSWORD);
        for (String action : List.of("publish", "subscribe", "manage")) {
            admin.rule("anna", "open/#", action, true);
        }
        for (String here : List.of("open", "closed")) {
            expect(201, admin.post("/t/" + here + "/a", "x"));
            expect(200, admin.ask("PUT", "/topic", "{\"topic\":\"" + here + "/queue\"}"));
        }
        subscription("mine", "open/a");
        subscription("theirs", "closed/a");
        Stranger anna = nobody.loggedIn("anna", PASSWORD);
        revoked = anna.program("anna", "revoked").token();
        expect(204, anna.ask("DELETE", "/v1/accounts/anna/tokens?name=revoked", ""));
        expired = expect(201, anna.post("/v1/accounts/anna/tokens", "{\"name\":\"expired\",\"lifetime\":\"1ms\"}"))
                .json()
                .getString("token");
        Awaitility.await()
                .until(() -> nobody.with(expired).get("/v1/sessions/current").status() == 401);
    }

    @AfterAll
    void end() {
        node.close();
    }

    private void subscription(String name, String filter) {
        expect(
                201,
                admin.ask("PUT", "/v1/subscriptions/" + name, "{\"filter\":\"" + filter + "\",\"from\":\"earliest\"}"));
    }

    /** One of those who come, at one row; each with tokens of its own, as some rows use them up. */
    private final class Cell {
        final Who who;
        final Stranger stranger;
        final String here;
        final String account;
        final String sub;
        /** Unlike that of any other cell. */
        final String name;

        Cell(Who who, int row) {
            this.who = who;
            boolean elsewhere = who == Who.ELSEWHERE;
            here = elsewhere ? "closed" : "open";
            account = elsewhere ? "carl" : "anna";
            sub = elsewhere ? "theirs" : "mine";
            name = "r" + row + "-" + who.name().toLowerCase(java.util.Locale.ROOT);
            stranger = switch (who) {
                case NONE -> nobody;
                case WRONG -> nobody.with("skt_of-nobody");
                case EXPIRED -> nobody.with(expired);
                case REVOKED -> nobody.with(revoked);
                case MEMBER, ELSEWHERE -> nobody.loggedIn("anna", PASSWORD);
                case SCOPED -> scoped();
                case ADMIN -> admin;
            };
        }

        private Stranger scoped() {
            return admin.program("anna", name, "publish:open/#");
        }

        void done() {
            if (who == Who.SCOPED) {
                admin.ask("DELETE", "/v1/accounts/anna/tokens?name=" + name, "");
            }
        }

        Answer ask(String method, String path, String body, String... headers) {
            return stranger.ask(method, path, body, headers);
        }

        Answer get(String path) {
            return stranger.get(path);
        }

        Answer post(String path, String body) {
            return stranger.post(path, body);
        }

        /** A lease that somebody was given. */
        String leases() {
            expect(201, admin.post("/t/" + here + "/a", "x"));
            String lease = expect(200, admin.post("/v1/subscriptions/" + sub + "/pull?max=1", ""))
                    .json()
                    .getJsonArray("messages")
                    .getJsonObject(0)
                    .getString("lease");
            return "\"leases\":[\"" + lease + "\"]";
        }

        String cursor() {
            return expect(201, admin.post("/t/" + here + "/a", "x")).json().getString("cursor");
        }

        String scheduled() {
            return expect(202, admin.ask("POST", "/t/" + here + "/a", "x", "Skein-Delay", "1h"))
                    .json()
                    .getString("cursor");
        }
    }

    @FunctionalInterface
    private interface Asking {
        Object of(Cell cell) throws Exception;
    }

    /** @param expected one word for each who, in their order */
    private record Row(String what, List<String> expected, Asking asking) {}

    private static final class Table {
        final List<Row> rows = new ArrayList<>();

        /** Strangers are nobody here. */
        void known(String what, String expected, Asking asking) {
            rows.add(new Row(what, List.of(("401 401 401 401 " + expected).split(" ")), asking));
        }

        void row(String what, String expected, Asking asking) {
            rows.add(new Row(what, List.of(expected.split(" ")), asking));
        }

        /** Everybody may. */
        void open(String what, String expected, Asking asking) {
            row(what, (expected + " ").repeat(Who.values().length).strip(), asking);
        }
    }

    /** Walks all of it; what is not as the table says is marked. */
    private void walk(Table table) throws Exception {
        StringBuilder text = new StringBuilder();
        text.append(String.format("%-48s", ""));
        Arrays.stream(Who.values()).forEach(who -> text.append(String.format(" %-22s", who)));
        int wrong = 0;
        for (Row row : table.rows) {
            text.append('\n').append(String.format("%-48s", row.what()));
            for (Who who : Who.values()) {
                String expected = row.expected().get(who.ordinal());
                String actual = expected.equals("-") ? "-" : cell(row, who, table.rows.indexOf(row));
                boolean isRight = actual.equals(expected);
                wrong += isRight ? 0 : 1;
                text.append(String.format(" %-22s", isRight ? actual : "!" + actual + ", not " + expected));
            }
        }
        assertEquals(0, wrong, "cells that are not as the table says:\n" + text + "\n");
    }

    private String cell(Row row, Who who, int place) {
        Cell cell = new Cell(who, place);
        try {
            Object seen = row.asking().of(cell);
            if (seen instanceof Answer answer) {
                String why = judge(row.what(), answer, cell.stranger);
                return answer.status() + why;
            }
            return String.valueOf(seen);
        } catch (Exception | AssertionError failed) {
            return failed.toString();
        } finally {
            cell.done();
        }
    }

    /** What every refusal must look like; empty when it does. */
    private static String judge(String what, Answer answer, Stranger stranger) {
        boolean isRrmq = Set.of("PUT /topic", "GET /topic", "PUT /message", "GET /message/{topic}")
                .contains(what);
        boolean isDenied = answer.status() == 401 || answer.status() == 403;
        if (isDenied && isRrmq && !answer.body().equals("{\"success\":false}")) {
            return " with " + answer.body();
        }
        if (isDenied && !answer.header("WWW-Authenticate").startsWith("Bearer realm=\"skein\"")) {
            return " without a challenge";
        }
        if (isDenied
                && !answer.body().startsWith("{\"success\":false")
                && !answer.body().contains("\"outcome\":\"not-applied\"")) {
            return " with " + answer.body();
        }
        return "";
    }

    @Test
    void everyRouteOfTheHttpDoor() throws Exception {
        Table table = new Table();
        topics(table);
        subscriptions(table);
        accounts(table);
        mail(table);
        ofTheNode(table);
        ofOtherSystems(table);
        Set<String> written = new HashSet<>();
        table.rows.forEach(row -> written.add(row.what().replaceAll(" \\(.*", "")));
        assertEquals(templates(), new TreeSet<>(written), "the door's routes and those of this table");
        walk(table);
    }

    private static Set<String> templates() {
        Vertx vertx = Vertx.vertx();
        try {
            HttpDoor door = new HttpDoor(
                    vertx,
                    OpenGate.of(new FakeBroker(vertx)),
                    HttpConfig.defaults("1", 0),
                    Allowances.ofHeap(),
                    HttpListener.NONE);
            return new TreeSet<>(door.templates());
        } finally {
            vertx.close();
        }
    }

    private static void topics(Table table) {
        table.known("POST /t/{topic}", "201 403 201 201", c -> c.post("/t/" + c.here + "/a", "x"));
        table.known("GET /t/{topic}", "200 403 403 200", c -> c.get("/t/" + c.here + "/a"));
        table.known("GET /t/{topic} (all)", "403 - 403 200", c -> c.get("/t/%23"));
        table.known(
                "GET /t/{topic} (waiting)", "200 403 403 200", c -> c.get("/t/" + c.here + "/a?from=latest&wait=1ms"));
        table.known("GET /t/{topic} (lines)", "200 403 403 200", c -> c.get("/t/" + c.here + "/a?follow"));
        table.known(
                "GET /t/{topic} (events)",
                "200 403 403 200",
                c -> c.ask("GET", "/t/" + c.here + "/a?follow", "", "Accept", "text/event-stream"));
        table.known("GET /v1/stream", "200 403 403 200", c -> c.get("/v1/stream?topic=" + c.here + "%2Fa"));
        table.known(
                "GET /v1/stream (one of two)",
                "403 403 403 200",
                c -> c.get("/v1/stream?topic=open%2Fa&topic=closed%2Fa"));
        table.known(
                "POST /v1/publish",
                "200 403 200 200",
                c -> c.post("/v1/publish", "{\"messages\":[{\"topic\":\"" + c.here + "/a\",\"body\":\"x\"}]}"));
        table.known(
                "POST /v1/publish (one of two)",
                "403 403 403 200",
                c -> c.post(
                        "/v1/publish",
                        "{\"messages\":[{\"topic\":\"open/a\",\"body\":\"x\"},{\"topic\":\"closed/a\",\"body\":\"x\"}]}"));
        table.known("GET /v1/topics", "200 - 200 200", c -> c.get("/v1/topics"));
        table.known("GET /v1/topics/{topic}", "200 403 200 200", c -> c.get("/v1/topics/" + c.here + "/a"));
        table.known(
                "PUT /v1/topics/{topic}",
                "201 403 403 201",
                c -> c.ask("PUT", "/v1/topics/" + c.here + "/" + c.name, "{}"));
        table.known("DELETE /v1/topics/{topic}", "204 403 403 204", c -> {
            String topic = "/v1/topics/" + c.here + "/" + c.name;
            expect(201, new Holder(c).admin().ask("PUT", topic, "{}"));
            return c.ask("DELETE", topic, "");
        });
        table.known("GET /v1/scheduled", "200 - 200 200", c -> c.get("/v1/scheduled"));
        table.known(
                "DELETE /v1/scheduled/{cursor}",
                "204 403 403 204",
                c -> c.ask("DELETE", "/v1/scheduled/" + c.scheduled(), ""));
        table.known(
                "GET /v1/messages/{cursor}/trace",
                "200 403 403 200",
                c -> c.get("/v1/messages/" + c.cursor() + "/trace"));
        table.known(
                "POST /v1/transactions",
                "200 403 200 200",
                c -> c.post("/v1/transactions", "{\"publish\":[{\"topic\":\"" + c.here + "/a\",\"body\":\"x\"}]}"));
        table.known(
                "POST /v1/transactions (ack)",
                "200 403 403 200",
                c -> c.post("/v1/transactions", "{\"ack\":[{\"subscription\":\"" + c.sub + "\"," + c.leases() + "}]}"));
        table.known(
                "POST /v1/transactions (nack)",
                "200 403 403 200",
                c -> c.post(
                        "/v1/transactions", "{\"nack\":[{\"subscription\":\"" + c.sub + "\"," + c.leases() + "}]}"));
    }

    private static void subscriptions(Table table) {
        String all = "/v1/subscriptions";
        table.known("GET /v1/subscriptions", "200 - 200 200", c -> c.get(all));
        table.known("GET /v1/subscriptions/{name}", "200 403 403 200", c -> c.get(all + "/" + c.sub));
        table.known(
                "PUT /v1/subscriptions/{name}",
                "201 403 403 201",
                c -> c.ask("PUT", all + "/" + c.name, "{\"filter\":\"" + c.here + "/a\"}"));
        table.known(
                "PUT /v1/subscriptions/{name} (another's)",
                "200 403 403 200",
                c -> c.ask(
                        "PUT",
                        all + "/" + c.sub,
                        "{\"filter\":\"" + (c.who == Who.ELSEWHERE ? "closed" : "open") + "/a\"}"));
        table.known(
                "PUT /v1/subscriptions/{name} (dead letters)",
                "403 403 403 201",
                c -> c.ask("PUT", all + "/" + c.name, "{\"filter\":\"open/a\",\"deadLetter\":\"closed/dead\"}"));
        table.known("DELETE /v1/subscriptions/{name}", "204 403 403 204", c -> {
            new Holder(c).subscription(c.name, c.here + "/a");
            return c.ask("DELETE", all + "/" + c.name, "");
        });
        table.known("POST /v1/subscriptions/{name}/pull", "200 403 403 200", c -> {
            c.cursor();
            return c.post(all + "/" + c.sub + "/pull?max=1", "");
        });
        for (String what : List.of("ack", "nack", "extend")) {
            table.known(
                    "POST /v1/subscriptions/{name}/" + what,
                    "200 403 403 200",
                    c -> c.post(all + "/" + c.sub + "/" + what, "{" + c.leases() + "}"));
        }
        table.known(
                "POST /v1/subscriptions/{name}/seek",
                "204 403 403 204",
                c -> c.post(all + "/" + c.sub + "/seek", "{\"to\":\"latest\"}"));
        table.known(
                "POST /v1/subscriptions/{name}/redrive",
                "200 403 403 200",
                c -> c.post(all + "/" + c.sub + "/redrive", "{}"));
        table.known(
                "POST /v1/subscriptions/{name}/discard",
                "200 403 403 200",
                c -> c.post(all + "/" + c.sub + "/discard", "{}"));
        table.known(
                "GET /v1/subscriptions/{name}/history", "200 403 403 200", c -> c.get(all + "/" + c.sub + "/history"));
        table.known("GET /v1/subscriptions/{name}/why", "200 403 403 200", c -> c.get(all + "/" + c.sub + "/why"));
    }

    private static void accounts(Table table) {
        String all = "/v1/accounts";
        table.known(
                "POST /v1/accounts",
                "403 - 403 201",
                c -> c.post(all, "{\"username\":\"" + c.name + "\",\"password\":\"p\"}"));
        table.known("GET /v1/accounts", "200 - 200 200", c -> c.get(all));
        table.known("GET /v1/accounts/{username}", "200 200 200 200", c -> c.get(all + "/" + c.account));
        table.known("DELETE /v1/accounts/{username}", "403 403 403 204", c -> {
            new Holder(c).admin().create(c.name, "p");
            return c.ask("DELETE", all + "/" + c.name, "");
        });
        table.open("DELETE /v1/accounts/{username} (password)", "204", c -> {
            new Holder(c).admin().create(c.name, "p");
            return c.ask("DELETE", all + "/" + c.name, "{\"password\":\"p\"}");
        });
        table.known("PUT /v1/accounts/{username}/password", "403 403 403 204", c -> {
            new Holder(c).admin().create(c.name, "p");
            return c.ask("PUT", all + "/" + c.name + "/password", "{\"new\":\"q\"}");
        });
        table.open("PUT /v1/accounts/{username}/password (old)", "204", c -> {
            new Holder(c).admin().create(c.name, "p");
            return c.ask("PUT", all + "/" + c.name + "/password", "{\"old\":\"p\",\"new\":\"q\"}");
        });
        table.known("PUT /v1/accounts/{username}/role", "403 403 403 204", c -> {
            new Holder(c).admin().create(c.name, "p");
            return c.ask("PUT", all + "/" + c.name + "/role", "{\"role\":\"admin\"}");
        });
        table.known(
                "DELETE /v1/accounts/{username}/sessions",
                "204 403 403 204",
                c -> c.ask("DELETE", all + "/" + c.account + "/sessions", ""));
        table.known(
                "GET /v1/accounts/{username}/tokens", "200 403 403 200", c -> c.get(all + "/" + c.account + "/tokens"));
        table.known(
                "POST /v1/accounts/{username}/tokens",
                "201 403 403 201",
                c -> c.post(all + "/" + c.account + "/tokens", "{\"name\":\"new-" + c.name + "\"}"));
        table.known("DELETE /v1/accounts/{username}/tokens", "204 403 403 204", c -> {
            new Holder(c).admin().program(c.account, "old-" + c.name);
            return c.ask("DELETE", all + "/" + c.account + "/tokens?name=old-" + c.name, "");
        });
        table.known("GET /v1/access", "200 403 403 200", c -> c.get("/v1/access?account=" + c.account));
        table.known("GET /v1/access (every member's)", "200 - 200 200", c -> c.get("/v1/access"));
        table.known(
                "PUT /v1/access",
                "403 403 403 201",
                c -> c.ask(
                        "PUT",
                        "/v1/access",
                        "{\"account\":\"carl\",\"filter\":\"" + c.name + "\",\"action\":\"publish\"}"));
        table.known("DELETE /v1/access", "403 403 403 204", c -> {
            new Holder(c).admin().rule("carl", c.name, "publish", true);
            return c.ask("DELETE", "/v1/access?account=carl&filter=" + c.name + "&action=publish", "");
        });
        String limits = "/v1/limits";
        String some = "{\"account\":\"carl\",\"messagesPerSecond\":1000000}";
        table.known("GET /v1/limits", "403 - 403 200", c -> c.get(limits));
        table.known("PUT /v1/limits/{name}", "403 - 403 201", c -> c.ask("PUT", limits + "/" + c.name, some));
        table.known("GET /v1/limits/{name}", "403 - 403 200", c -> {
            new Holder(c).admin().ask("PUT", limits + "/" + c.name, some);
            return c.get(limits + "/" + c.name);
        });
        table.known("DELETE /v1/limits/{name}", "403 - 403 204", c -> {
            new Holder(c).admin().ask("PUT", limits + "/" + c.name, some);
            return c.ask("DELETE", limits + "/" + c.name, "");
        });
        table.open(
                "POST /v1/sessions",
                "201",
                c -> c.post("/v1/sessions", "{\"username\":\"carl\",\"password\":\"" + PASSWORD + "\"}"));
        table.known("GET /v1/sessions/current", "200 - 200 200", c -> c.get("/v1/sessions/current"));
        table.known("DELETE /v1/sessions/current", "204 - 409 409", c -> c.ask("DELETE", "/v1/sessions/current", ""));
    }

    private static void mail(Table table) {
        table.known(
                "POST /v1/mail", "201 - 403 201", c -> c.post("/v1/mail", "{\"to\":\"carl\",\"content\":\"hello\"}"));
        table.known("GET /v1/mail", "200 - 403 200", c -> c.get("/v1/mail"));
        table.known("GET /v1/mail/unread", "200 - 403 200", c -> c.get("/v1/mail/unread"));
        table.known("GET /v1/mail/presence", "200 - 403 200", c -> c.get("/v1/mail/presence?of=carl"));
        table.known("GET /v1/mail/stream", "200 - 403 200", c -> c.get("/v1/mail/stream"));
        table.known("POST /v1/mail/read", "200 - 403 200", c -> c.post("/v1/mail/read", "{\"ids\":[1]}"));
        table.known("POST /v1/mail/delete", "200 - 403 200", c -> c.post("/v1/mail/delete", "{\"ids\":[1]}"));
    }

    private static void ofTheNode(Table table) {
        table.known("GET /v1/cluster", "200 - 200 200", c -> c.get("/v1/cluster"));
        table.known("GET /v1/backup", "403 - 403 200", c -> c.get("/v1/backup"));
        table.known(
                "POST /v1/cluster/members",
                "403 - 403 400",
                c -> c.post("/v1/cluster/members", "{\"id\":\"n9\",\"address\":\"nowhere\"}"));
        table.known(
                "DELETE /v1/cluster/members/{id}", "403 - 403 404", c -> c.ask("DELETE", "/v1/cluster/members/n9", ""));
        table.known(
                "POST /v1/cluster/transfer", "403 - 403 404", c -> c.post("/v1/cluster/transfer", "{\"to\":\"n9\"}"));
        table.known("GET /v1/log", "403 - 403 200", c -> c.get("/v1/log"));
        table.known(
                "PUT /v1/log", "403 - 403 200", c -> c.ask("PUT", "/v1/log", "{\"levels\":{\"io.skein.trace\":null}}"));
        table.known("GET /v1/settings", "403 - 403 200", c -> c.get("/v1/settings"));
        table.known("GET /v1/connections", "403 - 403 200", c -> c.get("/v1/connections"));
        table.known("DELETE /v1/connections/{id}", "403 - 403 404", c -> c.ask("DELETE", "/v1/connections/nobody", ""));
        table.known("GET /v1/sql", "403 - 403 200", c -> c.get("/v1/sql"));
        table.known("POST /v1/sql", "403 - 403 200", c -> c.post("/v1/sql", "{\"sql\":\"SELECT 1\"}"));
        table.known("GET /v1", "200 - 200 200", c -> c.get("/v1"));
        table.known("GET /v1/", "200 - 200 200", c -> c.get("/v1/"));
        table.known("GET /openapi.yaml", "200 - 200 200", c -> c.get("/openapi.yaml"));
        table.open("GET /livez", "200", c -> c.get("/livez"));
        table.open("GET /readyz", "200", c -> c.get("/readyz"));
        table.open("GET /healthz", "200", c -> c.get("/healthz"));
    }

    private static void ofOtherSystems(Table table) {
        table.known(
                "PUT /topic",
                "200 403 403 200",
                c -> c.ask("PUT", "/topic", "{\"topic\":\"" + c.here + "/" + c.name + "\"}"));
        table.known("GET /topic", "200 - 200 200", c -> c.get("/topic"));
        table.known(
                "PUT /message",
                "200 403 200 200",
                c -> c.ask("PUT", "/message", "{\"topic\":\"" + c.here + "/queue\",\"message\":\"x\"}"));
        table.known("GET /message/{topic}", "200 403 403 200", c -> c.get("/message/" + c.here + "/queue"));
        table.known("GET /status", "200 - 200 200", c -> c.get("/status"));
        table.known("GET /raft", "200 - 200 200", c -> c.get("/raft"));
        table.known("GET /stats", "200 - 200 200", c -> c.get("/stats"));
        table.known("GET /messages", "200 - 200 200", c -> c.get("/messages"));
        table.known("GET /topics", "200 - 200 200", c -> c.get("/topics"));
        table.known("GET /subscribers", "403 - 403 200", c -> c.get("/subscribers"));
        table.known(
                "POST /publish",
                "200 403 200 200",
                c -> c.post("/publish", "{\"topic\":\"" + c.here + "/a\",\"content\":\"x\"}"));
    }

    @Test
    void whatStandsBesideTheHttpDoor() throws Exception {
        Table table = new Table();
        table.open("GET /", "200", c -> c.get("/"));
        table.open("GET /client.js", "200", c -> c.get("/client.js"));
        table.open("GET /console/ (a file)", "200", c -> c.get(asset(c)));
        table.open("GET /nothing", "404", c -> c.get("/nothing"));
        table.known("GET /metrics", "200 - 200 200", c -> c.get("/metrics"));
        table.known("GET /metrics/detailed", "200 - 200 200", c -> c.get("/metrics/detailed"));
        table.known(
                "GET /metrics/detailed (subscriptions)",
                "200 - 200 200",
                c -> c.get("/metrics/detailed?subscriptions"));
        table.known("GET /console/stream", "403 - 403 200", c -> c.get("/console/stream"));
        walk(table);
    }

    /** One that the page names. */
    private static String asset(Cell cell) {
        String page = cell.get("/").body();
        int begin = page.indexOf("/console/") < 0 ? page.indexOf("console/") : page.indexOf("/console/");
        String path = page.substring(begin, page.indexOf('"', begin));
        return path.startsWith("/") ? path : "/" + path;
    }

    @Test
    void everyOperationOfTheWebSocket() throws Exception {
        Table table = new Table();
        ofTheSocket(table, "hello", "unauthenticated closed closed closed ok - ok ok", c -> {
            JsonObject ping = op("ping");
            try (Stranger.Talk talk = nobody.talk("")) {
                return c.who == Who.NONE
                        ? talk.brief(publish("open/a"))
                        : talk.brief(op("hello").put("token", c.stranger.token()))
                                        .equals("ok")
                                ? talk.brief(ping)
                                : "closed";
            }
        });
        ofTheSocket(table, "Authorization", "- closed closed closed ok - ok ok", c -> {
            try (Stranger.Talk talk = c.stranger.talk("")) {
                return brief(talk, op("ping"));
            }
        });
        ofTheSocket(table, "?access_token=", "- closed closed closed ok - ok ok", c -> {
            try (Stranger.Talk talk = nobody.talk("?access_token=" + c.stranger.token())) {
                return brief(talk, op("ping"));
            }
        });
        ofTheSocket(table, "cookie", "- closed closed closed ok - ok ok", c -> {
            try (Stranger.Talk talk = nobody.talk("", "Cookie", "skein-session=" + c.stranger.token())) {
                return brief(talk, op("ping"));
            }
        });
        String refused = "unauthenticated closed closed closed ";
        ofTheSocket(table, "publish", refused + "ok forbidden ok ok", c -> {
            try (Stranger.Talk talk = c.stranger.talk("")) {
                return brief(talk, publish(c.here + "/a"));
            }
        });
        ofTheSocket(table, "publish (one of two)", refused + "forbidden forbidden forbidden ok", c -> {
            try (Stranger.Talk talk = c.stranger.talk("")) {
                return brief(
                        talk,
                        op("publish")
                                .put(
                                        "messages",
                                        new JsonArray()
                                                .add(new JsonObject()
                                                        .put("topic", "open/a")
                                                        .put("body", "x"))
                                                .add(new JsonObject()
                                                        .put("topic", "closed/a")
                                                        .put("body", "x"))));
            }
        });
        ofTheSocket(table, "subscribe", refused + "ok forbidden forbidden ok", c -> {
            try (Stranger.Talk talk = c.stranger.talk("")) {
                return brief(talk, op("subscribe").put("topic", c.here + "/#"));
            }
        });
        ofTheSocket(table, "subscribe (all)", refused + "forbidden - forbidden ok", c -> {
            try (Stranger.Talk talk = c.stranger.talk("")) {
                return brief(talk, op("subscribe").put("topic", "#"));
            }
        });
        ofTheSocket(table, "work", refused + "ok forbidden forbidden ok", c -> {
            try (Stranger.Talk talk = c.stranger.talk("")) {
                return brief(talk, op("subscribe").put("subscription", c.sub).put("credit", 0));
            }
        });
        for (String what : List.of("ack", "nack", "extend")) {
            ofTheSocket(table, what, "- - - - ok - - ok", c -> {
                try (Stranger.Talk talk = c.stranger.talk("")) {
                    c.cursor();
                    JsonObject begun =
                            talk.say(op("subscribe").put("subscription", c.sub).put("credit", 1));
                    String lease = talk.push()
                            .getJsonArray("messages")
                            .getJsonObject(0)
                            .getString("lease");
                    return brief(
                            talk,
                            op(what).put("sub", begun.getString("sub")).put("leases", new JsonArray().add(lease)));
                }
            });
        }
        walk(table);
    }

    private static JsonObject publish(String topic) {
        return op("publish").put("topic", topic).put("body", "x");
    }

    private static void ofTheSocket(Table table, String what, String expected, Asking asking) {
        table.row("ws " + what, expected, asking);
    }

    /** A socket that is closed is closed because of its token, and for good. */
    private static String brief(Stranger.Talk talk, JsonObject command) throws Exception {
        String brief = talk.brief(command);
        return brief.equals("closed 4504") ? "closed" : brief;
    }

    @Test
    void everyOperationOfTheTcpDoor() throws Exception {
        Table table = new Table();
        String refused = "closed unauthenticated unauthenticated unauthenticated ";
        table.row("tcp publish", refused + "OK forbidden OK OK", c -> {
            try (Stranger.Wire wire = c.stranger.wire()) {
                wire.send("PUBLISHFORMAT:JSON;ACK|{\"Topic\":\"" + c.here + "/a\"}\n");
                return word(wire.line());
            }
        });
        table.row("tcp subscribe", refused + "FORMAT:RAW|x forbidden forbidden FORMAT:RAW|x", c -> {
            try (Stranger.Wire wire = c.stranger.wire()) {
                wire.send("SUBSCRISUBSCRIBE:" + c.here + "/queue\n");
                return word(wire.line());
            }
        });
        table.row("tcp subscribe (all)", refused + "forbidden - forbidden FORMAT:RAW|x", c -> {
            try (Stranger.Wire wire = c.stranger.wire()) {
                wire.send("SUBSCRISUBSCRIBE:all\n");
                return word(wire.line());
            }
        });
        expect(200, admin.ask("PUT", "/message", "{\"topic\":\"open/queue\",\"message\":\"x\"}"));
        walk(table);
    }

    /** The code of an error, the first word of all else. */
    private static String word(String line) {
        String[] words = line.split(" ");
        return words[0].equals("ERR") ? words[1] : words[0];
    }

    @Test
    void nothingElseIsSaidOfAnotherTopic() {
        Stranger anna = nobody.loggedIn("anna", PASSWORD);
        for (String path :
                List.of("/v1/topics", "/topics", "/topic", "/messages", "/v1/subscriptions", "/v1/scheduled")) {
            String body = anna.get(path).body();
            assertFalse(body.contains("closed/a") || body.contains("closed/queue"), path + " " + body);
        }
        String metrics =
                anna.get("/metrics/detailed?topic=" + escaped("closed/#")).body();
        assertFalse(metrics.contains("closed/a"), metrics);
    }

    /** What a cell needs that only an admin can make. */
    private static final class Holder {
        private final Stranger admin;

        Holder(Cell cell) {
            admin = cell.stranger.with(ADMIN_TOKEN);
        }

        Stranger admin() {
            return admin;
        }

        void subscription(String name, String filter) {
            expect(201, admin.ask("PUT", "/v1/subscriptions/" + name, "{\"filter\":\"" + filter + "\"}"));
        }
    }
}
