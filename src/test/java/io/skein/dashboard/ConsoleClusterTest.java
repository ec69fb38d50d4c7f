package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import io.skein.node.Stranger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
        String own = "127.0.0.1:" + third.httpPort() + "/";
        first.awaitVoters(3);
        first.awaitDoors(3);
        third.awaitDoors(3);
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
            browser.script("location.hash = '#/settings?find=node-id'");
            browser.awaitText("#settings-title", "In force at n3");
        } finally {
            third.close();
        }
        browser.awaitText("#moved", "n3 does not answer. The console now speaks to n");
        browser.await("another node", () -> List.of("n1", "n2").contains(browser.text("#node")));
        browser.await(
                "its settings",
                () -> browser.text("#settings-title").contains("at " + browser.text("#node"))
                        && !browser.text("#page-settings tbody").contains("n3"));
        browser.script("location.hash = '#/tail?filter=news'");
        publish("after");
        browser.awaitText("#tail-body", "after");
        assertFalse(browser.one("#lost").isDisplayed());

        // What is copied goes to a node that is there.
        browser.script("location.hash = '#/tail?filter=nobody'");
        browser.awaitText("#tail-body", "/t/nobody?follow");
        assertFalse(browser.text("#tail-body").contains(own), browser.text("#tail-body"));

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

    /** A cookie is a host's: at another one whoever goes on logs in once more, and the page keeps that session itself. */
    @Test
    void whoseNodeDiesLogsInAtAMemberOfAnotherHostAndGoesOn() throws Exception {
        List<String> ids = List.of("s1", "s2", "s3");
        List<Integer> raft = new ArrayList<>();
        ids.forEach(id -> raft.add(Stranger.freePort()));
        String peers = "s1=127.0.0.1:" + raft.get(0) + ",s2=127.0.0.1:" + raft.get(1) + ",s3=127.0.0.2:" + raft.get(2);
        List<CompletableFuture<RunningNode>> starting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String id = ids.get(i);
            Map<String, String> flags = Map.of(
                    "auth",
                    "true",
                    "admin-token",
                    "the-admin-of-three",
                    "host",
                    i == 2 ? "127.0.0.2" : "127.0.0.1",
                    "raft-port",
                    raft.get(i).toString(),
                    "peers",
                    peers);
            starting.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return patient(id, flags);
                } catch (Exception failed) {
                    throw new AssertionError(failed);
                }
            }));
        }
        List<RunningNode> nodes = new ArrayList<>();
        try {
            for (CompletableFuture<RunningNode> one : starting) {
                nodes.add(one.get(60, TimeUnit.SECONDS));
            }
            nodes.get(0).firstAdmin().await(30, TimeUnit.SECONDS);
            nodes.get(2).awaitDoors(3);
            String page = "http://127.0.0.2:" + nodes.get(2).httpPort() + "/";
            browser.go(page);
            browser.script("return fetch('v1/accounts/admin/password', {method: 'PUT', headers: {'Content-Type':"
                    + " 'application/json', Authorization: 'Bearer the-admin-of-three'},"
                    + " body: JSON.stringify({new: 'p'})}).then((answer) => answer.status)");
            logIn();
            browser.awaitText("#node", "s3");
            browser.await(
                    "the others are known",
                    () -> Boolean.TRUE.equals(
                            browser.script(
                                    "return performance.getEntriesByName(new URL('console/pages/topics.js', location).href).length > 0")));
            nodes.remove(2).close();

            browser.awaitText("#entrance-said", "Your session is over. Log in to go on.");
            logIn();
            browser.await("another node", () -> List.of("s1", "s2").contains(browser.text("#node")));
            browser.script("location.hash = '#/topics'");
            browser.awaitPage();
            browser.fill("#publish-topic", "elsewhere");
            browser.fill("#publish-body", "by its own session");
            browser.click("#publish-send");
            browser.awaitText("#publish-result", "Stored at offset 0");
            browser.click("#logout");
            browser.awaitText("#entrance-title", "Log in");
            assertEquals("http://127.0.0.1", browser.script("return location.protocol + '//' + location.hostname"));
        } finally {
            browser.go("about:blank");
            browser.forgetCookies();
            nodes.forEach(RunningNode::close);
        }
    }

    private void logIn() {
        browser.await("the form", () -> browser.one("#login-password").isDisplayed());
        browser.fill("#login-username", "admin");
        browser.fill("#login-password", "p");
        browser.click("#login");
        browser.await("he is let in", () -> browser.text("#who").contains("admin"));
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
