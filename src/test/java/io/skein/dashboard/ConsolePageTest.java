package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.FakeBroker;
import io.skein.broker.NodeStatus.MemberStatus;
import io.skein.broker.Publish;
import io.skein.broker.Refusal;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.raft.Role;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The page in a real browser. After each test the browser's console must be empty. */
@Timeout(120)
class ConsolePageTest {
    @TempDir
    static Path profile;

    private static Browser browser;

    private final Vertx vertx = Vertx.vertx();
    private final FakeBroker broker = new FakeBroker(vertx);
    private ConsoleServer server;

    @BeforeAll
    static void openBrowser() {
        browser = Browser.open(profile);
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void start() throws Exception {
        var limits = new ConsoleLimits(8, 100, 300, 200, 100, 100, 50, 25, 16 << 10, 256 << 10, 100);
        server = new ConsoleServer(vertx, broker, ConsoleFigures.NONE, limits, 0);
        browser.size(1280, 900);
    }

    @AfterEach
    void stop() throws Exception {
        List<String> complaints = browser.complaints();
        browser.go("about:blank");
        vertx.close().await(20, TimeUnit.SECONDS);
        assertEquals(List.of(), complaints);
    }

    @Test
    void thePageShowsTheNodesState() throws Exception {
        publish("orders/eu", "one");
        publish("orders/us", "two");
        openPage();

        assertEquals("n1", browser.text("#node"));
        assertEquals("leader", browser.text("#role"));
        assertEquals("Healthy", browser.text("#health"));
        assertEquals("0.1.0-test", browser.text("#version"));
        browser.awaitText("#overview", "Published");
        browser.await(
                "two charts are drawn",
                () -> browser.all("#page-overview .chart canvas").size() == 2);
        go("#/cluster");
        browser.awaitText("#log-facts", "State hash");
        browser.await(
                "a chart is drawn",
                () -> browser.all("#page-cluster .chart canvas").size() == 1);
        go("#/topics");
        browser.awaitPage();
        browser.awaitText("#topics-body", "orders/eu");
        browser.awaitText("#topics-count", "2");
        go("#/tail");
        browser.awaitText("#subscribers-body", "dashboard");
    }

    @Test
    void aNodeWithoutTopicsTeachesTheFirstStep() {
        openPage("#/topics");
        browser.awaitText("#topics-body", "curl -d 'hello' " + server.url("/t/greetings"));
        go("#/tail");
        browser.awaitText("#tail-body", "curl -N '" + server.url("/t/%23?follow") + "'");
    }

    private static String word(String value) {
        return (String) browser.later("import('/console/format.js').then(({ quoted }) => done(quoted("
                + new JsonArray().add(value).encode() + "[0])))");
    }

    @Test
    void whatIsCopiedForAShellIsOneWordOfItWhateverItIs() throws Exception {
        openPage("#/topics");
        for (String value : List.of(
                "plain",
                "two words",
                "it's",
                "$HOME",
                "=total",
                "a=b",
                "",
                "lines\nof it",
                "\u0003\u0015\u001b[201~\t\r'\\\u009b")) {
            String word = word(value);
            assertTrue(word.chars().noneMatch(c -> c != '\n' && Character.isISOControl(c)), word);
            Process bash = new ProcessBuilder("bash", "-c", "printf %s " + word).start();
            assertEquals(value, new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** zsh takes a word that begins with = for the path of a command. */
    @Test
    void aWordThatBeginsWithAnEqualsSignIsQuoted() {
        openPage("#/topics");
        assertEquals("'=ls'", word("=ls"));
        assertEquals("a=b", word("a=b"));
    }

    @Test
    void aQuietTailOfTopicsThatAreThereSaysSo() throws Exception {
        publish("crowded", "x".repeat(10));
        openPage("#/tail");
        browser.awaitText("#tail-body", "crowded");
        browser.click("#tail-clear");
        browser.awaitText("#tail-body", "Quiet.");
        browser.fill("#tail-filter", "nobody/here");
        browser.click("#tail-form [type=submit]");
        browser.awaitText("#tail-body", "Nothing yet.");
    }

    @Test
    void whatTheBoxPublishesAppearsInTheTail() {
        openPage("#/topics");
        browser.fill("#publish-topic", "greetings/world");
        browser.fill("#publish-key", "k1");
        browser.click("input[name=format][value=JSON] + span");
        browser.fill("#publish-body", "{\"hello\":[1,{\"to\":\"you\"}]}");
        browser.one("#publish-body").sendKeys(Keys.chord(Keys.CONTROL, Keys.ENTER));

        browser.awaitText("#publish-result", "Stored at offset 0");
        browser.awaitText("#publish-result", "c7.");
        browser.click("#publish-result a");
        browser.awaitText("#tail-body .message", "greetings/world");

        browser.click("#tail-body .message .line");
        assertEquals(
                "{\n  \"hello\": [\n    1,\n    {\n      \"to\": \"you\"\n    }\n  ]\n}",
                browser.text("#tail-body pre"));
        String facts = browser.text("#tail-body .facts");
        assertTrue(facts.contains("k1") && facts.contains("JSON · application/json"), facts);
    }

    @Test
    void aKeyBeyondLatinLettersArrives() {
        openPage("#/topics");
        browser.fill("#publish-topic", "a");
        browser.fill("#publish-key", "Gänse-雁");
        browser.click("#publish-send");

        browser.awaitText("#publish-result", "Stored at offset 0");
        assertEquals(
                "Gänse-雁", broker.publishes().get(0).messages().get(0).message().key());
    }

    @Test
    void aRefusedPublishSaysWhy() {
        openPage("#/topics");
        broker.refuseNext(
                Refusal.of(Rejected.of(Rejection.TOPIC_FULL, "the topic is full; nothing goes until it is read")));
        browser.fill("#publish-topic", "a");
        browser.click("#publish-send");

        browser.awaitText("#publish-result.failed", "The topic is full; nothing goes until it is read.");
        browser.awaitText("#publish-result strong", "topic full");
    }

    @Test
    void aPublishAboveALimitSaysSoAtOnce() {
        openPage("#/topics");
        broker.limit("a");
        browser.fill("#publish-topic", "a");
        browser.click("#publish-send");

        browser.awaitText("#publish-result strong", "rate limited");
        assertEquals(1, broker.publishes().size());
    }

    @Test
    void whatIsNotAnsweredYetSaysSoAndNotWhatBecameOfTheLastOne() {
        openPage("#/topics");
        browser.fill("#publish-topic", "a");
        browser.click("#publish-send");
        browser.awaitText("#publish-result", "Stored at offset 0");
        broker.hold();
        browser.click("#publish-send");

        browser.awaitText("#publish-result", "Sending");
        assertFalse(browser.text("#publish-result").contains("offset 0"));
        broker.release();
        browser.awaitText("#publish-result", "Stored at offset 1");
    }

    @Test
    void whatIsRefusedForAMomentIsSentAgain() {
        openPage("#/topics");
        broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "no leader is known; tried n2, n3"));
        browser.fill("#publish-topic", "a");
        browser.click("#publish-send");
        browser.awaitText("#publish-result", "Stored at offset 0");
    }

    @Test
    void whatNobodyAnsweredIsSaidAndComesOnceTheNodeIsBack() throws Exception {
        openPage("#/topics");
        browser.fill("#publish-topic", "a");
        browser.click("#publish-send");
        browser.awaitText("#publish-result", "Stored at offset 0");
        int port = server.port();
        server.shut();
        browser.awaitText("#lost", "Connection to the node lost");
        browser.click("#publish-send");
        server.open(port);
        browser.awaitText("#publish-result", "Stored at offset 1");
        browser.await("connected again", () -> !browser.one("#lost").isDisplayed());
        assertEquals(2, broker.publishes().size());
        assertTrue(browser.complaints().stream().allMatch(line -> line.contains("net::ERR_")));
    }

    @Test
    void anotherFilterShowsOnlyItsTopics() throws Exception {
        publish("orders/eu", "first");
        publish("payments", "second");
        openPage("#/tail");
        browser.awaitText("#tail-body", "second");

        browser.fill("#tail-filter", "orders/+");
        browser.one("#tail-filter").sendKeys(Keys.ENTER);
        browser.await(
                "the old messages are gone", () -> !browser.text("#tail-body").contains("second"));
        browser.awaitText("#tail-body", "first");
        publish("payments", "third");
        publish("orders/us", "fourth");

        browser.awaitText("#tail-body", "fourth");
        assertFalse(browser.text("#tail-body").contains("third"));
        assertEquals("#/tail?filter=orders%2F%2B", browser.script("return location.hash"));
    }

    @Test
    void aWrongFilterSaysWhatIsWrong() {
        openPage("#/tail");
        browser.fill("#tail-filter", "a/#/b");
        browser.one("#tail-filter").sendKeys(Keys.ENTER);

        browser.awaitText("#tail-note.problem", "#");
        browser.await(
                "the figures go on",
                () -> browser.script("return document.body.dataset.connection").equals("live"));
    }

    @Test
    void aClickOnATopicOpensItAndFromThereItIsFollowed() throws Exception {
        publish("orders/eu", "first");
        publish("payments", "second");
        openPage("#/topics");
        browser.awaitText("#topics-body", "payments");
        browser.click("#topics-body a[title='Open payments']");
        browser.await("it is open", () -> browser.text("#page-title").equals("payments"));
        assertEquals("#/topics/payments", browser.script("return location.hash"));
        assertEquals("payments", browser.one("#publish-topic").getDomProperty("value"));
        browser.click("#topic-follow");

        browser.await(
                "the filter is the topic",
                () -> "payments".equals(browser.one("#tail-filter").getDomProperty("value")));
        browser.awaitText("#tail-body", "second");
        assertFalse(browser.text("#tail-body").contains("first"));
        // The least of an HTTP door that is beside this page has no /v1; the browser notes what is not found.
        assertTrue(browser.complaints().stream().allMatch(line -> line.contains("404")));
    }

    @Test
    void topicsAreSortedAndFiltered() throws Exception {
        publish("b/two", "x");
        publish("a/one", "x");
        publish("a/one", "x");
        openPage("#/topics");
        browser.awaitText("#topics-body", "b/two");
        assertEquals(List.of("a/one", "b/two"), topicNames());

        browser.click("#topics-body th:nth-child(1) button");
        browser.await("sorted the other way", () -> topicNames().equals(List.of("b/two", "a/one")));
        assertEquals("descending", browser.one("#topics-body th").getDomAttribute("aria-sort"));
        browser.click("#topics-body th:nth-child(3) button");
        browser.await("sorted by messages", () -> topicNames().equals(List.of("a/one", "b/two")));

        assertEquals("#/topics?sort=-messages", browser.script("return location.hash"));
        browser.fill("#topics-filter", "TWO");
        browser.await("filtered", () -> topicNames().equals(List.of("b/two")));
        browser.fill("#topics-filter", "none such");
        browser.awaitText("#topics-body", "No topic has");
    }

    @Test
    void aPausedTailShowsLaterWhatCame() throws Exception {
        openPage("#/tail");
        browser.click("#tail-pause");
        publish("a", "meanwhile");
        browser.awaitText("#tail-note", "1 came meanwhile");
        assertFalse(browser.text("#tail-body").contains("meanwhile"));

        browser.click("#tail-pause");
        browser.awaitText("#tail-body", "meanwhile");

        browser.click("#tail-clear");
        browser.await("cleared", () -> browser.all("#tail-body .message").isEmpty());
    }

    @Test
    void whatStrangersWriteStaysText() throws Exception {
        String markup = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
        publish("<b onclick=x>bold<b>", markup);
        publish("json", "{\"__proto__\":{\"x\":1},\"html\":\"" + markup.replace("\"", "\\\"") + "\"}");
        publish("long", "x".repeat(15_000));
        publish("bidi", "\u202Eright to left\u0000\u0007");
        publish("huge", "y".repeat(40_000));
        openPage("#/tail");
        browser.await("all are there", () -> browser.all("#tail-body .message").size() == 5);
        browser.script("document.querySelectorAll('#tail-body .line').forEach(line => line.click())");

        assertTrue(browser.text("#tail-body").contains(markup));
        assertTrue(browser.text("#tail-body").contains("not shown here"));
        go("#/topics");
        browser.awaitPage();
        browser.awaitText("#topics-body", "<b onclick=x>bold<b>");
        assertEquals(0, browser.all("main img, main script, main b[onclick]").size());
        assertNotEquals("owned", browser.script("return document.title"));
        assertEquals(0L, overflow(), "long text makes the page wider");
        browser.size(390, 844);
        browser.await("a phone scrolls down only", () -> overflow() == 0);
    }

    @Test
    void aClusterIsShownMemberByMember() throws Exception {
        openPage();
        assertFalse(browser.one("#cluster").isDisplayed(), "one node is no cluster");
        publish("a", "x");

        broker.become(Role.LEADER, "n1", 3, members(true));
        browser.awaitText("#lead-word", "term 3 · n1 leads · 3 of 3 voters reached");
        assertEquals(3, browser.all("#flock .member").size());
        assertEquals(List.of("leader", "follower", "follower"), roles());
        browser.awaitText("#flock .member:nth-child(2)", "behind 1");
        assertEquals(
                "http://127.0.0.1:8081/",
                browser.one("#flock .member:nth-child(2) a").getDomAttribute("href"));

        broker.become(Role.LEADER, "n1", 3, members(false));
        browser.awaitText("#flock .member:nth-child(3)", "unreachable");
        browser.awaitText("#lead-word", "2 of 3 voters reached");
        browser.size(390, 844);
        browser.await("a phone scrolls down only", () -> overflow() == 0);
    }

    @Test
    void anElectionIsSeenAsItHappensAndAfterwards() {
        broker.become(Role.FOLLOWER, "n2", 3, members(true));
        openPage();
        browser.awaitText("#lead-word", "n2 leads");
        assertEquals(List.of("follower", "leader", "follower"), roles());

        broker.become(Role.CANDIDATE, "", 4, members(false));
        browser.awaitText("#lead-word.none", "term 4 · no leader");
        broker.become(Role.LEADER, "n1", 4, members(false));
        browser.awaitText("#lead-word", "term 4 · n1 leads");
        browser.await("the badges follow", () -> roles().equals(List.of("leader", "follower", "voter")));

        openPage("#/cluster");
        browser.awaitText("#elections-list", "n2 leads");
        List<String> seen = browser.all("#elections-list li").stream()
                .map(line -> line.getText().replaceAll("\\s+", " ").substring(9))
                .toList();
        assertEquals(
                List.of("term 4 n1 leads", "term 4 no leader, this node stands", "term 3 n2 leads"),
                seen.subList(0, 3));
    }

    @Test
    void whatNeedsSomebodyIsListedAndLeadsThere() {
        openPage();
        browser.awaitText("#attention-none", "Nothing.");
        browser.awaitText("#attention-list", "n1 makes no backups by itself");
        broker.become(Role.LEADER, "n1", 3, members(false));
        browser.awaitText("#attention-list li:first-child", "n3 cannot be reached");
        assertEquals("1", browser.text("#attention-count"));
        assertFalse(browser.one("#attention-none").isDisplayed());
        browser.click("#attention-list li:first-child a");
        browser.await("the cluster", () -> browser.text("#page-title").equals("Cluster"));
    }

    private static List<String> roles() {
        return browser.all("#flock .badge").stream()
                .map(badge -> badge.getText())
                .toList();
    }

    private static List<MemberStatus> members(boolean all) {
        return List.of(
                new MemberStatus("n1", "127.0.0.1:6000", "127.0.0.1:8080", true, 1, true),
                new MemberStatus("n2", "127.0.0.1:6001", "127.0.0.1:8081", true, 0, true),
                new MemberStatus("n3", "127.0.0.1:6002", "127.0.0.1:8082", true, 0, all));
    }

    @Test
    void theThemeIsChosenAndRemembered() {
        openPage();
        Object byTheSystem = paper();
        assertEquals("System", browser.text("#theme-name"));

        browser.click("#theme");
        assertEquals("Light", browser.text("#theme-name"));
        Object light = paper();
        browser.click("#theme");
        assertEquals("Dark", browser.text("#theme-name"));
        assertNotEquals(light, paper());

        openPage();
        assertEquals("Dark", browser.text("#theme-name"));
        browser.click("#theme");
        assertEquals(byTheSystem, paper());
    }

    @Test
    void aLostConnectionIsSaidAndComesBackByItself() throws Exception {
        publish("a", "before");
        openPage("#/tail");
        browser.awaitText("#tail-body", "before");
        int port = server.port();

        server.shut();
        browser.awaitText("#lost", "Connection to the node lost");
        publish("a", "meanwhile");
        server.open(port);

        browser.await("connected again", () -> !browser.one("#lost").isDisplayed());
        browser.awaitText("#tail-body", "meanwhile");
        assertEquals(2, browser.all("#tail-body .message").size());
        // Attempts while nobody listened are noted by the browser.
        assertTrue(browser.complaints().stream().allMatch(line -> line.contains("net::ERR_")));
    }

    @Test
    void aNodeThatAsksForATokenIsGivenIt() {
        server.token = "s3cret";
        browser.go(server.url("/"));
        browser.awaitText("#entrance-title", "Log in");
        browser.click(".instead summary");
        browser.fill("#token", "s3cret");
        browser.one("#token").sendKeys(Keys.ENTER);

        browser.awaitText("#node", "n1");
        assertTrue(browser.complaints().stream().allMatch(line -> line.contains("401")));
    }

    @Test
    void theKeyboardReachesWhatAPointerDoes() throws Exception {
        publish("orders/eu", "first");
        openPage("#/topics");
        browser.awaitText("#topics-body", "orders/eu");
        browser.script("document.querySelector('#topics-filter').focus()");
        browser.press(Keys.TAB);
        browser.await("the table can be scrolled", () -> focused().equals("topics-body"));
        for (int i = 0; i < 7; i++) {
            browser.press(Keys.TAB);
        }
        assertEquals("Open orders/eu", browser.script("return document.activeElement.title"));
        assertEquals("solid", browser.script("return getComputedStyle(document.activeElement).outlineStyle"));

        browser.press(Keys.ENTER);
        browser.await("it is open and its head has the focus", () -> focused().equals("page-title"));
        assertEquals("orders/eu", browser.text("#page-title"));
        // The least of an HTTP door that is beside this page has no /v1; the browser notes what is not found.
        assertTrue(browser.complaints().stream().allMatch(line -> line.contains("404")));
    }

    @Test
    void aPageIsAnAddressATitleAndAPlaceForTheFocus() {
        openPage("#/cluster");
        browser.await("its title", () -> "Cluster · n1 · Skein".equals(browser.script("return document.title")));
        browser.click("#pages [data-page=tail]");
        browser.await("its title", () -> "Live tail · n1 · Skein".equals(browser.script("return document.title")));
        assertEquals("page-title", focused());
        assertEquals("#/tail", browser.script("return location.hash"));
        assertEquals("Live tail", browser.text("#pages [aria-current=page]"));
        assertFalse(browser.one("#page-cluster").isDisplayed());

        browser.script("history.back()");
        browser.await("back", () -> browser.text("#page-title").equals("Cluster"));
        browser.script("history.forward()");
        browser.await("forward", () -> browser.text("#page-title").equals("Live tail"));
        browser.script("location.reload()");
        browser.await("again", () -> "Live tail · n1 · Skein".equals(browser.script("return document.title")));
        go("#/nowhere");
        browser.awaitText("#page-said.problem", "The console has no page nowhere.");
        go("#tail=orders%2F%23");
        browser.await(
                "an address of former days",
                () -> "orders/#".equals(browser.one("#tail-filter").getDomProperty("value")));
    }

    @Test
    void aPausedTailAndItsFilterSurviveAReload() throws Exception {
        openPage("#/tail");
        browser.fill("#tail-filter", "orders/+");
        browser.one("#tail-filter").sendKeys(Keys.ENTER);
        browser.click("#tail-pause");
        assertEquals("#/tail?filter=orders%2F%2B&paused=true", browser.script("return location.hash"));
        openPage("#/tail?filter=orders%2F%2B&paused=true");
        assertEquals("orders/+", browser.one("#tail-filter").getDomProperty("value"));
        assertEquals("Resume", browser.text("#tail-pause"));
        publish("orders/eu", "meanwhile");
        browser.awaitText("#tail-note", "1 came meanwhile");
    }

    /** All of its files, also those of the other pages, which come a moment later. */
    @Test
    void theOverviewComesWithFewBytes() {
        browser.forgetFiles();
        openPage();
        browser.await("all files are there", () -> Boolean.TRUE.equals(browser.script(FETCHED)));
        long bytes = ((Number) browser.script(TRANSFERRED)).longValue();
        assertTrue(bytes > 30_000 && bytes < 150_000, bytes + " bytes");
    }

    private static final String FETCHED = """
            const urls = performance.getEntriesByType('resource').map((entry) => entry.name);
            return [...document.querySelectorAll('#pages a')].every((a) => urls.some((url) => url.endsWith(`/pages/${a.dataset.page}.js`)));
            """;

    private static final String TRANSFERRED = """
            return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
                .reduce((sum, entry) => sum + entry.transferSize, 0);
            """;

    @Test
    void singleKeysGoToPagesUnlessSomebodyWritesOrTurnsThemOff() {
        openPage("#/topics");
        browser.press("/");
        browser.await("the filter has the focus", () -> focused().equals("topics-filter"));
        browser.press("gc?");
        assertEquals("gc?", browser.one("#topics-filter").getDomProperty("value"));
        browser.script("document.activeElement.blur()");
        browser.press("gc");
        browser.await("cluster", () -> browser.text("#page-title").equals("Cluster"));
        browser.press("?");
        browser.awaitText("#keys", "Subscriptions");
        browser.click("#keys-on");
        browser.click("#keys-close");
        browser.press("gt");
        assertEquals("Cluster", browser.text("#page-title"));
        browser.script("localStorage.clear()");
    }

    @Test
    void aPageThatStumblesDoesNotCutTheStream() {
        openPage();
        browser.script(CHANGES + "window.stumbles = 0; addEventListener('error', () => window.stumbles++);"
                + " window.taken = document.getElementById('cluster'); window.taken.remove()");
        browser.await("two states more", () -> (long) browser.script("return window.stumbles") >= 2);
        browser.script("document.getElementById('page-overview').append(window.taken)");
        assertEquals(List.of(), browser.script("return window.changes"));
        assertEquals(
                List.of(),
                browser.complaints().stream()
                        .filter(line -> !line.contains("TypeError"))
                        .toList());
    }

    @Test
    void aReadThatBreaksIsSaidAndMovesNothing() throws Exception {
        broker.become(Role.LEADER, "n1", 3, members(true));
        openPage();
        browser.awaitText("#lead-word", "n1 leads");
        answersOfV1("Promise.reject(new TypeError('cut'))");
        browser.script(CHANGES);
        go("#/topics/a");
        browser.awaitText("#browse-note.problem", "The node could not be reached.");
        publish("later", "x");
        go("#/topics");
        browser.awaitText("#topics-body", "later");
        assertEquals(List.of(), browser.script("return window.changes"));
        assertFalse(browser.one("#moved").isDisplayed());
    }

    @Test
    void anAnswerThatBreaksOffIsSaid() {
        openPage();
        answersOfV1("Promise.resolve(new Response('{\"half', {status: 200}))");
        go("#/topics/a");
        browser.awaitText("#browse-note.problem", "The node's answer could not be read.");
    }

    @Test
    void aRemovalThatLeavesNoMajoritySaysSo() {
        broker.become(Role.LEADER, "n1", 3, members(false));
        openPage("#/cluster");
        browser.awaitText("#members", "unreachable");
        browser.click("#members .member:nth-child(2) .act.grave");
        browser.awaitText("#confirm-text", "2 voters stay, of which 2 have to be there for a publish.");
        browser.awaitText("#confirm-text", "Only 1 of them can be reached: nothing could be published any more");
    }

    @Test
    void whatIsPastedIntoAShellStaysOneWord() {
        openPage("#/tail?filter=it's");
        browser.awaitText("#tail-body", "curl -N '" + server.url("/t/it'\\''s?follow") + "'");
    }

    /** What the page's requests of the API get from here on; a script's expression. */
    private static void answersOfV1(String answer) {
        browser.script("const before = window.fetch; window.fetch = (url, options) => String(url).includes('v1/') ? "
                + answer + " : before(url, options)");
    }

    private static final String CHANGES = """
            window.changes = [];
            new MutationObserver(() => window.changes.push(document.body.dataset.connection))
                .observe(document.body, {attributeFilter: ['data-connection']});
            """;

    private static String focused() {
        return String.valueOf(browser.script("return document.activeElement.id"));
    }

    /** Within the console, as a link would. */
    private static void go(String hash) {
        browser.script("location.hash = arguments[0]", hash);
    }

    private void openPage() {
        openPage("");
    }

    private void openPage(String hash) {
        browser.go("about:blank");
        browser.go(server.url("/" + hash));
        browser.await(
                "the page is connected",
                () -> "live".equals(browser.script("return document.body.dataset.connection")));
        browser.await("a state is shown", () -> !browser.text("#node").isEmpty());
        browser.awaitPage();
    }

    private static List<String> topicNames() {
        return browser.all("#topics-body a.link").stream()
                .map(link -> link.getText())
                .toList();
    }

    private static Object paper() {
        return browser.script("return getComputedStyle(document.body).backgroundColor");
    }

    private static long overflow() {
        return (long)
                browser.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    }

    private void publish(String topic, String body) throws Exception {
        var message = new Message("", List.of(), Format.RAW, "", body.getBytes(StandardCharsets.UTF_8));
        broker.publish(Publish.of("test", Publication.of(new TopicName(topic), message)))
                .await(10, TimeUnit.SECONDS);
    }
}
