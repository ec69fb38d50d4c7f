package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import io.skein.tls.TestAuthority;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The console of a real node that asks who comes, in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ConsoleLogInTest {
    private static final String ADMIN_TOKEN = "the-admin-of-the-console";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private Browser browser;
    private RunningNode node;
    /** Of this test: an account that is an admin. */
    private String name;

    private int test;

    @BeforeAll
    void begin(@TempDir Path profile, @TempDir Path directory) throws Exception {
        browser = Browser.open(profile);
        node = new RunningNode(directory, Map.of("auth", "true", "admin-token", ADMIN_TOKEN));
        node.firstAdmin().await();
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
    void somebody() throws Exception {
        name = "ann-" + ++test;
        ask("POST", "/v1/accounts", account(name).put("role", "admin"));
        browser.size(1280, 900);
        browser.go(url("/"));
        browser.awaitText("#entrance-title", "Log in");
    }

    /** Who is not let in is noted by the browser; nothing else may be. */
    @AfterEach
    void leave() {
        List<String> complaints = browser.complaints();
        browser.script("sessionStorage.clear(); localStorage.clear()");
        browser.forgetCookies();
        browser.go("about:blank");
        assertTrue(
                complaints.stream().allMatch(line -> line.matches(".* 4(00|01|03|29) \\(.*")), complaints.toString());
    }

    private String url(String path) {
        return "http://127.0.0.1:" + node.httpPort() + path;
    }

    private static JsonObject account(String name) {
        return new JsonObject().put("username", name).put("password", "p of " + name);
    }

    /** As the admin. */
    private HttpResponse<String> ask(String method, String path, JsonObject body) throws Exception {
        HttpResponse<String> answer = CLIENT.send(
                HttpRequest.newBuilder(URI.create(url(path)))
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer " + ADMIN_TOKEN)
                        .method(method, HttpRequest.BodyPublishers.ofString(body.encode()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertTrue(answer.statusCode() < 300, answer.body());
        return answer;
    }

    private void logIn(String username, String password) {
        browser.fill("#login-username", username);
        browser.fill("#login-password", password);
        browser.one("#login-password").sendKeys(Keys.ENTER);
    }

    private void logIn() {
        logIn(name, "p of " + name);
        browser.await("the page is let in", () -> browser.text("#who").contains(name));
    }

    private void go(String hash) {
        browser.script("location.hash = arguments[0]", hash);
        browser.awaitPage();
    }

    private boolean isOutside() {
        return browser.one("#entrance").isDisplayed();
    }

    @Test
    void whoLogsInSeesTheConsoleAndHisName() {
        assertFalse(browser.one("#page-overview").isDisplayed());
        logIn();
        browser.awaitText("#node", "n1");
        browser.await("figures come", () -> !browser.text("#overview").isEmpty());
        assertFalse(isOutside());
        browser.go(url("/"));
        browser.await("he still is", () -> browser.text("#who").contains(name));
    }

    @Test
    void noScriptOfThePageHoldsTheSession() {
        logIn();
        assertEquals("", browser.script("return document.cookie"));
        assertEquals(0L, browser.script("return sessionStorage.length"));
    }

    @Test
    void aWrongPasswordIsSaid() {
        logIn(name, "wrong");
        browser.awaitText("#entrance-said", "The username or the password is wrong.");
        logIn("no name at all", "wrong");
        browser.awaitText("#entrance-said", "The username or the password is wrong.");
        assertEquals("login-password", browser.script("return document.activeElement.id"));
    }

    @Test
    void whoGuessesIsToldHowLongToWait() {
        for (int i = 0; i < 10; i++) {
            browser.script(
                    "return fetch('v1/sessions', {method: 'POST', headers: {'Content-Type': 'application/json'},"
                            + " body: JSON.stringify({username: arguments[0], password: 'wrong'})})"
                            + ".then((answer) => answer.status)",
                    name);
        }
        // Who waits a second may try again, and who is wrong again waits for two: a slow browser needs more tries.
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            logIn(name, "wrong");
            browser.await("an answer", () -> !browser.text("#entrance-said").isEmpty());
            return browser.text("#entrance-said").startsWith("Too many wrong passwords. Try again in ");
        });
        browser.awaitText("#entrance-said", "You can try again now.");
    }

    @Test
    void everythingThePageDoesIsDoneWithTheCookie() throws Exception {
        logIn();
        go("#/topics");
        browser.fill("#publish-topic", "by/cookie-" + test);
        browser.fill("#publish-body", "hello");
        browser.click("#publish-send");
        browser.awaitText("#publish-result", "Stored at offset 0");
        browser.awaitText("#topics-body", "by/cookie-" + test);

        String subscription = "work-" + test;
        ask("PUT", "/v1/subscriptions/" + subscription, new JsonObject().put("filter", "by/#"));
        go("#/subscriptions");
        browser.await(
                "the subscription is listed",
                () -> browser.text("#subscriptions-body").contains(subscription));
        browser.click("#subscriptions-body a.link");
        browser.awaitText("#subscription-facts", "Lease");
        browser.click("#subscription-pause");
        browser.awaitText("#subscription-state", "Paused");
        browser.click("#subscription-delete");
        browser.click("#confirm-yes");
        browser.await(
                "the subscription is gone",
                () -> !browser.text("#subscriptions-body").contains(subscription));
    }

    @Test
    void theKeyboardAloneIsEnough() {
        assertEquals("login-username", browser.script("return document.activeElement.id"));
        browser.press(name);
        browser.press(Keys.TAB);
        browser.press("p of " + name);
        browser.press(Keys.TAB);
        assertEquals("login", browser.script("return document.activeElement.id"));
        browser.press(Keys.SPACE);
        browser.await("the page is let in", () -> browser.text("#who").contains(name));
        browser.script("document.querySelector('#logout').focus()");
        browser.press(Keys.ENTER);
        browser.awaitText("#entrance-title", "Log in");
        browser.press(Keys.chord(Keys.SHIFT, Keys.TAB));
        browser.script("document.querySelector('.instead summary').focus()");
        browser.press(Keys.ENTER);
        browser.press(Keys.TAB);
        assertEquals("token", browser.script("return document.activeElement.id"));
        browser.press(ADMIN_TOKEN);
        browser.press(Keys.ENTER);
        browser.await("the page is let in", () -> browser.text("#who").contains("admin"));
    }

    @Test
    void whoLogsOutLeavesNothingBehind() {
        logIn();
        browser.awaitText("#node", "n1");
        browser.click("#logout");
        browser.await("the form", this::isOutside);
        assertEquals("", browser.script("return document.querySelector('#node').textContent"));
        assertEquals(401L, browser.script("return fetch('v1/sessions/current').then((answer) => answer.status)"));
    }

    @Test
    void aRevokedSessionBringsTheFormBack() throws Exception {
        logIn();
        go("#/topics");
        browser.fill("#publish-body", "half written");
        ask("DELETE", "/v1/accounts/" + name + "/sessions", new JsonObject());
        browser.awaitText("#entrance-said", "Your session is over");
        assertFalse(browser.one("#publish").isDisplayed());
        assertEquals(name, browser.script("return document.querySelector('#login-username').value"));
        browser.fill("#login-password", "p of " + name);
        browser.click("#login");
        browser.await("he goes on", () -> !isOutside());
        assertEquals("half written", browser.script("return document.querySelector('#publish-body').value"));
    }

    @Test
    void anotherPersonSeesNothingOfWhatThePageHeld() throws Exception {
        logIn();
        go("#/topics");
        browser.fill("#publish-body", "of the first");
        ask("DELETE", "/v1/accounts/" + name + "/sessions", new JsonObject());
        browser.await("the form", this::isOutside);
        ask("POST", "/v1/accounts", account(name + "-b").put("role", "admin"));
        logIn(name + "-b", "p of " + name + "-b");
        browser.await("he is let in", () -> browser.text("#who").contains(name + "-b"));
        assertEquals("", browser.script("return document.querySelector('#publish-body').value"));
    }

    @Test
    void whoIsNoAdminIsToldAndCanLeave() throws Exception {
        ask("PUT", "/v1/accounts/" + name + "/role", new JsonObject().put("role", "member"));
        logIn(name, "p of " + name);
        browser.awaitText("#entrance-other", "You are logged in as " + name + ".");
        browser.awaitText("#entrance-other", "The console shows everything; it is for admins.");
        assertEquals(url("/chat"), browser.one("#entrance-other a").getAttribute("href"));
        assertFalse(browser.one("#login-form").isDisplayed());
        browser.click("#other-logout");
        browser.awaitText("#entrance-title", "Log in");
    }

    @Test
    void whoLosesTheRoleSeesTheConsoleNoLonger() throws Exception {
        logIn();
        ask("PUT", "/v1/accounts/" + name + "/role", new JsonObject().put("role", "member"));
        browser.awaitText("#entrance-title", "For admins");
        assertFalse(browser.one("#page-overview").isDisplayed());
    }

    @Test
    void aTokenDoesInsteadForThisTab() {
        browser.click(".instead summary");
        browser.fill("#token", "not one of them");
        browser.one("#token").sendKeys(Keys.ENTER);
        browser.awaitText("#entrance-said", "A token is of Latin letters");
        browser.fill("#token", "skt_unknown");
        browser.one("#token").sendKeys(Keys.ENTER);
        browser.awaitText("#entrance-said", "That token is not known here");
        browser.fill("#token", ADMIN_TOKEN);
        browser.one("#token").sendKeys(Keys.ENTER);
        browser.await("it is let in", () -> browser.text("#who").contains("admin"));
        assertEquals("Forget the token", browser.text("#logout"));
        browser.click("#logout");
        browser.awaitText("#entrance-title", "Log in");
        assertEquals(0L, browser.script("return sessionStorage.length"));
    }

    @Test
    void overHttpsItIsTheSame(@TempDir Path directory) throws Exception {
        TestAuthority.Identity shown = new TestAuthority(directory, "authority").identity("node");
        try (RunningNode secure = new RunningNode(
                directory.resolve("n1"),
                Map.of(
                        "auth",
                        "true",
                        "admin-token",
                        ADMIN_TOKEN,
                        "tls-cert",
                        shown.certificate().toString(),
                        "tls-key",
                        shown.key().toString()))) {
            secure.firstAdmin().await();
            browser.go("https://localhost:" + secure.httpPort() + "/");
            browser.await("the form", this::isOutside);
            browser.script(
                    "return fetch('v1/accounts/admin/password', {method: 'PUT', headers: {'Content-Type':"
                            + " 'application/json', Authorization: 'Bearer ' + arguments[0]},"
                            + " body: JSON.stringify({new: 'p of admin'})}).then((answer) => answer.status)",
                    ADMIN_TOKEN);
            logIn("admin", "p of admin");
            browser.await("the page is let in", () -> browser.text("#who").contains("admin"));
            assertTrue(browser.cookie("skein-session").isSecure());
            assertTrue(browser.cookie("skein-session").isHttpOnly());
            go("#/topics");
            browser.fill("#publish-topic", "secure");
            browser.click("#publish-send");
            browser.awaitText("#publish-result", "Stored at offset 0");
            browser.click("#logout");
            browser.await("the form", this::isOutside);
            browser.go("about:blank");
        }
        browser.go(url("/"));
    }

    /** For a person to look at: {@code -Dskein.screenshots=DIRECTORY}. */
    @Test
    void theFormFitsEveryScreen() throws Exception {
        for (String theme : List.of("light", "dark")) {
            browser.script("localStorage.setItem('skein.theme', arguments[0])", theme);
            for (int width : List.of(1280, 400)) {
                browser.size(width, 800);
                browser.go(url("/"));
                browser.await("the form", this::isOutside);
                assertEquals(
                        0L,
                        browser.script("return Math.max(0, document.documentElement.scrollWidth"
                                + " - document.documentElement.clientWidth)"));
                browser.picture("login-" + theme + "-" + width);
                logIn(name, "wrong");
                browser.awaitText("#entrance-said", "wrong");
                browser.click(".instead summary");
                browser.picture("login-wrong-" + theme + "-" + width);
            }
        }
        browser.size(1280, 800);
        ask("PUT", "/v1/accounts/" + name + "/role", new JsonObject().put("role", "member"));
        logIn(name, "p of " + name);
        browser.awaitText("#entrance-other", name);
        browser.picture("no-admin-dark");
        ask("PUT", "/v1/accounts/" + name + "/role", new JsonObject().put("role", "admin"));
        browser.go(url("/"));
        browser.await("the page is let in", () -> browser.text("#who").contains(name));
        browser.picture("logged-in-dark");
    }
}
