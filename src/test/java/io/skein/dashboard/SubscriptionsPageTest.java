package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** Durable subscriptions on the page, in a real browser, with a real broker behind the whole HTTP door. */
@Timeout(120)
class SubscriptionsPageTest {
    private static final ConsoleLimits LIMITS =
            new ConsoleLimits(8, 100, 300, 200, 100, 3, 50, 25, 16 << 10, 256 << 10, 100);
    private static final String BILLING = "/v1/subscriptions/billing";

    @TempDir
    static Path profile;

    @TempDir
    private Path directory;

    private static Browser browser;

    private RealConsole console;

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
        console = new RealConsole(directory, LIMITS);
        browser.size(1280, 900);
    }

    @AfterEach
    void stop() throws Exception {
        List<String> complaints = browser.complaints();
        browser.go("about:blank");
        console.close();
        assertEquals(List.of(), complaints);
    }

    @Test
    void aNodeWithoutSubscriptionsTeachesTheFirst() {
        openPage("#/subscriptions");
        browser.awaitText(
                "#subscriptions-body", "./skein subscriptions create billing --filter 'orders/#' --from earliest");
        browser.awaitText("#subscriptions-body", console.url(BILLING));
        assertFalse(browser.one("#subscriptions-filter").isDisplayed());
    }

    @Test
    void whatWasAskedAboutOneIsNotDoneToAnother() throws Exception {
        subscribe("billing", "orders/#", 5);
        subscribe("letters", "mail", 5);
        openPage("#/subscriptions/billing");
        browser.awaitText("#subscription-facts", "orders/#");
        browser.click("#subscription-delete");
        browser.awaitText("#confirm-title", "Delete the subscription billing?");
        browser.script("location.hash = '#/subscriptions/letters'");
        browser.awaitText("#subscription-facts", "mail");
        assertFalse(browser.one("#confirm").isDisplayed());
    }

    @Test
    void aNewSubscriptionDoesNotTakeThePlaceOfOneThatIsThere() throws Exception {
        subscribe("billing", "orders/#", 7);
        openPage("#/subscriptions");
        browser.awaitText("#subscriptions-body", "billing");
        browser.click("#subscription-new");
        browser.fill("#plan-name", "billing");
        browser.fill("#plan-filter", "other");
        browser.click("#plan-save");
        browser.awaitText("#plan-said", "There is a subscription billing already");
        assertEquals(
                "orders/#",
                console.send("GET", "/v1/subscriptions/billing", null).getString("filter"));

        browser.fill("#plan-name", "new");
        browser.one("#plan-max").clear();
        browser.click("#plan-save");
        browser.await("it is open", () -> browser.text("#page-title").equals("new"));
        assertEquals(5, console.send("GET", "/v1/subscriptions/new", null).getInteger("maxDeliveries"));
        assertTrue(browser.complaints().stream().allMatch(line -> line.contains("404")));
    }

    /**
     * Requests of that kind are answered when {@code window.letGo()} is called, all that follows from it in the same turn:
     * by an empty answer, or by none.
     */
    private static void hold(String method, String end, boolean isCut) {
        browser.script(
                "const [method, end, isCut] = arguments; const real = window.fetch;"
                        + " window.fetch = (url, options) => (options?.method === method && String(url).endsWith(end) ?"
                        + " new Promise((answer, cut) => { window.letGo = () => (isCut ? cut(new TypeError('cut'))"
                        + " : answer({ok: true, status: 200, text: async () => ''})); }) : real(url, options))",
                method,
                end,
                isCut);
    }

    private static void awaitHeld() {
        browser.await("it is asked", () -> Boolean.TRUE.equals(browser.script("return Boolean(window.letGo)")));
    }

    private static void letGo() {
        browser.later("window.letGo(); setTimeout(done, 0)");
    }

    @Test
    void thatOneWasSavedIsNotSaidOfAnother() throws Exception {
        subscribe("billing", "orders/#", 5);
        subscribe("letters", "mail", 5);
        openPage("#/subscriptions/billing");
        browser.awaitText("#subscription-facts", "orders/#");
        browser.click("#subscription-edit");
        browser.await("the form is open", () -> browser.one("#plan").isDisplayed());
        hold("PUT", "/billing", false);
        browser.click("#plan-save");
        awaitHeld();
        browser.script("location.hash = '#/subscriptions/letters'");
        browser.awaitText("#subscription-facts", "mail");
        letGo();
        assertEquals("", browser.text("#subscription-said"));
    }

    @Test
    void aFormStaysOpenWhenWhatAnotherOneSentIsAnswered() throws Exception {
        openPage("#/subscriptions");
        browser.click("#subscription-new");
        browser.fill("#plan-name", "first");
        browser.fill("#plan-filter", "orders/#");
        hold("PUT", "/first", false);
        browser.click("#plan-save");
        awaitHeld();
        browser.click("#plan-cancel");
        browser.click("#subscription-new");
        browser.fill("#plan-name", "second");
        letGo();
        assertTrue(browser.one("#plan").isDisplayed());
        assertEquals("second", browser.one("#plan-name").getDomProperty("value"));
        assertEquals("#/subscriptions", browser.script("return location.hash"));
        assertTrue(browser.complaints().stream().allMatch(line -> line.contains("404")));
    }

    @Test
    void whyOneCannotBeChangedIsNotSaidOfAnother() throws Exception {
        subscribe("billing", "orders/#", 5);
        subscribe("letters", "mail", 5);
        openPage("#/subscriptions/billing");
        browser.awaitText("#subscription-facts", "orders/#");
        hold("GET", "/billing", true);
        browser.click("#subscription-edit");
        awaitHeld();
        browser.script("location.hash = '#/subscriptions/letters'");
        browser.awaitText("#subscription-facts", "mail");
        letGo();
        assertEquals("", browser.text("#subscription-said"));
    }

    @Test
    void subscriptionsAreListedSortedAndFiltered() throws Exception {
        console.hall.publish("orders/eu", 5);
        console.hall.publish("mail", 2);
        subscribe("billing", "orders/#", 5);
        subscribe("letters", "mail", 5);
        subscribe("audit/all", "none", 5);
        pull("billing", 3);
        openPage("#/subscriptions");
        browser.awaitText("#subscriptions-body", "billing");
        assertEquals(List.of("audit/all", "billing", "letters"), names());
        assertEquals("3", browser.text("#subscriptions-count"));
        assertEquals("5", browser.text("#subscriptions-body tr:nth-child(2) td.is-lag"));
        assertEquals("3", browser.text("#subscriptions-body tr:nth-child(2) td.is-inFlight"));
        assertEquals("orders/#", browser.text("#subscriptions-body tr:nth-child(2) td.is-filter"));

        browser.click("#subscriptions-body th.is-lag button");
        browser.await("sorted by lag", () -> names().equals(List.of("billing", "letters", "audit/all")));
        browser.fill("#subscriptions-filter", "MAIL");
        browser.await("filtered by its filter", () -> names().equals(List.of("letters")));
        browser.fill("#subscriptions-filter", "none such");
        browser.awaitText("#subscriptions-body", "No subscription has");
    }

    @Test
    void ofManyThoseThatLagMostAreShownAndAllAreCounted() throws Exception {
        console.hall.publish("orders/eu", 5);
        for (int i = 0; i < 4; i++) {
            subscribe("idle" + i, "none", 5);
        }
        subscribe("zealous", "orders/#", 5);
        openPage("#/subscriptions");
        browser.awaitText("#subscriptions-body", "zealous");
        browser.awaitText("#subscriptions-note", "The 3 that lag most of 5 subscriptions.");
        assertEquals(3, names().size());

        openPage("#/subscriptions/idle3");
        browser.awaitText("#subscription-why", "No topic matches its filter \"none\"");
    }

    @Test
    void anOpenedSubscriptionSaysWhyNothingFlows() throws Exception {
        console.hall.publish("orders/eu", 3);
        subscribe("billing", "orders/#", 5);
        openPage("#/subscriptions");
        browser.awaitText("#subscriptions-body", "billing");
        browser.click("[data-subscription=billing]");

        browser.awaitText("#subscription-why", "3 messages are there to be pulled; nobody asks for any");
        assertEquals("No consumers", browser.text("#subscription-state"));
        assertEquals("#/subscriptions/billing", browser.script("return location.hash"));
        browser.awaitText("#subscription-facts", "orders/#");
        browser.await("the lag is drawn", () -> browser.all("#lag-chart canvas").size() == 1);
        browser.awaitText("#lag-legend", "3");

        pull("billing", 3);
        browser.awaitText("#subscription-why", "3 messages are on loan; the next lease ends in");
        browser.awaitText("#subscription-holders", "w1 holds 3 messages");
        openPage("#/subscriptions/billing");
        browser.awaitText("#subscription-holders", "w1 holds 3 messages");
    }

    @Test
    void theKeyboardOpensAndClosesIt() throws Exception {
        subscribe("billing", "orders/#", 5);
        openPage("#/subscriptions");
        browser.awaitText("#subscriptions-body", "billing");
        browser.script("document.querySelector('[data-subscription=billing]').focus()");
        browser.press(Keys.ENTER);
        browser.await("its name has the focus", () -> focused("page-title"));
        assertEquals("billing", browser.text("#page-title"));

        browser.press(Keys.ESCAPE);
        browser.await("closed", () -> !browser.one("#subscription").isDisplayed());
        browser.await(
                "the list is where it was",
                () -> "billing".equals(browser.script("return document.activeElement.dataset.subscription")));
        assertEquals("#/subscriptions", browser.script("return location.hash"));
    }

    @Test
    void aPauseIsSeenAndTakenBack() throws Exception {
        console.hall.publish("mail", 1);
        subscribe("billing", "mail", 7);
        ack("billing");
        openPage("#/subscriptions/billing");
        browser.awaitText("#subscription-state", "Caught up");
        browser.click("#subscription-pause");

        browser.awaitText("#subscription-state", "Paused");
        browser.awaitText("#subscription-said", "Paused.");
        assertTrue(figures().getBoolean("paused"));
        browser.click("#page-crumb");
        browser.awaitText("#subscriptions-body .badge", "paused");
        browser.click("[data-subscription=billing]");
        assertEquals(7, figures().getInteger("maxDeliveries"), "nothing else is changed");
        browser.awaitText("#subscription-pause", "Resume");
        browser.click("#subscription-pause");
        browser.awaitText("#subscription-state", "Caught up");
        assertFalse(figures().getBoolean("paused"));
    }

    @Test
    void aSeekIsAskedTwice() throws Exception {
        console.hall.publish("orders/eu", 3);
        subscribe("billing", "orders/#", 5);
        openPage("#/subscriptions/billing");
        browser.awaitText("#subscription-state", "No consumers");
        browser.click("#seek-latest");
        browser.awaitText("#confirm-text", "What waits (3 messages) is passed over");
        browser.press(Keys.ESCAPE);
        assertEquals(3, figures().getInteger("lag"));

        browser.click("#seek-latest");
        browser.click("#confirm-yes");
        browser.awaitText("#subscription-said", "Moved to the latest message.");
        assertEquals(0, figures().getInteger("lag"));
        browser.click("#seek-earliest");
        browser.click("#confirm-yes");
        browser.awaitText("#subscription-said", "Moved to the earliest message.");
        assertEquals(3, figures().getInteger("lag"));
    }

    @Test
    void deadLettersAreLookedAtAndRedriven() throws Exception {
        console.hall.publish("orders/eu", 2);
        subscribe("billing", "orders/#", 1);
        kill("broken", 2);
        console.hall.publish("orders/us", 1);
        kill("no such <b>customer</b>", 3);
        openPage("#/subscriptions/billing");

        browser.await(
                "three letters", () -> browser.all("#letters-body .letter").size() == 3);
        assertEquals("3", browser.text("#letters-count"));
        String first = browser.text("#letters-body .letter:first-child .line");
        assertTrue(first.contains("orders/us") && first.contains("1 delivery") && first.contains("dead"), first);
        assertTrue(first.contains("no such <b>customer</b>"), first);
        browser.click("#letters-body .letter:first-child .line");
        browser.awaitText("#letters-body .detail", "skein-dead-offset");
        assertEquals("x", browser.text("#letters-body .detail pre"));

        browser.fill("#letters-filter", "orders/eu");
        browser.awaitText("#letters-redrive", "Redrive these");
        assertEquals(2, shownLetters(), "only those that are meant are shown");
        browser.click("#letters-redrive");
        browser.awaitText("#confirm-title", "Redrive the dead letters that came from orders/eu?");
        browser.click("#confirm-yes");
        browser.awaitText("#subscription-said", "2 dead letters handed out again.");
        assertEquals(1, figures().getInteger("dead"));
        browser.awaitText("#letters-body .letter:last-child .badge", "redriven");
        browser.script("const field = document.querySelector('#letters-filter'); field.value = '';"
                + " field.dispatchEvent(new Event('input'))");
        browser.awaitText("#letters-body .letter:first-child .badge", "dead");

        browser.click("#letters-body .letter:first-child .detail .act");
        browser.awaitText("#confirm-title", "Redrive the dead letter orders/us 0?");
        browser.click("#confirm-yes");
        browser.awaitText("#subscription-said", "1 dead letter handed out again.");
        assertEquals(3, figures().getInteger("ready"));
    }

    @Test
    void theOverviewSaysWhoHasDeadLettersAndWhoIsPaused() throws Exception {
        console.hall.publish("orders/eu", 3);
        subscribe("billing", "orders/#", 1);
        kill("broken", 3);
        console.send(
                "PUT",
                path("later"),
                new JsonObject("{\"filter\":\"orders/#\",\"from\":\"earliest\",\"paused\":true}"));
        openPage("");
        browser.awaitText("#attention-list", "billing has 3 dead letters");
        browser.awaitText("#attention-list", "later is paused with 3 messages waiting");
        browser.click("#attention-list li:first-child a");
        browser.await("it is open", () -> browser.text("#page-title").equals("billing"));
    }

    @Test
    void deadLettersAreForgotten() throws Exception {
        console.hall.publish("orders/eu", 30);
        subscribe("billing", "orders/#", 1);
        kill("broken", 30);
        openPage("#/subscriptions/billing");
        browser.await(
                "a page of letters", () -> browser.all("#letters-body .letter").size() == 20);
        browser.click("#letters-older");
        browser.await("all letters", () -> browser.all("#letters-body .letter").size() == 30);
        assertFalse(browser.one("#letters-older").isDisplayed());

        browser.click("#letters-discard");
        browser.awaitText("#confirm-title", "Discard all 30 dead letters?");
        browser.click("#confirm-yes");
        browser.awaitText("#subscription-said", "30 dead letters forgotten.");
        assertEquals(0, figures().getInteger("dead"));
        browser.await(
                "none is dead", () -> browser.all("#letters-body .badge.bad").isEmpty());
    }

    @Test
    void aSubscriptionIsDeleted() throws Exception {
        subscribe("a/b c", "orders/#", 5);
        openPage("#/subscriptions/a/b%20c");
        browser.awaitText("#subscription-state", "No topics");
        browser.click("#subscription-delete");
        browser.awaitText("#confirm-title", "Delete the subscription a/b c?");
        browser.click("#confirm-yes");

        browser.await("closed", () -> !browser.one("#subscription").isDisplayed());
        browser.awaitText("#subscriptions-body", "No durable subscriptions.");
    }

    @Test
    void oneThatIsNotThereSaysSo() {
        openPage("#/subscriptions/nobody");
        browser.awaitText("#subscription-said.problem", "nobody");
        // The browser itself notes every answer of 4xx and 5xx.
        assertTrue(browser.complaints().stream().allMatch(line -> line.contains("404")));
    }

    @Test
    void aPhoneScrollsDownOnly() throws Exception {
        console.hall.publish("orders/" + "x".repeat(120), 2);
        subscribe("billing/" + "y".repeat(120), "orders/#", 1);
        browser.size(390, 844);
        openPage("#/subscriptions/billing/" + "y".repeat(120));
        browser.awaitText("#subscription-state", "No consumers");
        assertEquals(
                0L,
                browser.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth"));
    }

    private void openPage(String hash) {
        browser.go("about:blank");
        browser.go(console.url("/" + hash));
        browser.await("a state is shown", () -> !browser.text("#node").isEmpty());
        browser.awaitPage();
    }

    private void subscribe(String name, String filter, int maxDeliveries) throws Exception {
        var config =
                new JsonObject().put("filter", filter).put("from", "earliest").put("maxDeliveries", maxDeliveries);
        console.send("PUT", path(name), config);
    }

    private static String path(String name) {
        return "/v1/subscriptions/" + name.replace("/", "%2F").replace(" ", "%20");
    }

    private JsonArray pull(String name, int max) throws Exception {
        return console.send("POST", path(name) + "/pull?consumer=w1&max=" + max, null)
                .getJsonArray("messages");
    }

    private static long shownLetters() {
        return browser.all("#letters-body .letter").stream()
                .filter(letter -> letter.isDisplayed())
                .count();
    }

    private JsonObject leases(String name) throws Exception {
        JsonArray leases = pull(name, 100).stream()
                .map(message -> ((JsonObject) message).getString("lease"))
                .collect(Collectors.collectingAndThen(Collectors.toList(), JsonArray::new));
        return new JsonObject().put("leases", leases);
    }

    private void ack(String name) throws Exception {
        console.send("POST", path(name) + "/ack", leases(name));
    }

    /** All that waits is given back for the last time; then so many are dead. */
    private void kill(String reason, int dead) throws Exception {
        console.send("POST", BILLING + "/nack", leases("billing").put("reason", reason));
        browser.await("all are dead", () -> figures().getInteger("dead") == dead);
    }

    private JsonObject figures() throws Exception {
        return console.send("GET", BILLING, null);
    }

    private static List<String> names() {
        return browser.all("#subscriptions-body [data-subscription]").stream()
                .map(link -> link.getText())
                .toList();
    }

    private static boolean focused(String id) {
        return id.equals(browser.script("return document.activeElement.id"));
    }
}
