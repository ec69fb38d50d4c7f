package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The pages for whoever runs a node, of a real one, in one browser. After each test its console must be empty. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class AdminPagesTest {
    private static final String TOKEN = "of-nobody-in-particular";

    private static final String AXE = """
            axe.run(document, {
              runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']},
              rules: {'target-size': {enabled: true}},
            }).then((result) => done(result.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`)));
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private RunningNode node;
    private Browser browser;

    @BeforeAll
    void begin(@TempDir Path profile, @TempDir Path data) throws Exception {
        browser = Browser.open(profile);
        node = new RunningNode(data, Map.of("auth", "true", "sql", "true", "admin-token", TOKEN));
        node.firstAdmin().await();
        for (int i = 0; i < 5; i++) {
            assertEquals(201, post("/t/orders", "{\"customer\":\"c" + i % 2 + "\",\"total\":" + i + "}"));
        }
        assertEquals(201, post("/v1/accounts", "{\"username\":\"zoe\",\"password\":\"p\"}"));
        browser.go(url(node, ""));
        browser.await("the way in is there", () -> browser.one("#entrance").isDisplayed());
        browser.click(".instead summary");
        browser.fill("#token", TOKEN);
        browser.click("#token-form button");
        browser.awaitText("#overview", "Published");
        browser.complaints();
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

    @AfterEach
    void nothingWasComplainedOf() {
        browser.size(1280, 900);
        assertEquals(List.of(), browser.complaints());
    }

    private String url(RunningNode of, String hash) {
        return "http://127.0.0.1:" + of.httpPort() + "/" + hash;
    }

    private int post(String path, String body) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(url(node, "") + path.substring(1)))
                                .header("Content-Type", "application/json")
                                .header("Authorization", "Bearer " + TOKEN)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private void open(String hash) {
        browser.go("about:blank");
        browser.go(url(node, hash));
    }

    // Settings.

    @Test
    void settingsAreShownWithTheirSourceAndFiltered() {
        open("#/settings");
        browser.awaitText("#page-settings tbody", "http-port");
        assertEquals("Settings", browser.text("#page-title"));
        assertFalse(browser.text("#page-settings").contains(TOKEN));
        browser.fill("#settings-find", "admin-token");
        browser.await(
                "one is left", () -> browser.all("#page-settings tbody tr").size() == 1);
        assertTrue(browser.text("#page-settings tbody").contains("(set, never shown)"));
        assertTrue(browser.text("#page-settings tbody").contains("flag"));
        browser.go(url(node, "#/settings?find=election&said=1"));
        browser.awaitText("#page-settings", "No setting is like that.");
    }

    // Connections.

    @Test
    void aConnectionIsSeenAndClosed() {
        open("#/connections");
        browser.awaitText("#connections-body", "Nobody stays connected.");
        browser.script("window.closedWith = 0;"
                + "const socket = new WebSocket(location.origin.replace('http', 'ws') + '/ws?access_token=" + TOKEN
                + "');"
                + "socket.onopen = () => socket.send('{\"id\":1,\"op\":\"subscribe\",\"topic\":\"orders/#\",\"from\":\"earliest\"}');"
                + "socket.onclose = (event) => { window.closedWith = event.code; };");
        browser.awaitText("#connections-body", "orders/#");
        browser.awaitText("#connections-body td.is-delivered", "5");
        browser.click("#connections-body .quiet");
        browser.awaitText("#confirm-title", "Close 127.0.0.1");
        browser.click("#confirm-yes");
        browser.await(
                "the socket is closed",
                () -> browser.script("return window.closedWith").equals(4004L));
        browser.awaitText("#connections-body", "Nobody stays connected.");
    }

    // Accounts.

    @Test
    void anAccountIsMadeGivenATokenAndARuleAndDeleted() {
        open("#/accounts");
        browser.awaitText("#accounts-body", "zoe");
        browser.fill("#create-name", "anna");
        browser.fill("#create-password", "correct horse");
        browser.click("section[aria-labelledby=create-title] button[type=submit]");
        browser.awaitText("#page-said", "anna is there.");
        browser.awaitText("#accounts-body", "anna");
        browser.fill("#accounts-find", "ann");
        browser.await(
                "one is left", () -> browser.all("#accounts-body tbody tr").size() == 1);
        browser.click("#accounts-body a");
        browser.awaitText("#page-title", "anna");

        browser.fill("#token-name", "deploy");
        browser.fill("#token-scopes", "publish:orders/#");
        browser.click("section[aria-labelledby=tokens-title] button[type=submit]");
        browser.awaitText("#token-made", "skt_");
        browser.awaitText("section[aria-labelledby=tokens-title] table", "publish:orders/#");

        browser.fill("#rule-filter", "orders/#");
        browser.click("section[aria-labelledby=rule-title] button[type=submit]");
        browser.awaitText("section[aria-labelledby=rule-title] table", "may publish");
        browser.click("section[aria-labelledby=rule-title] td button");
        browser.awaitText("section[aria-labelledby=rule-title] table", "No rule of its own");

        browser.click("#page-accounts button.grave");
        browser.awaitText("#confirm-title", "Delete anna?");
        assertFalse(browser.one("#confirm-yes").isEnabled(), "its name is typed first");
        browser.fill("#confirm-typed", "anna");
        browser.click("#confirm-yes");
        browser.awaitText("#page-title", "Accounts");
        browser.awaitText("#accounts-body", "zoe");
        assertFalse(browser.text("#accounts-body").contains("anna"));
    }

    @Test
    void whatTheClusterRefusesIsSaidOnThePage() {
        open("#/accounts/admin");
        browser.await(
                "it is an admin",
                () -> "admin".equals(browser.script("return document.getElementById('account-role').value")));
        browser.script("document.getElementById('account-role').value = 'member'");
        browser.click("#account-role-change");
        browser.await(
                "it is said why",
                () -> browser.one("#page-said").getAttribute("class").contains("problem"));
        browser.await(
                "the only admin stays one",
                () -> "admin".equals(browser.script("return document.getElementById('account-role').value")));
        assertEquals(1, browser.complaints().size(), "that of the browser, about the answer's status");
    }

    @Test
    void nobodyBecomesAnAdminByChoosingFromAListAlone() {
        open("#/accounts/zoe");
        browser.await(
                "she is a member",
                () -> "member".equals(browser.script("return document.getElementById('account-role').value"))
                        && browser.text("#page-accounts .facts").contains("Since"));
        browser.one("#account-role").sendKeys("a");
        browser.click("#account-role-change");
        browser.awaitText("#confirm-title", "Make zoe an admin?");
        browser.click("#confirm-no");
        browser.await(
                "she still is",
                () -> "member".equals(browser.script("return document.getElementById('account-role').value")));
        browser.one("#account-role").sendKeys("a");
        browser.click("#account-role-change");
        browser.click("#confirm-yes");
        browser.awaitText("#page-said", "zoe may everything.");
        browser.one("#account-role").sendKeys("m");
        browser.click("#account-role-change");
        browser.awaitText("#page-said", "zoe may what rules say.");
    }

    @Test
    void whoIsTurnedAwayIsNotToldThatNobodyIsAsked() {
        open("#/overview");
        browser.awaitText("#overview", "Published");
        browser.script(
                "const before = window.fetch; window.fetch = (url, options) => String(url).includes('v1/access') ?"
                        + " Promise.resolve(new Response('{\"detail\":\"the token is over\"}', {status: 401})) : before(url, options)");
        browser.script("location.hash = '#/accounts'");
        browser.awaitText("#page-said.problem", "The token is over.");
        assertFalse(browser.text("#page-accounts").contains("--auth"));
    }

    @Test
    void whatOnlyAdminsAreToldIsNotAskedForWhereNobodyIsAsked(@TempDir Path data) throws Exception {
        try (RunningNode open = new RunningNode(data)) {
            browser.go("about:blank");
            browser.go(url(open, "#/accounts"));
            browser.awaitText("#page-accounts", "This node runs without --auth");
            browser.awaitText("section[aria-labelledby=limits-title]", "No limits");
            browser.go("about:blank");
        }
    }

    @Test
    void whoAsksBeforeItIsKnownWhetherAnybodyIsAskedIsToldOnceItIs(@TempDir Path data) throws Exception {
        Runnable noMore =
                browser.beforehand("const real = window.fetch; let streams = 0; window.fetch = (url, options) =>"
                        + " (String(url).includes('console/stream') && streams++ === 0"
                        + " ? Promise.resolve(new Response('{}', {status: 503})) : real(url, options))");
        try (RunningNode open = new RunningNode(data)) {
            browser.go("about:blank");
            browser.go(url(open, "#/accounts"));
            browser.awaitText("#page-accounts", "This node runs without --auth");
            browser.await(
                    "nothing is complained of", () -> browser.text("#page-said").isEmpty());
            assertEquals(1, browser.complaints().size(), "that of the browser, about the answer's status");
            browser.go("about:blank");
        } finally {
            noMore.run();
        }
    }

    @Test
    void aComplaintGoesWhenItsCauseDoes() {
        open("#/connections");
        browser.awaitText("#connections-title", "0");
        browser.script(
                "window.before = window.fetch; window.fetch = (url, options) => String(url).includes('v1/connections') ?"
                        + " Promise.reject(new TypeError('cut')) : window.before(url, options)");
        browser.awaitText("#page-said.problem", "The node could not be reached.");
        browser.script("window.fetch = window.before");
        browser.await("it is gone", () -> !browser.one("#page-said").isDisplayed());
    }

    @Test
    void rulesForAllAndLimitsAreSetAndTakenBack() {
        open("#/accounts");
        browser.awaitText("section[aria-labelledby=rule-all-title]", "No rule for all");
        browser.fill("#rule-all-filter", "news/#");
        browser.click("section[aria-labelledby=rule-all-title] button[type=submit]");
        browser.awaitText("section[aria-labelledby=rule-all-title] table", "news/#");
        browser.click("section[aria-labelledby=rule-all-title] td button");
        browser.awaitText("section[aria-labelledby=rule-all-title]", "No rule for all");

        browser.click("section[aria-labelledby=limits-title] summary");
        browser.fill("#limit-name", "sensors");
        browser.fill("#limit-messages", "1000");
        browser.click("section[aria-labelledby=limits-title] button[type=submit]");
        browser.awaitText("section[aria-labelledby=limits-title] table", "1,000");
        browser.click("section[aria-labelledby=limits-title] td button");
        browser.awaitText("#confirm-title", "Remove the limit sensors?");
        browser.click("#confirm-yes");
        browser.awaitText("section[aria-labelledby=limits-title]", "No limits");
    }

    // SQL.

    @Test
    void aStatementIsAskedByTheKeyboardAndStandsInTheAddress() {
        open("#/sql");
        browser.awaitText("#page-sql .views", "message");
        browser.fill("#sql-text", "SELECT body ->> '$.customer' AS customer, count(*) AS n FROM message GROUP BY 1");
        browser.press(Keys.chord(Keys.CONTROL, Keys.ENTER));
        browser.awaitText("#sql-result", "customer n\nc0 3\nc1 2");
        browser.awaitText("#sql-word", "2 rows in");
        String hash = (String) browser.script("return location.hash");
        assertTrue(hash.startsWith("#/sql?sql=SELECT"), hash);

        open(hash);
        browser.await(
                "it can be asked",
                () -> browser.one("#sql-run").isEnabled()
                        && !browser.all("#page-sql .views details").isEmpty());
        assertTrue(
                String.valueOf(browser.one("#sql-text").getDomProperty("value")).startsWith("SELECT body"));
        assertFalse(browser.one("#sql-result").isDisplayed(), "a link that somebody sent asks nothing by itself");
        browser.click("#sql-run");
        browser.awaitText("#sql-result", "c1 2");
        browser.click("#page-sql .examples button");
        browser.click("#sql-run");
        browser.awaitText("#sql-result", "c0");
        browser.awaitText("#sql-word", "5 rows in");
    }

    @Test
    void whatIsWrongWithAStatementIsSaidBesideIt() {
        open("#/sql?sql=" + URLEncoder.encode("SELECT * FROM account", StandardCharsets.UTF_8));
        browser.awaitText("#page-sql .views", "message");
        browser.click("#sql-run");
        browser.awaitText("#sql-word", "No such table: account (it is not open to SQL)");
        assertEquals(1, browser.complaints().size(), "that of the browser, about the answer's status");
    }

    @Test
    void whereSqlIsOffThePageSaysHowToAllowIt(@TempDir Path data) throws Exception {
        try (RunningNode closed = new RunningNode(data)) {
            browser.go("about:blank");
            browser.go(url(closed, "#/sql"));
            browser.awaitText("#sql-off", "./skein serve --sql true");
            assertFalse(browser.one("#sql-run").isEnabled());
            browser.go("about:blank");
        }
    }

    @Test
    void rowsAreSaidToBeOfTheNodeThatGaveThem() {
        open("#/sql");
        browser.awaitText("#page-sql .views", "message");
        browser.script(
                "const real = window.fetch; window.fetch = (url, options) => options?.method !== 'POST' ? real(url, options) :"
                        + " Promise.resolve(new Response('{\"node\":\"n7\",\"columns\":[\"a\"],\"rows\":[[1]],\"truncated\":false,\"ms\":3}'))");
        browser.click("#sql-run");
        browser.awaitText("#sql-word", "1 row in 3 ms from n7");
    }

    // Besides ConsoleAccessibilityTest, which looks at each page as it is opened.

    @Test
    void oneAccountAndAnAnswerAreReadableInLightAndDarkAndOnAPhone() throws Exception {
        String axe;
        try (InputStream in = AdminPagesTest.class.getResourceAsStream("/axe.min.js")) {
            axe = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        for (String page : List.of("accounts/zoe", "sql?sql=SELECT%20*%20FROM%20message")) {
            open("#/" + page);
            if (page.startsWith("sql")) {
                browser.awaitText("#page-sql .views", "message");
                browser.click("#sql-run");
            }
            browser.await(
                    "the page is there",
                    () -> !browser.all("main .page:not([hidden]) :is(table, .none)")
                            .isEmpty());
            browser.script(axe);
            for (String theme : List.of("light", "dark")) {
                browser.script("document.documentElement.dataset.theme = arguments[0]", theme);
                for (int width : new int[] {1280, 390}) {
                    browser.size(width, 900);
                    String which = page.replaceAll("\\?.*", "").replace('/', '-') + "-" + theme + "-" + width;
                    browser.picture("admin-" + which);
                    assertEquals(List.of(), browser.script(Browser.PROBLEMS_FOR_READERS), which);
                    assertEquals(List.of(), browser.later(AXE), which);
                    assertEquals(
                            true,
                            browser.script("return document.documentElement.scrollWidth <= innerWidth"),
                            which + " is wider than the window");
                }
            }
        }
    }

    @Test
    void theKeysGoToThePages() {
        open("#/overview");
        browser.awaitText("#overview", "Published");
        for (String[] key : new String[][] {{"n", "Connections"}, {"a", "Accounts"}, {"q", "SQL"}, {"e", "Settings"}}) {
            browser.press("g");
            browser.press(key[0]);
            browser.awaitText("#page-title", key[1]);
        }
        browser.press("/");
        assertEquals("settings-find", browser.script("return document.activeElement.id"));
    }
}
