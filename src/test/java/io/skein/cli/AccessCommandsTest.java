package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.ExitCode;
import io.skein.node.RunningNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands towards a node that wants to know who asks. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessCommandsTest {
    private static final String ADMIN = "an-admin's-token-of-these-tests";
    private static final String STRANGER = "skt_nobody-was-given-this-one";

    private RunningNode node;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        node = new RunningNode(directory, Map.of("auth", "true", "admin-token", ADMIN));
        Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
        node.firstAdmin().await(30, TimeUnit.SECONDS);
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private Said as(String token, String... arguments) {
        return typed("", token, arguments);
    }

    private Said typed(String lines, String token, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", url()));
        if (!token.isEmpty()) {
            all.addAll(List.of("--token", token));
        }
        Said said = Said.say(lines, all.toArray(String[]::new));
        // Whatever goes wrong, a token is not said.
        assertFalse((said.err() + said.out()).contains(ADMIN), said.err());
        assertFalse((said.err() + said.out()).contains(STRANGER), said.err());
        return said;
    }

    private String url() {
        return "http://localhost:" + node.httpPort();
    }

    /** An account that shows a token for all it may. */
    private String account(String name) {
        assertEquals("", as(ADMIN, "user", "add", name, "--no-password").err());
        return as(ADMIN, "user", "token", "add", name, "test").out().strip();
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    @Test
    void whoShowsNothingHearsWhatToDoInOneSentence() {
        String sentence =
                "skein: " + url() + " wants to know who asks; log in (skein login --as NAME), or set SKEIN_TOKEN\n";
        for (String command : List.of(
                "publish a b",
                "topics",
                "subscriptions",
                "status",
                "member list",
                "trace c1.0",
                "subscribe a",
                "pull a",
                "publish a --lines",
                "user list",
                "user add x --no-password")) {
            Said said = typed("a\n", "", command.split(" "));
            assertEquals(new Said(ExitCode.DENIED, "", sentence), withoutFigures(said), command);
        }
    }

    /** Of lines, those that went before are counted. */
    private static Said withoutFigures(Said said) {
        return new Said(said.exitCode(), said.out().replace("0 lines are durable\n", ""), said.err());
    }

    @Test
    void aTokenThatIsNotKnownIsNamedByWhereItCameFrom() {
        for (String command : List.of("publish a b", "subscribe a", "pull a", "whoami")) {
            Said said = as(STRANGER, command.split(" "));
            assertEquals(ExitCode.DENIED, said.exitCode(), command);
            assertTrue(said.err().startsWith("skein: " + url() + " does not take the token of --token: "), said.err());
        }
    }

    @Test
    void whatIsNoTokenIsAUsageErrorThatDoesNotQuoteIt() {
        Said said = as("two words", "topics");
        assertEquals(ExitCode.USAGE, said.exitCode());
        assertFalse(said.err().contains("two words"), said.err());
        assertFalse(Said.say("", "topics", "--tokn=skt_secret").err().contains("skt_secret"));
    }

    @Test
    void aMemberMayWhatARuleAllowsAndHearsWhatElseItMayNot() {
        String anna = account("anna");
        assertEquals(
                "anna may publish orders/#\n",
                as(ADMIN, "user", "allow", "anna", "publish", "orders/#").out());

        assertEquals(0, as(anna, "publish", "orders/eu", "hello").exitCode());
        Said elsewhere = as(anna, "publish", "private", "hello");
        assertEquals(ExitCode.DENIED, elsewhere.exitCode());
        assertEquals(
                "skein: \"anna\" may not publish to \"private\"; an admin can allow it (skein users allow), unless the"
                        + " token's scopes leave it out\n",
                elsewhere.err());
        Said read = as(anna, "subscribe", "orders/#");
        assertEquals(ExitCode.DENIED, read.exitCode());
        assertTrue(read.err().startsWith("skein: \"anna\" may not read \"orders/#\"; "), read.err());
        Said lines = typed("a\n", anna, "publish", "--lines", "private");
        assertEquals(elsewhere.err(), lines.err());
        Said admins = as(anna, "user", "allow", "anna", "publish", "#");
        assertEquals("skein: this is for admins, and tokens for all that an admin may\n", admins.err());
    }

    @Test
    void aRuleThatForbidsWinsUntilItIsTakenAway() {
        String bert = account("bert");
        as(ADMIN, "user", "allow", "bert", "publish", "logs/#");
        assertEquals(
                "bert may not publish logs/audit\n",
                as(ADMIN, "user", "forbid", "bert", "publish", "logs/audit").out());
        assertEquals(ExitCode.DENIED, as(bert, "publish", "logs/audit", "x").exitCode());

        List<String> rules = as(ADMIN, "user", "rules", "bert").out().lines().toList();
        assertTrue(rules.get(0).matches("RULE +ACTION +FILTER"), rules.get(0));
        assertTrue(rules.contains("forbid  publish  logs/audit"), rules.toString());
        assertEquals(
                2, new JsonArray(as(bert, "user", "rules", "bert", "--json").out()).size());

        assertEquals(
                "no rule is left for bert about publish logs/audit\n",
                as(ADMIN, "user", "unset", "bert", "publish", "logs/audit").out());
        assertEquals(0, as(bert, "publish", "logs/audit", "x").exitCode());
    }

    @Test
    void aRuleForEveryoneHoldsForEveryMember() {
        String carl = account("carl");
        assertEquals(
                "everyone may subscribe news/#\n",
                as(ADMIN, "user", "allow", "--everyone", "subscribe", "news/#").out());
        as(ADMIN, "publish", "news/today", "sun");

        assertEquals(
                "sun\n",
                as(carl, "subscribe", "news/#", "--from", "earliest", "--count", "1", "--body")
                        .out());
        assertEquals(
                "allow  subscribe  news/#",
                as(carl, "user", "rules", "--everyone")
                        .out()
                        .lines()
                        .skip(1)
                        .findFirst()
                        .orElse(""));
    }

    @Test
    void whatMakesNoSenseIsAUsageError() {
        for (String command : List.of(
                "user allow anna publish",
                "user allow --everyone anna publish a",
                "user rules",
                "user rules anna --everyone",
                "user add dora",
                "user add dora --no-password --password-file x",
                "user add dora --password-file there-is-none",
                "login")) {
            Said said = as(ADMIN, command.split(" "));
            assertEquals(ExitCode.USAGE, said.exitCode(), command);
            assertEquals("", said.out());
        }
    }

    @Test
    void aTokenIsAloneOnStandardOutputAndMayWhatItsScopesSay() {
        account("emil");
        as(ADMIN, "user", "allow", "emil", "publish", "#");

        Said made = as(ADMIN, "user", "token", "add", "emil", "ci", "--scope", "publish:builds/#", "--lifetime", "90d");
        assertTrue(made.out().matches("skt_\\S+\n"), made.out());
        assertTrue(made.err().startsWith("token ci of emil, for publish:builds/#, for 90d; shown this once."));
        String ci = made.out().strip();
        assertEquals(0, as(ci, "publish", "builds/7", "green").exitCode());
        assertEquals(ExitCode.DENIED, as(ci, "publish", "orders/7", "x").exitCode());

        List<String> listed =
                as(ADMIN, "user", "token", "list", "emil").out().lines().toList();
        assertTrue(listed.get(0).matches("TOKEN +SCOPES +CREATED +UNTIL"), listed.get(0));
        assertTrue(listed.get(1).matches("test +all +\\S+ \\S+ +-"), listed.toString());
        assertTrue(listed.get(2).matches("ci +publish:builds/# +\\S+ \\S+ +\\S+ \\S+"), listed.toString());
        assertEquals(
                "token ci of emil is deleted\n",
                as(ADMIN, "user", "token", "revoke", "emil", "ci").out());
        assertEquals(ExitCode.DENIED, as(ci, "publish", "builds/7", "x").exitCode());
        String json =
                as(ADMIN, "user", "token", "add", "emil", "other", "--json").out();
        assertEquals("[\"all\"]", new JsonObject(json).getJsonArray("scopes").encode());
    }

    @Test
    void accountsAreListedShownAndRemoved() {
        account("frida");
        as(ADMIN, "user", "role", "frida", "admin");

        List<String> listed = as(ADMIN, "user", "list", "fri*").out().lines().toList();
        assertTrue(listed.get(0).matches("NAME +ROLE +SESSIONS +TOKENS +CREATED"), listed.get(0));
        assertTrue(listed.get(1).matches("frida +admin +0 +1 +\\S+ \\S+"), listed.get(1));
        assertEquals(
                "frida",
                as(ADMIN, "user", "list", "fri*", "--json")
                        .json()
                        .getJsonArray("accounts")
                        .getJsonObject(0)
                        .getString("username"));
        JsonObject shown = as(ADMIN, "user", "show", "frida", "--json").json();
        assertEquals(0, shown.getJsonArray("rules").size());
        assertEquals(1, shown.getJsonArray("tokens").size());
        assertTrue(as(ADMIN, "user", "show", "frida").out().startsWith("frida\n  role      admin\n"));

        assertEquals(
                "frida is deleted\n",
                as(ADMIN, "user", "remove", "frida", "--yes").out());
        Said gone = as(ADMIN, "user", "show", "frida");
        assertEquals(1, gone.exitCode());
        assertEquals("skein: there is no account \"frida\" (unknown-account)\n", gone.err());
        assertEquals(
                "there is no account like fri*\n",
                as(ADMIN, "user", "list", "fri*").out());
    }

    /** Hashes of passwords are slow on purpose: one test for all that needs them. */
    @Test
    void aLoginIsShownByTheCommandsThatFollowUntilItIsOver(@TempDir Path files) throws Exception {
        Path password = Files.writeString(files.resolve("password"), "first secret\n");
        as(ADMIN, "user", "add", "gina", "--password-file", password.toString());
        as(ADMIN, "user", "allow", "gina", "publish", "gina/#");

        Said wrong = typed("guess\n", "", "login", "--as", "gina");
        assertEquals(ExitCode.DENIED, wrong.exitCode());
        assertEquals("skein: there is no such account, or the password is wrong\n", wrong.err());
        Said in = typed("first secret\n", "", "login", "--as", "gina");
        assertTrue(in.out().startsWith("gina is logged in at " + url() + " until "), in.err());
        Path stored = Path.of(System.getenv("XDG_CONFIG_HOME"), "skein", "sessions.json");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(stored)));
        assertTrue(Files.readString(stored).contains("sks_"));

        assertEquals(0, as("", "publish", "gina/a", "x").exitCode());
        List<String> who = as("", "whoami").out().lines().toList();
        assertEquals(List.of("gina", "  role     member", "  shows    the login of gina"), who.subList(0, 3));
        assertEquals("member", as("", "whoami", "--json").json().getString("role"));

        Said changed = typed("first secret\nsecond secret\n", "", "user", "password", "gina");
        assertEquals("the password of gina is changed, and its sessions are over\n", changed.out(), changed.err());
        Said over = as("", "publish", "gina/a", "x");
        assertEquals(ExitCode.DENIED, over.exitCode());
        assertEquals(
                "skein: " + url() + " does not take the login of gina, which is now forgotten; log in again"
                        + " (skein login --as NAME), or go on without\n",
                over.err());

        typed("second secret\n", "", "login", "--as", "gina");
        assertEquals("gina is logged out\n", as("", "logout").out());
        assertFalse(Files.readString(stored).contains("sks_"));
        assertEquals(
                "skein: nobody is logged in at " + url() + "\n",
                as("", "logout").err());
        assertEquals(
                "skein: nobody: no token is shown; log in with skein login --as NAME, or set SKEIN_TOKEN\n",
                as("", "whoami").err());
    }

    @Test
    void theVariablesNameATokenOrItsFileAndNotBoth(@TempDir Path files) throws Exception {
        Path file = Files.writeString(files.resolve("token"), "skt_of-the-file\n");
        assertEquals("skt_flag", secret("skt_flag", "SKEIN_TOKEN=skt_of-the-variable"));
        assertEquals("skt_of-the-variable", secret(null, "SKEIN_TOKEN=skt_of-the-variable"));
        assertEquals("skt_of-the-file", secret(null, "SKEIN_TOKEN_FILE=" + file));
        assertEquals("", secret(null, "XDG_CONFIG_HOME=" + files));
        try {
            secret(null, "SKEIN_TOKEN=skt_a", "SKEIN_TOKEN_FILE=" + file);
            throw new AssertionError("one of them is meant");
        } catch (CommandProblem both) {
            assertEquals("SKEIN_TOKEN and SKEIN_TOKEN_FILE are both given; one of them is meant", both.getMessage());
        }
    }

    private static String secret(String flag, String... variables) {
        Map<String, String> environment = new HashMap<>();
        Arrays.stream(variables).map(text -> text.split("=", 2)).forEach(pair -> environment.put(pair[0], pair[1]));
        return Token.resolve(flag, environment, "http://127.0.0.1:1")
                .map(Token.Shown::secret)
                .orElse("");
    }

    @Test
    void aLoadIsPutOnANodeWithAToken() {
        String henk = account("henk");
        as(ADMIN, "user", "allow", "henk", "publish", "bench/#");
        as(ADMIN, "user", "allow", "henk", "subscribe", "bench/#");
        Said load = as(henk, "bench", "--seconds", "1", "--warm-up", "0", "--rate", "200", "--json");
        assertEquals(0, load.exitCode(), load.err());
        assertTrue(firstLine(load.out()).startsWith("{"), load.out());
        Said elsewhere = as(henk, "bench", "--seconds", "1", "--prefix", "private");
        assertEquals(ExitCode.DENIED, elsewhere.exitCode());
        assertEquals(
                "skein: whoever measures has to be allowed to publish and subscribe \"private/#\"\n", elsewhere.err());
        assertEquals(ExitCode.DENIED, as(STRANGER, "bench", "--seconds", "1").exitCode());
    }

    @Test
    void limitsAreSetListedAndDropped() {
        account("limited");
        assertEquals(
                "",
                as(ADMIN, "limits", "set", "hers", "--account", "limited", "--messages", "1000", "--bytes", "10MiB")
                        .err());
        assertEquals(
                "",
                as(ADMIN, "limits", "set", "orders", "--topic", "orders/#", "--per", "all", "--messages", "5")
                        .err());
        Said listed = as(ADMIN, "limits");
        assertEquals(
                List.of(
                        "LIMIT ACCOUNT FILTER MESSAGES/S BYTES/S CONNECTIONS",
                        "hers limited - 1000 10.0 MiB -",
                        "orders (all together) orders/# 5 - -"),
                listed.out()
                        .lines()
                        .map(line -> line.strip().replaceAll(" +", " "))
                        .toList());
        JsonObject json = new JsonObject(as(ADMIN, "limits", "--json").out());
        assertEquals(2, json.getJsonArray("limits").size());
        assertEquals(
                "hers is deleted", firstLine(as(ADMIN, "limits", "drop", "hers").out()));
        as(ADMIN, "limits", "drop", "orders");
        assertEquals(1, as(ADMIN, "limits").out().lines().count());
    }

    @Test
    void aLimitOfNothingIsRefusedWithTheReason() {
        Said said = as(ADMIN, "limits", "set", "some");
        assertTrue(
                said.err().contains("at least one of messagesPerSecond, bytesPerSecond and connections"), said.err());
    }
}
