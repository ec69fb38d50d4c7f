package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** WCAG 2.2, levels A and AA, as axe checks it: every page, light and dark, on a desk and on a phone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(240)
class ConsoleAccessibilityTest {
    private static final String RUN = """
            axe.run(document, {
              runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']},
              rules: {'target-size': {enabled: true}},
              resultTypes: ['violations'],
            }).then((result) => done(result.violations.flatMap((violation) => violation.nodes.map((node) =>
              `${violation.id}: ${node.html.slice(0, 120)} ${node.any.concat(node.all, node.none).map((check) => check.message).join(' ').slice(0, 160)}`))));
            """;

    private Browser browser;
    private RunningNode node;
    private String axe;

    @BeforeAll
    void begin(@TempDir Path profile, @TempDir Path directory) throws Exception {
        browser = Browser.open(profile);
        node = new RunningNode(directory, Map.of("sql", "true"));
        node.awaitVoters(1);
        axe = read("/axe.min.js");
        HttpClient client = HttpClient.newHttpClient();
        send(
                client,
                "PUT",
                "/v1/subscriptions/billing",
                "{\"filter\":\"orders/#\",\"from\":\"earliest\",\"maxDeliveries\":1}");
        send(
                client,
                "POST",
                "/v1/publish",
                "{\"messages\":[{\"topic\":\"orders/eu\",\"body\":\"{\\\"id\\\":1}\",\"format\":\"JSON\",\"key\":\"k\",\"headers\":{\"a\":\"b\"}},"
                        + "{\"topic\":\"orders/eu\",\"body\":\"<a>1</a>\",\"format\":\"XML\"},"
                        + "{\"topic\":\"orders/us\",\"body\":\"later\",\"delay\":\"2h\"}]}");
        JsonArray leases = new JsonObject(send(client, "POST", "/v1/subscriptions/billing/pull?max=1", ""))
                .getJsonArray("messages").stream()
                        .map(message -> ((JsonObject) message).getString("lease"))
                        .collect(Collectors.collectingAndThen(Collectors.toList(), JsonArray::new));
        send(
                client,
                "POST",
                "/v1/subscriptions/billing/nack",
                new JsonObject()
                        .put("leases", leases)
                        .put("reason", "no address")
                        .encode());
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
    void fresh() {
        browser.go(url(""));
        browser.size(1280, 900);
    }

    @Test
    void everyPageInBothThemesOnADeskAndOnAPhone() {
        List<String> pages = new ArrayList<>(browser.all("#pages a").stream()
                .map(link -> link.getDomAttribute("href"))
                .toList());
        pages.addAll(List.of("#/topics/orders/eu", "#/subscriptions/billing"));
        List<String> wrong = new ArrayList<>();
        for (String theme : List.of("light", "dark")) {
            browser.script("localStorage.setItem('skein.theme', arguments[0])", theme);
            for (int width : List.of(1280, 390)) {
                browser.phone(width);
                browser.go(url(""));
                browser.await("a state is shown", () -> !browser.text("#node").isEmpty());
                browser.script(axe);
                for (String page : pages) {
                    browser.script("location.hash = arguments[0]", page);
                    browser.await(page + " is open", () -> Boolean.TRUE.equals(browser.script(READY, page)));
                    for (Object violation : (List<?>) browser.later(RUN)) {
                        wrong.add(page + " " + theme + " " + width + " " + violation);
                    }
                    Object over = browser.script(
                            "return document.documentElement.scrollWidth - document.documentElement.clientWidth");
                    if (!over.equals(0L)) {
                        wrong.add(page + " " + theme + " " + width + " is wider than the screen by " + over);
                    }
                }
            }
        }
        browser.phone(1280);
        assertEquals("", String.join("\n", wrong));
    }

    /** The page is there, and what it asked for: nothing of it is still a placeholder. */
    private static final String READY = """
            const page = arguments[0].slice(2).split('/')[0];
            const root = document.getElementById(`page-${page}`);
            if (!root || root.hidden || !root.textContent.trim()) return false;
            const wanted = {'#/topics/orders/eu': '#browse-body .message', '#/subscriptions/billing': '#letters-body .letter'}[arguments[0]];
            if (!wanted) return true;
            const first = document.querySelector(wanted);
            if (!first) return false;
            if (!first.querySelector('.detail')) first.querySelector('.line').click();
            return true;
            """;

    /** Else the tests above could be silent for another reason. */
    @Test
    void whatIsPlantedIsFound() {
        browser.await("a state is shown", () -> !browser.text("#node").isEmpty());
        browser.script(axe);
        browser.script("const button = document.createElement('button');"
                + " button.style.cssText = 'width: 12px; height: 12px; min-height: 0; padding: 0; color: #ccc; background: #fff';"
                + " document.getElementById('main').append(button)");
        String found = String.valueOf(browser.later(RUN));
        assertTrue(found.contains("button-name"), found);
    }

    @Test
    void theDialogsToo() {
        browser.await("a state is shown", () -> !browser.text("#node").isEmpty());
        browser.script(axe);
        browser.click("#keys-open");
        assertEquals(List.of(), browser.later(RUN));
        browser.click("#keys-close");
        browser.script("location.hash = '#/subscriptions'");
        browser.await("the page", () -> browser.one("#subscription-new").isDisplayed());
        browser.click("#subscription-new");
        assertEquals(List.of(), browser.later(RUN));
        browser.click("#plan-cancel");
    }

    @Test
    void whoWantsLessMotionGetsNone() {
        browser.media("prefers-reduced-motion", "reduce");
        browser.go(url("#/cluster"));
        browser.await("a state is shown", () -> !browser.text("#node").isEmpty());
        assertEquals(
                List.of(),
                browser.script(
                        "return [...document.querySelectorAll('*')].filter((element) => {"
                                + " const style = getComputedStyle(element);"
                                + " return style.animationName !== 'none' || style.transitionDuration !== '0s'; }).map((element) => element.outerHTML.slice(0, 90))"));
        browser.media("prefers-reduced-motion", "");
    }

    private String url(String hash) {
        return "http://127.0.0.1:" + node.httpPort() + "/" + hash;
    }

    private String send(HttpClient client, String method, String path, String body) throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(2, answer.statusCode() / 100, answer.body());
        return answer.body();
    }

    private static String read(String resource) throws IOException {
        try (InputStream in = ConsoleAccessibilityTest.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
