package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the console shows and does with a cluster of real nodes, in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ConsoleClusterTest {
    private Path directory;
    private Browser browser;
    private RunningNode first;
    private RunningNode second;

    @BeforeAll
    void begin(@TempDir Path profile, @TempDir Path data) throws Exception {
        directory = data;
        browser = Browser.open(profile);
        first = patient("n1", Map.of());
        first.awaitVoters(1);
        second = joining("n2");
        first.awaitVoters(2);
    }

    /** Nobody else leads only because the machine has much to do. */
    private RunningNode patient(String id, Map<String, String> more) throws Exception {
        Map<String, String> flags =
                new HashMap<>(Map.of("node-id", id, "heartbeat", "300ms", "election-timeout", "3s"));
        flags.putAll(more);
        return new RunningNode(directory.resolve(id), flags);
    }

    private RunningNode joining(String id) throws Exception {
        return patient(id, Map.of("peers", "n1=" + first.raftAddress()));
    }

    @AfterAll
    void end() {
        if (browser != null) {
            browser.close();
        }
        if (second != null) {
            second.close();
        }
        if (first != null) {
            first.close();
        }
    }

    @AfterEach
    void leave() {
        browser.go("about:blank");
        browser.complaints();
    }

    @Test
    void theLeadIsHandedOverAfterAWordOfWarning() {
        open(first, "#/cluster");
        browser.awaitText("#members-word", "n1 leads · 2 of 2 voters reached");
        browser.click("#members .member:nth-child(2) .act");
        browser.awaitText("#confirm-text", "n1 hands over to n2. Publishes wait for a moment");
        browser.click("#confirm-no");
        assertEquals("n1", first.broker().status().leader());

        browser.click("#members .member:nth-child(2) .act");
        browser.click("#confirm-yes");
        browser.awaitText("#page-said", "n2 leads.");
        browser.awaitText("#members-word", "n2 leads");
        browser.awaitText("#elections-list", "n2 leads");
        browser.click("#members .member:nth-child(1) .act");
        browser.click("#confirm-yes");
        browser.awaitText("#members-word", "n1 leads");
        assertEquals(List.of(), browser.complaints());
    }

    @Test
    void whenItsNodeDiesTheConsoleGoesOnWithAnotherAndSaysSo() throws Exception {
        RunningNode third = joining("n3");
        first.awaitVoters(3);
        try {
            open(third, "#/tail?filter=news");
            assertEquals("n3", browser.text("#node"));
            browser.await(
                    "the others are known and the pages are there",
                    () -> Boolean.TRUE.equals(
                            browser.script(
                                    "return performance.getEntriesByName(new URL('console/pages/topics.js', location).href).length > 0")));
            publish("before");
            browser.awaitText("#tail-body", "before");
        } finally {
            third.close();
        }
        browser.awaitText("#moved", "n3 does not answer. The console now speaks to n");
        browser.await("another node", () -> List.of("n1", "n2").contains(browser.text("#node")));
        publish("after");
        browser.awaitText("#tail-body", "after");
        assertFalse(browser.one("#lost").isDisplayed());

        // A page that was not open before, and what it asks of the API.
        browser.script("location.hash = '#/topics/news'");
        browser.awaitText("#browse-body", "after");
        browser.fill("#publish-body", "by the page");
        browser.click("#publish-send");
        browser.awaitText("#publish-result", "Stored at offset 2");

        assertTrue(browser.complaints().stream().allMatch(line -> line.contains("net::ERR_")));

        // A page of a member that was removed would be let in nowhere.
        open(first, "#/cluster");
        browser.awaitText("#members", "unreachable");
        browser.click("#members .member:nth-child(3) .act.grave");
        browser.awaitText("#confirm-text", "n3 stops taking part");
        browser.awaitText("#confirm-text", "2 voters stay, of which 2 have to be there for a publish.");
        browser.fill("#confirm-typed", "n3");
        browser.click("#confirm-yes");
        browser.awaitText("#page-said", "n3 is removed.");
        browser.await("two cards", () -> browser.all("#members .member").size() == 2);
        assertEquals(List.of(), browser.complaints());
    }

    @Test
    void whoIsNotThereIsNotAdded() {
        open(first, "#/cluster");
        browser.click("#adding summary");
        browser.fill("#add-id", "n9");
        browser.fill("#add-address", "127.0.0.1:1");
        browser.click("#add-form [type=submit]");
        browser.awaitText("#confirm-text", "of 3 voters then 2 have to be there for a publish");
        browser.click("#confirm-yes");
        browser.awaitText(
                "#page-said.problem", "Nobody answers at 127.0.0.1:1; is that its Raft port, and is it running?");
        assertEquals(2, first.broker().status().members().size());
    }

    private void open(RunningNode node, String hash) {
        browser.go("about:blank");
        browser.go("http://127.0.0.1:" + node.httpPort() + "/" + hash);
        browser.await("a state is shown", () -> !browser.text("#node").isEmpty());
        browser.awaitPage();
    }

    private void publish(String body) {
        browser.script(
                "return fetch(arguments[0] + 't/news', {method: 'POST', body: arguments[1]}).then((answer) => answer.status)",
                "http://127.0.0.1:" + first.httpPort() + "/",
                body);
    }
}
