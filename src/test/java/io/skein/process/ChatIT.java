package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.dashboard.Browser;
import io.skein.dashboard.ChatPerson;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** Two people with the chat page before three real processes, of which the one they both use is killed. */
@Timeout(240)
class ChatIT {
    private static final int EACH = 20;
    private static final int KILLED_AFTER = 6;

    @TempDir
    private Path directory;

    @Test
    void aLeaderKilledWhileTwoPeopleWriteLosesNothingDoublesNothingAndBothGoOn() throws Exception {
        try (Browser first = Browser.open(directory.resolve("first"));
                Browser second = Browser.open(directory.resolve("second"));
                ClusterUnderTest cluster = ClusterUnderTest.startDirect(directory.resolve("cluster"), 3)) {
            ClusterNode leader = cluster.awaitLeader();
            var doors = new ChatPerson.Doors(leader.uri("/").getPort());
            ChatPerson anna = ChatPerson.join(doors, "anna");
            ChatPerson bob = ChatPerson.join(doors, "bob");
            open(first, doors, anna, bob);
            open(second, doors, bob, anna);

            List<String> all = new ArrayList<>();
            for (int i = 0; i < EACH; i++) {
                first.one("#compose-text").sendKeys("anna " + i + Keys.ENTER);
                second.one("#compose-text").sendKeys("bob " + i + Keys.ENTER);
                all.add("anna " + i);
                all.add("bob " + i);
                if (i == KILLED_AFTER) {
                    leader.kill();
                }
            }

            for (Browser browser : List.of(first, second)) {
                browser.await(
                        "all is there and stored",
                        () -> words(browser).size() == all.size()
                                && browser.all("li.mail.pending, li.mail.failed")
                                        .isEmpty());
                assertEquals(new TreeSet<>(all), new TreeSet<>(words(browser)), "each once");
                assertEquals(numbered(all, "anna"), numbered(words(browser), "anna"), "in the order written");
                assertEquals(numbered(all, "bob"), numbered(words(browser), "bob"), "in the order written");
                browser.await(
                        "another node serves", () -> !browser.text("#node").equals(leader.id()));
                browser.await(
                        "what the other one saw is read",
                        () -> browser.all("li.mail.mine[data-state=read]").size() == EACH);
                assertEquals(
                        List.of(),
                        browser.complaints().stream()
                                .filter(line -> Set.of("net::ERR_", "503", "504").stream()
                                        .noneMatch(line::contains))
                                .toList());
            }
            assertEquals(
                    new TreeSet<>(all),
                    new TreeSet<>(stored(cluster.others(leader).get(0), anna)));
            assertEquals(all.size(), stored(cluster.others(leader).get(0), anna).size());
        }
    }

    @Test
    void whatNoMajorityTakesIsSaidToWaitAndIsStoredOnceWhenThereIsOneAgain() throws Exception {
        try (Browser browser = Browser.open(directory.resolve("profile"));
                ClusterUnderTest cluster = ClusterUnderTest.startDirect(directory.resolve("cluster"), 3)) {
            ClusterNode served = cluster.others(cluster.awaitLeader()).get(0);
            var doors = new ChatPerson.Doors(served.uri("/").getPort());
            ChatPerson anna = ChatPerson.join(doors, "anna");
            ChatPerson bob = ChatPerson.join(doors, "bob");
            bob.send(anna, "before");
            open(browser, doors, anna, bob);
            for (ClusterNode other : cluster.others(served)) {
                other.kill();
            }
            browser.one("#compose-text").sendKeys("meanwhile" + Keys.ENTER);
            browser.awaitText("li.mail.failed", "Not sent yet");

            browser.script("location.reload()");
            browser.await(
                    "what this node knows is there, and what waits",
                    () -> words(browser).equals(List.of("before", "meanwhile")));
            browser.awaitText("#strip", "The cluster has no leader now");
            for (ClusterNode other : cluster.others(served)) {
                other.start();
            }
            browser.await(
                    "it is stored",
                    () -> browser.all("li.mail[data-state=sent]").size() == 1);
            browser.await("that is over", () -> !browser.one("#strip").isDisplayed());
            assertEquals(List.of("before", "meanwhile"), words(browser));
            assertEquals(2, bob.allMails().size());
        }
    }

    private static void open(Browser browser, ChatPerson.Doors doors, ChatPerson person, ChatPerson other) {
        browser.go(doors.url("/chat"));
        browser.script("sessionStorage.setItem('skein.chat.session', arguments[0])", person.session());
        browser.go("about:blank");
        browser.go(doors.url("/chat#with=" + other.name()));
        browser.await(
                "one can write",
                () -> "live".equals(browser.script("return document.body.dataset.connection"))
                        && browser.text("#talk-start").contains("essages with "));
        browser.await(
                "the other doors are known",
                () -> browser.script("return localStorage.getItem('skein.chat.doors')") != null);
    }

    private static List<String> words(Browser browser) {
        return browser.all("li.mail .words").stream()
                .map(word -> word.getText())
                .toList();
    }

    private static List<String> numbered(List<String> words, String who) {
        return words.stream().filter(word -> word.startsWith(who)).toList();
    }

    private static List<String> stored(ClusterNode node, ChatPerson person) throws Exception {
        JsonObject session = new JsonObject(person.session());
        List<String> contents = new ArrayList<>();
        ChatPerson.at(new ChatPerson.Doors(node.uri("/").getPort()), session)
                .allMails()
                .forEach(mail -> contents.add(((JsonObject) mail).getString("content")));
        return contents;
    }
}
