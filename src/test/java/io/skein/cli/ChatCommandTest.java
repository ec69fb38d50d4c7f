package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.ExitCode;
import io.skein.node.RunningNode;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The chat as it is typed, and as scripts use it; no terminal, as in a pipe. */
@Timeout(60)
class ChatCommandTest {
    private static final String ADMIN = "an-admin's-token-of-these-tests";

    private RunningNode node;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        node = new RunningNode(directory, Map.of("auth", "true", "admin-token", ADMIN));
        Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
        node.firstAdmin().await(30, TimeUnit.SECONDS);
        for (String name : List.of("anna", "bob", "carl")) {
            List<String> added = List.of("user", "add", name, "--token", ADMIN);
            assertEquals("", chat("the password of " + name, added).err());
        }
    }

    @AfterEach
    void stop() {
        chat("", List.of("logout"));
        node.close();
    }

    private Said chat(String typed, List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--url", "http://localhost:" + node.httpPort()));
        return Said.say(typed, all.toArray(String[]::new));
    }

    /** Types the password first: nobody is logged in, or somebody else. */
    private Said as(String name, String typed, String... arguments) {
        List<String> all = new ArrayList<>(List.of("chat", "--as", name));
        all.addAll(List.of(arguments));
        return chat("the password of " + name + "\n" + typed, all);
    }

    private static List<JsonObject> lines(Said said) {
        return said.out().lines().map(JsonObject::new).toList();
    }

    @Test
    void aScriptSendsAndListsAndMarksNothing() {
        assertEquals(new Said(0, "sent to bob, #1\n", ""), as("anna", "", "--to", "bob", "--send", "hello"));
        assertEquals(
                2,
                chat("two\nlines\n", List.of("chat", "--to", "bob", "--send", "-", "--json"))
                        .json()
                        .getLong("id"));
        for (int i = 0; i < 2; i++) {
            List<JsonObject> mails = lines(as("bob", "", "--list", "--unread", "--json"));
            assertEquals("hello", mails.get(0).getString("content"));
            assertEquals("two\nlines", mails.get(1).getString("content"));
        }
        String mine = chat("", List.of("chat", "--list", "--with", "bob", "--limit", "1"))
                .out();
        assertTrue(mine.matches("#2 [0-9]{2}:[0-9]{2} -> bob> two\\R    lines\\R"), mine);
    }

    @Test
    void whatIsTypedIsSentAndWhatIsShownIsRead() {
        as("bob", "", "--to", "anna", "--send", "are you there?");
        Said said = as("anna", "/to bob\nyes\n//not a command\n/list\n");
        assertEquals(0, said.exitCode(), said.err());
        assertTrue(said.out().contains("1 unread: bob 1"), said.out());
        assertTrue(said.out().contains("* bob> are you there?"), said.out());
        assertTrue(said.out().contains("-> bob> yes"), said.out());
        assertTrue(said.out().contains("-> bob> /not a command"), said.out());
        assertTrue(said.out().contains("nothing unread"), said.out());
        assertTrue(lines(chat("", List.of("chat", "--list", "--json"))).get(0).getBoolean("read"));
    }

    @Test
    void lookingAtAConversationWithoutOpeningItMarksNothingAndReadDoes() {
        as("bob", "", "--to", "anna", "--send", "look");
        Said said = as("anna", "/with bob\n/list\n/read bob\n/list\n");
        String rest = said.out().substring(said.out().indexOf("* bob> look"));
        assertTrue(rest.matches("(?s).*1 unread: bob 1\\R1 marked as read\\Rnothing unread\\R"), said.out());
    }

    @Test
    void aMailIsDeletedForBothSides() {
        Said said = as("anna", "/to bob\noh no\n/delete 1\n/delete 1\n/delete one\n");
        assertTrue(said.out().contains("#1 is deleted, for both sides"), said.out());
        assertTrue(said.out().contains("there is no mail #1"), said.out());
        assertTrue(said.out().contains("/delete 17 deletes mail #17"), said.out());
        assertEquals("", as("bob", "", "--list").out());
    }

    @Test
    void peopleAreFoundAndSeen() {
        Said said = as("anna", "/find *a*\n/find x*\n/who\n/to bob\n/who\n/to nobody\nstill to bob\n");
        assertTrue(said.out().contains("admin, anna, carl"), said.out());
        assertTrue(said.out().contains("nobody\n"), said.out());
        assertTrue(said.out().contains("you have written with nobody yet"), said.out());
        assertTrue(said.out().contains("there: nobody; away: bob"), said.out());
        assertTrue(said.out().contains("-> bob> still to bob"), said.out());
    }

    @Test
    void whatMakesNoSenseIsSaidAndTheConversationGoesOn() {
        Said said = as("anna", "hello?\n/shout\n/to\n/help\n/quit\nafter the end\n");
        assertEquals(0, said.exitCode());
        assertTrue(said.out().contains("to whom? /to NAME opens a conversation"), said.out());
        assertTrue(said.out().contains("there is no /shout"), said.out());
        assertTrue(said.out().contains("/find a*"), said.out());
        assertFalse(said.out().contains("after the end"), said.out());
    }

    @Test
    void whatSomebodyElseWroteMovesNoCursor() {
        as("bob", "", "--to", "anna", "--send", "\u001B[2Jgone\u0007");
        String shown = as("anna", "", "--list").out();
        assertTrue(shown.endsWith("\uFFFD[2Jgone\uFFFD\n"), shown);
    }

    @Test
    void theFirstSessionIsKeptAndThatOfSomebodyElseEndsWithTheCommand() {
        assertEquals(0, as("anna", "", "--list").exitCode());
        assertTrue(chat("", List.of("whoami")).out().startsWith("anna\n"));
        assertEquals(0, chat("", List.of("chat", "--as", "anna", "--list")).exitCode(), "no password again");
        assertEquals(0, as("bob", "", "--list").exitCode());
        assertTrue(chat("", List.of("whoami")).out().startsWith("anna\n"));
        Said stranger = chat("", List.of("chat", "--as", "bob", "--list", "--token", ADMIN));
        assertEquals(ExitCode.USAGE, stranger.exitCode());
        assertFalse(stranger.err().contains(ADMIN), stranger.err());
    }

    @Test
    void aWrongPasswordAndAnUnknownAccountAreSentences() {
        Said wrong = chat("not that\n", List.of("chat", "--as", "anna", "--list"));
        assertEquals(ExitCode.DENIED, wrong.exitCode(), wrong.err());
        Said unknown = as("anna", "", "--to", "zoe", "--send", "hello");
        assertEquals(1, unknown.exitCode());
        assertTrue(unknown.err().contains("zoe"), unknown.err());
    }

    @Test
    void optionsThatDoNotGoTogetherAreUsageErrors() {
        for (List<String> wrong : List.of(
                List.of("--send", "x"),
                List.of("--to", "bob", "--send", "x", "--list"),
                List.of("--list", "--to", "bob"),
                List.of("--unread"),
                List.of("--json"),
                List.of("--list", "--limit", "0"),
                List.of("--pace", "1"),
                List.of("--demo", "--pace", "-1"),
                List.of("--demo", "--as", "anna"))) {
            List<String> all = new ArrayList<>(List.of("chat"));
            all.addAll(wrong);
            assertEquals(ExitCode.USAGE, chat("", all).exitCode(), wrong.toString());
        }
        assertTrue(chat("", List.of("chat")).err().contains("who are you?"));
    }
}
