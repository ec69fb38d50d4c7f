package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** What the console shows and does with topics, in a real browser, on one whole node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ConsoleTopicsTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private Browser browser;
    private RunningNode node;
    private int test;
    /** Of this test alone. */
    private String topic;

    @BeforeAll
    void begin(@TempDir Path profile, @TempDir Path directory) throws Exception {
        browser = Browser.open(profile);
        node = new RunningNode(directory);
        node.awaitVoters(1);
    }

    @AfterAll
    void end() {
        if (browser != null) {
            browser.close();
        }
        if (node != null) {
            node.close();
        }
    }

    @BeforeEach
    void another() {
        topic = "shop/orders-" + ++test;
        browser.size(1280, 900);
    }

    @AfterEach
    void leave() {
        List<String> complaints = browser.complaints();
        browser.go("about:blank");
        assertEquals(List.of(), complaints);
    }

    @Test
    void aTopicIsBrowsedBackwardsAPageAtATime() throws Exception {
        publish(120);
        open("#/topics/" + topic);
        browser.awaitText("#browse-note", "Offsets 70 to 119 of 0 to 119.");
        assertEquals(50, offsets().size());
        assertEquals("119", offsets().get(0));
        assertFalse(browser.one("#browse-newer").isDisplayed());

        browser.click("#browse-older");
        browser.awaitText("#browse-note", "Offsets 20 to 69");
        assertEquals("#/topics/" + topic + "?from=20", browser.script("return location.hash"));
        browser.click("#browse-older");
        browser.awaitText("#browse-note", "Offsets 0 to 49");
        assertFalse(browser.one("#browse-older").isDisplayed());
        browser.click("#browse-newest");
        browser.awaitText("#browse-note", "Offsets 70 to 119");

        browser.fill("#browse-from", "-1h");
        browser.one("#browse-from").sendKeys(Keys.ENTER);
        browser.awaitText("#browse-note", "Offsets 0 to 49");
        open("#/topics/" + topic + "?from=7");
        browser.awaitText("#browse-note", "Offsets 7 to 56");
    }

    @Test
    void whatCameMeanwhileIsSaidAndShownWhenAskedFor() throws Exception {
        publish(3);
        open("#/topics/" + topic);
        browser.awaitText("#browse-note", "Offsets 0 to 2");
        publish(2);
        browser.awaitText("#browse-more", "2 more came: show them");
        assertEquals(3, offsets().size());
        browser.click("#browse-more");
        browser.awaitText("#browse-note", "Offsets 0 to 4");
    }

    @Test
    void textIsFoundInBodiesKeysAndHeaders() throws Exception {
        publish(1_200);
        send(
                "/v1/publish",
                new JsonObject()
                        .put(
                                "messages",
                                new JsonArray()
                                        .add(message("teapot", "k", "shop"))
                                        .add(message("cup", "teapot-7", "shop"))
                                        .add(message("cup", "k", "teapots of Dresden"))
                                        .add(message("cup", "k", "shop"))));
        open("#/topics/" + topic + "?find=teapot");
        browser.awaitText("#browse-note", "3 found.");
        assertEquals(List.of("1,202", "1,201", "1,200"), offsets());

        browser.fill("#browse-find", "key:teapot");
        browser.one("#browse-find").sendKeys(Keys.ENTER);
        browser.awaitText("#browse-note", "1 found.");
        browser.fill("#browse-find", "source:dresden");
        browser.one("#browse-find").sendKeys(Keys.ENTER);
        browser.await("the header's", () -> offsets().equals(List.of("1,202")));
        browser.fill("#browse-find", "no such thing");
        browser.one("#browse-find").sendKeys(Keys.ENTER);
        browser.awaitText("#browse-note", "No message has “no such thing” in its body, key or headers.");
    }

    @Test
    void aMessageIsLaidOutAndTraced() throws Exception {
        send(
                "/v1/publish",
                new JsonObject()
                        .put(
                                "messages",
                                new JsonArray()
                                        .add(message("{\"a\":[1]}", "k", "it's").put("format", "JSON"))
                                        .add(message("<a><b>1</b><c/></a>", "k", "s")
                                                .put("format", "XML"))));
        open("#/topics/" + topic);
        browser.await("both are there", () -> offsets().size() == 2);
        browser.click("#browse-body .message:nth-child(1) .line");
        assertEquals("<a>\n  <b>1</b>\n  <c/>\n</a>", browser.text("#browse-body pre"));
        browser.click("#browse-body .message:nth-child(1) .line");
        browser.click("#browse-body .message:nth-child(2) .line");
        assertEquals("{\n  \"a\": [\n    1\n  ]\n}", browser.text("#browse-body pre"));
        assertTrue(browser.text("#browse-body .detail .facts").contains("it's"));
        browser.click("#browse-body .detail .bits button");
        browser.awaitText("#browse-body .trace", "Accepted at");
        browser.awaitText("#browse-body .trace", "No durable subscription follows its topic.");
    }

    @Test
    void howATopicKeepsItsMessagesIsShownAndChanged() throws Exception {
        send(
                "PUT",
                "/v1/topics/" + topic,
                new JsonObject("{\"retention\":{\"maxAge\":\"7d\",\"maxBytes\":1073741824}}"));
        open("#/topics/" + topic);
        browser.await("its age", () -> "7d".equals(value("#topic-age")));
        assertEquals("1GiB", value("#topic-bytes"));

        browser.fill("#topic-age", "");
        browser.fill("#topic-messages", "100");
        browser.click("#topic-form [type=submit]");
        browser.awaitText("#topic-said", "Saved.");
        JsonObject retention = send("GET", "/v1/topics/" + topic, null).getJsonObject("retention");
        assertEquals(100, retention.getInteger("maxMessages"));
        assertEquals(1L << 30, retention.getLong("maxBytes"));
        assertEquals(null, retention.getString("maxAge"));

        browser.fill("#topic-age", "soon");
        browser.click("#topic-form [type=submit]");
        browser.awaitText("#topic-said.problem", "soon");
        assertTrue(browser.complaints().stream().allMatch(line -> line.contains("400") || line.contains("422")));
    }

    @Test
    void aTopicIsDeletedOnlyByWhoWritesItsName() throws Exception {
        publish(1);
        open("#/topics/" + topic);
        browser.await("its settings", () -> browser.one("#topic-delete").isDisplayed());
        browser.click("#topic-delete");
        browser.awaitText("#confirm-title", "Delete the topic " + topic + "?");
        assertFalse(browser.one("#confirm-yes").isEnabled());
        browser.fill("#confirm-typed", "shop");
        assertFalse(browser.one("#confirm-yes").isEnabled());
        browser.fill("#confirm-typed", topic);
        browser.click("#confirm-yes");
        browser.await("the list", () -> browser.text("#page-title").equals("Topics"));
        browser.await("it is gone", () -> !browser.text("#topics-body").contains(topic));
    }

    @Test
    void aDelayedMessageIsSeenAndCancelled() throws Exception {
        open("#/topics/" + topic);
        browser.await("there is none yet", () -> browser.text("#browse-body").contains("no such topic yet"));
        browser.complaints();
        browser.click(".more-fields summary");
        browser.fill("#publish-delay", "2h");
        browser.fill("#publish-headers", "source: shop");
        browser.fill("#publish-body", "later");
        browser.click("#publish-send");
        browser.awaitText("#publish-result", "Accepted, due ");
        browser.awaitText("#delayed-body", "in 1 h 59 min");
        JsonObject waiting =
                send("GET", "/v1/scheduled", null).getJsonArray("messages").getJsonObject(0);
        assertEquals("shop", waiting.getJsonObject("headers").getString("source"));

        browser.click("#delayed-body button");
        browser.click("#confirm-yes");
        browser.await("it is gone", () -> !browser.one("#delayed").isDisplayed());
        assertTrue(send("GET", "/v1/scheduled", null).getJsonArray("messages").isEmpty());
    }

    @Test
    void aSubscriptionIsMadeAndChanged() throws Exception {
        String name = "work-" + test;
        open("#/subscriptions");
        browser.click("#subscription-new");
        browser.fill("#plan-name", name);
        browser.fill("#plan-filter", "a/#/b");
        browser.click("#plan-save");
        browser.awaitText("#plan-said", "#");
        browser.complaints();
        browser.fill("#plan-filter", "shop/#");
        browser.click("#plan-save");
        browser.await("it is open", () -> browser.text("#page-title").equals(name));
        browser.awaitText("#subscription-facts", "shop/#");

        browser.click("#subscription-edit");
        browser.await("the form", () -> "30s".equals(value("#plan-lease")));
        browser.fill("#plan-lease", "1m");
        browser.click("#plan-save");
        browser.awaitText("#subscription-said", "Saved.");
        JsonObject config = send("GET", "/v1/subscriptions/" + name, null);
        assertEquals("1m", config.getString("lease"));
        assertEquals(new JsonArray().add("1s").add("10s"), config.getJsonArray("backoff"));
    }

    private void open(String hash) {
        browser.go("about:blank");
        browser.go("http://127.0.0.1:" + node.httpPort() + "/" + hash);
        browser.await("a state is shown", () -> !browser.text("#node").isEmpty());
        browser.awaitPage();
    }

    private List<String> offsets() {
        return browser.all("#browse-body .offset").stream()
                .map(offset -> offset.getText())
                .toList();
    }

    private String value(String css) {
        return browser.one(css).getDomProperty("value");
    }

    private JsonObject message(String body, String key, String source) {
        return new JsonObject()
                .put("topic", topic)
                .put("body", body)
                .put("key", key)
                .put("headers", new JsonObject().put("source", source));
    }

    private void publish(int messages) throws Exception {
        JsonArray all = new JsonArray();
        for (int i = 0; i < messages; i++) {
            all.add(message("order " + i, "k" + i, "shop"));
        }
        send("/v1/publish", new JsonObject().put("messages", all));
    }

    private void send(String path, JsonObject body) throws Exception {
        send("POST", path, body);
    }

    private JsonObject send(String method, String path, JsonObject body) throws Exception {
        HttpResponse<String> answer = CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body == null ? "" : body.encode()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertTrue(answer.statusCode() < 300, answer.body());
        return answer.body().isEmpty() ? new JsonObject() : new JsonObject(answer.body());
    }
}
