package io.skein.node;

import static io.skein.node.Stranger.escaped;
import static io.skein.node.Stranger.expect;
import static io.skein.node.Stranger.op;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.frame.Command;
import io.skein.node.Stranger.Answer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logging in, registering, and what is told apart between those who came in. */
@Timeout(60)
class AccessTest {
    private static final String ADMIN_TOKEN = "the-admin-of-the-day";

    @TempDir
    private Path directory;

    private RunningNode node;
    private Stranger nobody;
    private Stranger admin;

    private void start(Map<String, String> flags) throws TimeoutException {
        node = new RunningNode(directory, flags);
        node.firstAdmin().await();
        nobody = Stranger.at(node);
        admin = nobody.with(ADMIN_TOKEN);
    }

    private void startLocked() throws TimeoutException {
        start(Map.of("auth", "true", "admin-token", ADMIN_TOKEN));
    }

    @AfterEach
    void end() {
        if (node != null) {
            node.close();
        }
    }

    private Stranger member(String name, String filter) {
        admin.create(name, "p");
        for (String action : List.of("publish", "subscribe", "manage")) {
            admin.rule(name, filter, action, true);
        }
        return nobody.loggedIn(name, "p");
    }

    private Answer logIn(String name, String password) {
        return nobody.post(
                "/v1/sessions",
                new JsonObject().put("username", name).put("password", password).encode());
    }

    @Test
    void whoGuessesIsSlowedAndToldForHowLong() throws Exception {
        startLocked();
        admin.create("anna", "right");
        for (int i = 0; i < 10; i++) {
            assertEquals(401, logIn("anna", "wrong").status());
        }
        Answer slowed = logIn("anna", "wrong");
        assertEquals(429, slowed.status());
        assertEquals("1", slowed.header("Retry-After"));
        assertEquals("too-many-attempts", slowed.json().getString("code"));
        assertEquals(429, logIn("anna", "right").status());
    }

    @Test
    void theCookieOfASessionThatIsOverIsPassedOverWhereNobodyIsAsked() throws Exception {
        start(Map.of("admin-token", ADMIN_TOKEN));
        admin.create("anna", "p");
        Answer in = nobody.post("/v1/sessions", "{\"username\":\"anna\",\"password\":\"p\",\"cookie\":true}");
        String cookie = in.header("Set-Cookie").split(";")[0];
        assertEquals(
                200,
                nobody.ask("GET", "/v1/sessions/current", "", "Cookie", cookie).status());
        admin.ask("DELETE", "/v1/accounts/anna", "");
        assertEquals(200, nobody.ask("GET", "/v1/topics", "", "Cookie", cookie).status());
        assertEquals(
                401,
                nobody.ask("GET", "/v1/sessions/current", "", "Cookie", cookie).status());
        assertEquals(
                401, nobody.with("skt_not-known-anywhere").get("/v1/topics").status());
    }

    @Test
    void aPasswordMayBeGuessedNowhere() throws Exception {
        startLocked();
        admin.create("anna", "right");
        for (int i = 0; i < 5; i++) {
            assertEquals(
                    401,
                    nobody.ask("DELETE", "/v1/accounts/anna", "{\"password\":\"wrong\"}")
                            .status());
            assertEquals(
                    401,
                    nobody.ask("PUT", "/v1/accounts/anna/password", "{\"old\":\"wrong\",\"new\":\"q\"}")
                            .status());
        }
        assertEquals(429, logIn("anna", "wrong").status());
    }

    @Test
    void nobodyHearsWhetherThereIsAnAccount() throws Exception {
        startLocked();
        admin.create("anna", "right");
        JsonObject wrong = expect(401, logIn("anna", "wrong")).json();
        JsonObject unknown = expect(401, logIn("nobody", "wrong")).json();
        assertEquals(wrong, unknown);
        JsonObject ofTheAdmin = expect(401, logIn("admin", "wrong")).json();
        assertEquals(wrong, ofTheAdmin);
    }

    @Test
    void guessingAnAccountThatIsNotThereIsSlowedAsMuch() throws Exception {
        startLocked();
        for (int i = 0; i < 10; i++) {
            assertEquals(401, logIn("nobody", "wrong").status());
        }
        assertEquals(429, logIn("nobody", "wrong").status());
    }

    @Test
    void noAnswerHoldsAPassword() throws Exception {
        startLocked();
        String secret = "hunter-2";
        List<Answer> answers = List.of(
                admin.post("/v1/accounts", "{\"username\":\"anna\",\"password\":\"" + secret + "\"}"),
                admin.post("/v1/accounts", "{\"username\":\"anna\",\"password\":\"" + secret + "\"}"),
                admin.post("/v1/accounts", "{\"username\":\"anna\",\"password\":[\"" + secret + "\"]}"),
                admin.post("/v1/accounts", "{\"username\":\"anna\",\"password\":" + secret + "}"),
                admin.get("/v1/accounts/anna"),
                logIn("anna", secret),
                logIn("anna", "x" + secret),
                nobody.post("/v1/sessions", "{\"username\":\"anna\",\"password\":" + secret),
                nobody.ask("PUT", "/v1/accounts/anna/password", "{\"old\":\"" + secret + "\",\"new\":\"\"}"),
                admin.get("/metrics"));
        for (Answer answer : answers) {
            assertFalse(answer.body().contains("hunter"), answer.body());
        }
    }

    @Test
    void noAnswerHoldsATokenOfTheQuery() throws Exception {
        startLocked();
        for (String path : List.of(
                "/v1/topics?access_token=sks_hidden",
                "/v1/topics?access_token=sks_hidden&access_token=sks_hidden",
                "/v1/topics?nonsense=1&access_token=" + ADMIN_TOKEN,
                "/v1/topics?Access_Token=sks_hidden",
                "/metrics?access_token=sks_hidden",
                "/ws?access_token=sks_hidden&x=%FF")) {
            Answer answer = nobody.get(path);
            assertTrue(answer.status() >= 400, path);
            assertFalse(answer.body().contains("hidden") || answer.body().contains(ADMIN_TOKEN), answer.body());
        }
    }

    @Test
    void whatHoldsASecretDoesNotShowIt() {
        String config = NodeConfig.of(Settings.resolve(
                        Map.of("admin-token", ADMIN_TOKEN, "data-dir", directory.toString()),
                        Map.of(),
                        Optional.empty()))
                .toString();
        assertFalse(config.contains(ADMIN_TOKEN), config);
        String hello = new Command.Hello("1", ADMIN_TOKEN, "", -1).toString();
        assertFalse(hello.contains(ADMIN_TOKEN), hello);
    }

    @Test
    void strangersMakeNoAccountsWhereATokenIsAskedFor() throws Exception {
        startLocked();
        assertEquals(
                401,
                nobody.post("/v1/accounts", "{\"username\":\"anna\",\"password\":\"p\"}")
                        .status());
        Answer made = admin.post("/v1/accounts", "{\"username\":\"anna\",\"password\":\"p\"}");
        assertEquals(201, made.status());
    }

    @Test
    void strangersMakeMembersWhereRegistrationIsOpen() throws Exception {
        start(Map.of("auth", "true", "admin-token", ADMIN_TOKEN, "registration", "open"));
        assertEquals(
                201,
                nobody.post("/v1/accounts", "{\"username\":\"anna\",\"password\":\"p\"}")
                        .status());
        assertEquals(
                401,
                nobody.post("/v1/accounts", "{\"username\":\"bert\",\"password\":\"p\",\"role\":\"admin\"}")
                        .status());
        assertEquals(
                "member",
                nobody.loggedIn("anna", "p").get("/v1/sessions/current").json().getString("role"));
    }

    @Test
    void withoutATokenAskedForStrangersMayAllButSpeakForOthers() throws Exception {
        start(Map.of());
        assertEquals(201, nobody.post("/t/a", "x").status());
        assertEquals(
                201,
                nobody.post("/v1/accounts", "{\"username\":\"anna\",\"password\":\"p\"}")
                        .status());
        assertEquals(401, nobody.ask("DELETE", "/v1/accounts/anna", "").status());
        assertEquals(401, nobody.get("/v1/accounts/anna/tokens").status());
        assertEquals(
                401,
                nobody.ask("PUT", "/v1/accounts/anna/role", "{\"role\":\"admin\"}")
                        .status());
        assertEquals(401, nobody.with("sks_wrong").post("/t/a", "x").status());
    }

    @Test
    void anOperatorsTokenAtALaterStartTakesThePlaceOfTheOne() throws Exception {
        startLocked();
        assertEquals(200, admin.get("/v1/topics").status());
        node.close();
        start(Map.of("auth", "true", "admin-token", "the-admin-of-the-next-day"));
        assertEquals(401, admin.get("/v1/topics").status());
        assertEquals(
                200, nobody.with("the-admin-of-the-next-day").get("/v1/topics").status());
    }

    @Test
    void theFirstStartDrawsATokenAndTheNextDoesNot() throws Exception {
        node = new RunningNode(directory, Map.of("auth", "true"));
        String drawn = node.firstAdmin().await().orElseThrow();
        assertEquals(200, Stranger.at(node).with(drawn).get("/v1/topics").status());
        node.close();
        node = new RunningNode(directory, Map.of("auth", "true"));
        assertEquals(Optional.empty(), node.firstAdmin().await());
        assertEquals(200, Stranger.at(node).with(drawn).get("/v1/topics").status());
    }

    @Test
    void aCookieIsForThisHostsPagesAndNoScript() throws Exception {
        startLocked();
        admin.create("anna", "p");
        Answer in = nobody.post("/v1/sessions", "{\"username\":\"anna\",\"password\":\"p\",\"cookie\":true}");
        String cookie = in.header("Set-Cookie");
        assertTrue(cookie.contains("HTTPOnly") && cookie.contains("SameSite=Strict"), "without the cookie itself");
        assertFalse(in.json().containsKey("token"));
        assertEquals("no-store", in.header("Cache-Control"));
        String shown = cookie.substring(0, cookie.indexOf(';'));
        assertEquals(200, nobody.get("/v1/sessions/current", "Cookie", shown).status());
        for (String site : List.of("cross-site", "same-site")) {
            assertEquals(
                    401,
                    nobody.get("/v1/sessions/current", "Cookie", shown, "Sec-Fetch-Site", site)
                            .status(),
                    site);
        }
        assertEquals(
                401,
                nobody.get("/v1/sessions/current", "Cookie", shown, "Origin", "https://evil.example")
                        .status());
        assertEquals(
                401,
                nobody.ask("POST", "/publish", "{\"content\":\"x\"}", "Cookie", shown, "Origin", "https://evil.example")
                        .status());
        assertEquals(
                403,
                nobody.ask("DELETE", "/v1/sessions/current", "", "Cookie", shown, "Origin", "https://evil.example")
                        .status());
        Answer out = nobody.ask("DELETE", "/v1/sessions/current", "", "Cookie", shown);
        assertEquals(204, out.status());
        assertTrue(out.header("Set-Cookie").contains("Max-Age=0"), out.header("Set-Cookie"));
        assertEquals(401, nobody.get("/v1/sessions/current", "Cookie", shown).status());
    }

    @Test
    void aForeignPageDoesNothingOfTheConsoleWithItsCookie() throws Exception {
        startLocked();
        admin.create("anna", "p");
        expect(204, admin.ask("PUT", "/v1/accounts/anna/role", "{\"role\":\"admin\"}"));
        expect(201, admin.ask("PUT", "/v1/subscriptions/s", "{\"filter\":\"a\"}"));
        Answer in = nobody.post("/v1/sessions", "{\"username\":\"anna\",\"password\":\"p\",\"cookie\":true}");
        String cookie = in.header("Set-Cookie").split(";")[0];
        String own = "http://127.0.0.1:" + node.httpPort();
        for (String request : List.of(
                "GET /console/stream",
                "POST /t/a",
                "PUT /v1/subscriptions/s {\"filter\":\"a\",\"paused\":true}",
                "GET /v1/subscriptions/s/why",
                "POST /v1/subscriptions/s/seek {\"to\":\"latest\"}",
                "POST /v1/subscriptions/s/redrive {}",
                "DELETE /v1/subscriptions/s")) {
            String[] said = (request + "  ").split(" ", 3);
            for (String[] from : new String[][] {
                {"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "same-site"}
            }) {
                Answer refused = nobody.ask(said[0], said[1], said[2].strip(), "Cookie", cookie, from[0], from[1]);
                assertTrue(refused.status() == 401 || refused.status() == 403, request + " " + from[1]);
            }
            Answer done = nobody.ask(said[0], said[1], said[2].strip(), "Cookie", cookie, "Origin", own);
            assertTrue(done.status() < 300, request + " " + done.status() + " " + done.body());
        }
    }

    @Test
    void keysOfTwoPeopleAreTwoKeys() throws Exception {
        startLocked();
        Stranger anna = member("anna", "a");
        Stranger bert = member("bert", "a");
        assertEquals(201, anna.post("/t/a", "one", "Idempotency-Key", "k").status());
        Answer other = bert.post("/t/a", "two", "Idempotency-Key", "k");
        assertEquals(201, other.status());
        assertEquals("", other.header("Idempotency-Replayed"));
        Answer again = anna.post("/t/a", "one", "Idempotency-Key", "k");
        assertEquals("true", again.header("Idempotency-Replayed"));
    }

    @Test
    void producersOfTwoPeopleAreTwoProducers() throws Exception {
        startLocked();
        Stranger anna = member("anna", "a");
        Stranger bert = member("bert", "a");
        String[] sequence = {"Skein-Producer", "p", "Skein-Epoch", "5", "Skein-Sequence", "1"};
        long first = expect(201, anna.post("/t/a", "one", sequence)).json().getLong("offset");
        long other = expect(201, bert.post("/t/a", "two", sequence)).json().getLong("offset");
        assertNotEquals(first, other);
        String[] lower = {"Skein-Producer", "p", "Skein-Epoch", "1", "Skein-Sequence", "1"};
        assertEquals("fenced", expect(409, bert.post("/t/a", "x", lower)).json().getString("code"));
    }

    @Test
    void aSecondSessionOfOnesOwnKnowsTheKeysOfTheFirst() throws Exception {
        startLocked();
        Stranger anna = member("anna", "a");
        expect(201, anna.post("/t/a", "one", "Idempotency-Key", "k"));
        Answer again = nobody.loggedIn("anna", "p").post("/t/a", "one", "Idempotency-Key", "k");
        assertEquals("true", again.header("Idempotency-Replayed"));
    }

    @Test
    void ofAListWithATopicTooManyNothingIsPublished() throws Exception {
        startLocked();
        Stranger anna = member("anna", "open");
        String list = "{\"messages\":[{\"topic\":\"open\",\"body\":\"1\"},{\"topic\":\"closed\",\"body\":\"2\"}]}";
        assertEquals(403, anna.post("/v1/publish", list).status());
        assertEquals(
                403,
                anna.post("/v1/transactions", list.replace("messages", "publish"))
                        .status());
        assertEquals(404, admin.get("/t/open").status());
        assertEquals(404, admin.get("/t/closed").status());
    }

    @Test
    void deadLettersAreReadByWhomTheyAreOpenTo() throws Exception {
        startLocked();
        Stranger anna = member("anna", "#");
        expect(201, anna.post("/t/a", "poison"));
        expect(
                201,
                anna.ask("PUT", "/v1/subscriptions/s", "{\"filter\":\"a\",\"from\":\"earliest\",\"maxDeliveries\":1}"));
        String lease = expect(200, anna.post("/v1/subscriptions/s/pull", ""))
                .json()
                .getJsonArray("messages")
                .getJsonObject(0)
                .getString("lease");
        expect(200, anna.post("/v1/subscriptions/s/nack", "{\"leases\":[\"" + lease + "\"]}"));
        String letters = "/t/%24dead/s";
        Awaitility.await().until(() -> admin.get(letters).status() == 200);
        assertEquals(1, admin.get(letters).json().getJsonArray("messages").size());
        assertEquals(403, anna.get(letters).status());
        admin.rule("anna", "$dead/s", "subscribe", true);
        assertEquals(1, anna.get(letters).json().getJsonArray("messages").size());
        assertEquals(403, anna.post("/t/%24dead/s", "x").status());
        assertEquals(1, anna.post("/v1/subscriptions/s/redrive", "{}").json().getInteger("done"));
    }

    @Test
    void nobodyPutsASubscriptionInTheWayOfAQueue() throws Exception {
        startLocked();
        Stranger anna = member("anna", "open/#");
        Answer refused =
                anna.ask("PUT", "/v1/subscriptions/" + escaped("$rrmq/closed/queue"), "{\"filter\":\"open/a\"}");
        assertEquals(400, refused.status(), refused.body());
    }

    @Test
    void aQueueIsPulledByWhoMayReadItsTopic() throws Exception {
        startLocked();
        Stranger anna = member("anna", "open/#");
        for (String topic : List.of("open/q", "closed/q")) {
            expect(200, admin.ask("PUT", "/topic", "{\"topic\":\"" + topic + "\"}"));
            expect(200, admin.ask("PUT", "/message", "{\"topic\":\"" + topic + "\",\"message\":\"x\"}"));
        }
        assertEquals(
                200,
                anna.post("/v1/subscriptions/" + escaped("$rrmq/open/q") + "/pull", "")
                        .status());
        assertEquals(
                403,
                anna.post("/v1/subscriptions/" + escaped("$rrmq/closed/q") + "/pull", "")
                        .status());
    }

    @Test
    void whoSaysNothingToTheWebSocketIsClosed() throws Exception {
        startLocked();
        try (Stranger.Talk talk = nobody.talk("")) {
            assertEquals("unauthenticated", talk.brief(op("subscribe").put("topic", "a")));
            assertEquals(4504, talk.code());
        }
    }

    @Test
    void aRoleThatComesWithItsTokenIsHeard() throws Exception {
        start(Map.of("auth", "true", "admin-token", ADMIN_TOKEN, "tcp-port", Integer.toString(Stranger.freePort())));
        for (int cut = 1; cut < 12; cut++) {
            String all = "AUTH " + ADMIN_TOKEN + "\nPUBLISHFORMAT:RAW;ACK|x\n";
            int at = all.length() - 2 * cut;
            try (Stranger.Wire wire = nobody.wire()) {
                wire.send(all.substring(0, at)).send(all.substring(at));
                assertTrue(wire.line().startsWith("OK default "), "cut at " + at);
            }
        }
    }
}
