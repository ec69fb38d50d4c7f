package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The chat in a real browser before a whole node. After each test the browser's console must be empty. */
@Timeout(120)
class ChatPageTest {
    @TempDir
    static Path directory;

    private static Browser browser;
    private static RunningNode node;
    private static ChatPerson.Doors doors;
    private static int visits;

    /** What the browser may note of answers that a test provokes; everything else is a complaint. */
    private final List<String> expected = new ArrayList<>();

    /** New ones in every test: all share one node. */
    private ChatPerson anna;

    private ChatPerson bob;

    @BeforeAll
    static void open() throws Exception {
        node = new RunningNode(directory.resolve("node"));
        node.awaitVoters(1);
        doors = new ChatPerson.Doors(node.httpPort());
        browser = Browser.open(directory.resolve("profile"));
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
        node.close();
    }

    @BeforeEach
    void start() throws Exception {
        visits++;
        anna = ChatPerson.join(doors, "anna" + visits);
        bob = ChatPerson.join(doors, "bob" + visits);
        browser.size(1280, 900);
    }

    @AfterEach
    void stop() {
        List<String> complaints = browser.complaints().stream()
                .filter(line -> expected.stream().noneMatch(line::contains))
                .toList();
        browser.script("try { sessionStorage.clear(); localStorage.clear(); } catch { /* about:blank */ }");
        browser.go("about:blank");
        assertEquals(List.of(), complaints);
    }

    @Test
    void aStrangerMakesAnAccountAndIsIn() {
        browser.go(doors.url("/chat"));
        browser.click("#entry-switch");
        browser.fill("#entry-name", "carla" + visits);
        browser.fill("#entry-password", "a secret");
        browser.one("#entry-password").sendKeys(Keys.ENTER);

        browser.awaitText("#me-name", "carla" + visits);
        awaitLive();
        browser.awaitText("#people-list", "No conversations yet");
        browser.awaitText("#people-list", anna.name());
    }

    @Test
    void aNameThatIsTakenAndAPasswordThatIsWrongAreSaid() {
        expected.addAll(List.of("409", "401"));
        browser.go(doors.url("/chat"));
        browser.click("#entry-go");
        browser.awaitText("#entry-problem", "A name is needed.");
        browser.click("#entry-switch");
        browser.fill("#entry-name", anna.name());
        browser.fill("#entry-password", "whatever");
        browser.click("#entry-go");
        browser.awaitText("#entry-problem", "There is an account " + anna.name() + " already.");

        browser.click("#entry-switch");
        browser.click("#entry-go");
        browser.awaitText("#entry-problem", "the password is wrong");
        assertEquals("entry-password", focused());
    }

    @Test
    void whereAccountsAreMadeByAdminsItSaysSo() throws Exception {
        expected.add("401");
        expected.add("403");
        try (RunningNode closed = new RunningNode(
                directory.resolve("closed"), Map.of("auth", "true", "admin-token", "an-admin's-token"))) {
            closed.awaitVoters(1);
            browser.go("http://127.0.0.1:" + closed.httpPort() + "/chat");
            browser.click("#entry-switch");
            browser.fill("#entry-name", "carla");
            browser.fill("#entry-password", "a secret");
            browser.click("#entry-go");

            browser.awaitText("#entry-problem", "only an administrator makes accounts");
            assertEquals("Log in", browser.text("#entry-title"));
            browser.go("about:blank");
        }
    }

    @Test
    void whatArrivesIsCountedUntilItIsSeenAndNothingElseIsMarked() throws Exception {
        ChatPerson other = ChatPerson.join(doors, "otto" + visits);
        other.send(anna, "not looked at");
        visit(anna, "");
        browser.awaitText("#people-list", "not looked at");
        bob.send(anna, "first");
        bob.send(anna, "second");

        browser.await("the title counts", () -> title().equals("(3) Skein chat"));
        browser.awaitText(row(bob) + " .row-unread", "2");
        browser.awaitText(row(bob) + " .row-words", "second");
        assertEquals(List.of(false, false), bob.readOfSentTo(anna));

        browser.click(row(bob));
        browser.awaitText("#mails .new", "2 new");
        browser.await("both are read", () -> bob.readOfSentTo(anna).equals(List.of(true, true)));
        browser.await("the title counts the other", () -> title().equals("(1) Skein chat"));
        assertEquals(List.of(false), other.readOfSentTo(anna));
    }

    @Test
    void whatIsWrittenArrivesAndSaysWhenItIsRead() throws Exception {
        visit(anna, bob.name());
        browser.fill("#compose-text", "one" + Keys.chord(Keys.SHIFT, Keys.ENTER) + "two");
        browser.press(Keys.ENTER);

        browser.await("it is stored", () -> states().equals(List.of("sent")));
        JsonObject mail = bob.mails(anna).getJsonObject(0);
        assertEquals("one\ntwo", mail.getString("content"));
        bob.read(mail.getLong("id"));
        browser.await("it is read", () -> states().equals(List.of("read")));
    }

    @Test
    void aMessageIsDeletedForBothFromEitherSide() throws Exception {
        anna.send(bob, "mine");
        long theirs = bob.send(anna, "theirs");
        visit(anna, bob.name());
        browser.await("both are there", () -> words().equals(List.of("mine", "theirs")));

        bob.delete(theirs);
        browser.await("it is gone here", () -> words().equals(List.of("mine")));
        browser.script("document.querySelector('li.mail').focus()");
        browser.click("li.mail .delete");
        browser.awaitText("#confirm", "It goes for you and for " + bob.name());
        browser.click("#confirm-yes");
        browser.await("it is gone there", () -> bob.mails(anna).isEmpty());
        browser.await("it is gone here", () -> words().isEmpty());
        browser.awaitText("#talk-start", "No messages with " + bob.name());
    }

    @Test
    void anAccountIsDeletedWithItsPasswordAndAllItsMail() throws Exception {
        expected.add("401");
        anna.send(bob, "soon gone");
        visit(anna, "");
        browser.click("#me");
        browser.click("#account-end summary");
        browser.awaitText("#account-form", "also for those you wrote to");
        browser.fill("#account-password", "wrong");
        browser.click("#account-delete");
        browser.awaitText("#account-problem", "That is not your password.");
        assertEquals(1, bob.mails(anna).size());

        browser.fill("#account-password", anna.password());
        browser.click("#account-delete");
        browser.awaitText("#entry-problem", "Your account and all its mail are deleted.");
        assertEquals(0, bob.allMails().size());
    }

    @Test
    void whoIsDeletedWhileOneWritesWithThemIsSaidToBe() throws Exception {
        bob.send(anna, "hello");
        visit(anna, bob.name());
        browser.await("it is there", () -> words().equals(List.of("hello")));
        bob.deleteAccount();

        browser.awaitText("#talk-start", bob.name() + " has deleted this account");
        assertTrue(words().isEmpty());
        assertFalse(browser.one("#compose").isDisplayed());
    }

    @Test
    void aSessionThatEndsElsewhereLeadsBackToTheDoor() throws Exception {
        expected.add("401");
        visit(anna, bob.name());
        anna.logOutAll();

        browser.awaitText("#entry-problem", "Your session has ended. Log in again.");
        assertEquals(null, browser.script("return sessionStorage.getItem('skein.chat.session')"));
    }

    @Test
    void olderMessagesComeWhereOneScrollsToTheBeginning() throws Exception {
        for (int i = 0; i < 130; i++) {
            anna.send(bob, "message " + i);
        }
        visit(anna, bob.name());
        browser.await("the newest are there", () -> words().contains("message 129"));
        assertTrue(words().size() < 130, "all at once");

        browser.await("the oldest is there", () -> {
            browser.script("document.getElementById('talk-body').scrollTop = 0");
            return browser.text("#talk-start").contains("The beginning of your messages");
        });
        assertEquals(130, words().size());
        assertEquals("message 0", words().get(0));
    }

    @Test
    void whatIsReadStaysInPlaceWhenOlderMessagesAreLoadedAboveIt() throws Exception {
        for (int i = 0; i < 70; i++) {
            anna.send(bob, "message " + i);
        }
        visit(anna, bob.name());
        browser.await("the newest are there", () -> words().contains("message 69"));
        assertFalse(words().contains("message 0"));

        // In one turn of the page: what is at its top, then where that is when the older ones came.
        Object moved = browser.later("""
                const body = document.getElementById('talk-body');
                body.scrollTop = 200;
                const item = [...document.querySelectorAll('li.mail')].find(one => one.getBoundingClientRect().bottom > body.getBoundingClientRect().top);
                const top = item.getBoundingClientRect().top;
                const many = document.querySelectorAll('li.mail').length;
                const look = () => document.querySelectorAll('li.mail').length > many
                    ? done(Math.abs(item.getBoundingClientRect().top - top)) : setTimeout(look, 20);
                look();
                """);
        assertTrue(((Number) moved).doubleValue() < 2, "moved by " + moved);
    }

    @Test
    void whatStrangersWriteStaysTextAndFitsAlsoAPhone() throws Exception {
        String markup = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
        bob.send(anna, markup);
        bob.send(anna, "x".repeat(9_000));
        bob.send(anna, "\u202Eright to left\u0007 مرحبا");
        bob.send(anna, "see https://example.org/a?b=1. and http://good.example@evil.example/ javascript:alert(1)");
        visit(anna, bob.name());
        browser.await("all are there", () -> words().size() == 4);

        assertEquals(markup, browser.script("return document.querySelector('li.mail .words').textContent"));
        assertEquals(0, browser.all("main img, main script").size());
        assertEquals(
                List.of("https://example.org/a?b=1"),
                browser.all("li.mail a").stream()
                        .map(link -> link.getDomAttribute("href"))
                        .toList());
        assertEquals(0L, overflow(), "long text makes the page wider");
        browser.size(390, 844);
        browser.await("a phone scrolls down only", () -> overflow() == 0);
        assertFalse(browser.one("#people").isDisplayed(), "a phone shows one half");
        browser.click("#back");
        browser.await("and then the other", () -> browser.one("#people").isDisplayed());
        browser.await("a phone scrolls down only", () -> overflow() == 0);
    }

    @Test
    void theBackButtonOfAPhoneLeadsToTheList() throws Exception {
        bob.send(anna, "hello");
        browser.size(390, 844);
        visit(anna, "");
        browser.awaitText("#people-list", "hello");
        browser.click(row(bob));
        browser.await("it is open", () -> words().equals(List.of("hello")));

        browser.script("history.back()");
        browser.await("the list is there", () -> browser.one("#people").isDisplayed());
        browser.click(row(bob));
        browser.await("it is open again", () -> words().equals(List.of("hello")));
        browser.click("#back");
        browser.await("the list is there again", () -> browser.one("#people").isDisplayed());
        assertEquals("", browser.script("return location.hash"));
    }

    @Test
    void theKeyboardIsEnough() throws Exception {
        browser.go("about:blank");
        browser.go(doors.url("/chat"));
        browser.await("the name has the focus", () -> focused().equals("entry-name"));
        browser.press(anna.name() + Keys.TAB + anna.password() + Keys.ENTER);
        awaitLive();

        browser.press("/");
        browser.await("the search has the focus", () -> focused().equals("find"));
        browser.press(bob.name());
        browser.awaitText("#people-list", bob.name());
        browser.press(Keys.ARROW_DOWN);
        assertEquals(bob.name(), browser.script("return document.activeElement.dataset.name"));
        browser.press(Keys.ENTER);
        browser.await("one can write", () -> focused().equals("compose-text"));
        browser.press("by keyboard" + Keys.ENTER);
        browser.await("it is stored", () -> states().equals(List.of("sent")));

        browser.press(Keys.chord(Keys.SHIFT, Keys.TAB));
        assertEquals("mail", browser.script("return document.activeElement.classList[0]"));
        browser.press(Keys.DELETE);
        browser.await("it asks", () -> focused().equals("confirm-no"));
        browser.press(Keys.TAB);
        browser.press(Keys.ENTER);
        browser.await("it is gone", () -> words().isEmpty() && bob.mails(anna).isEmpty());
        browser.await("one can go on writing", () -> focused().equals("compose-text"));
        browser.press(Keys.ESCAPE);
        browser.await(
                "the conversation is closed", () -> !browser.one("#talk-in").isDisplayed());
    }

    @Test
    void aReloadResumesWithTheConversationAndWhatWasBegun() throws Exception {
        anna.send(bob, "before");
        visit(anna, bob.name());
        browser.await("it is there", () -> words().equals(List.of("before")));
        browser.one("#compose-text").sendKeys("half a sentence");

        browser.script("location.reload()");
        browser.await("it is there again", () -> words().equals(List.of("before")));
        assertEquals("half a sentence", browser.one("#compose-text").getDomProperty("value"));
    }

    @Test
    void whatCannotBeSentSaysSoAndIsSentWhenAskedAgain() throws Exception {
        expected.addAll(List.of("404", "507"));
        visit(anna, bob.name());
        bob.deleteAccount();
        browser.one("#compose-text").sendKeys("to nobody" + Keys.ENTER);

        browser.awaitText("li.mail.failed", "Not sent. There is no account");
        ChatPerson.join(doors, bob.name());
        browser.click("li.mail.failed .not-sent button");
        browser.await("it is stored", () -> states().equals(List.of("sent")));
    }

    @Test
    void tenThousandConversationsAreNotMadeAllAtOnce() throws Exception {
        visit(anna, "");
        browser.later("""
                Promise.all([import('/chat/book.js'), import('/chat/contacts.js')]).then(([book, contacts]) => {
                  const me = document.getElementById('me-name').textContent;
                  for (let i = 1; i <= 10000; i++) book.know({id: i, from: `person${i}`, to: me, content: 'hello', time: i, read: true});
                  contacts.draw();
                  done(true);
                });
                """);
        browser.await(
                "the newest is first",
                () -> browser.all(".person").size() > 10
                        && browser.one(".person .row-name").getText().equals("person10000"));
        assertTrue(browser.all(".person").size() <= 100, browser.all(".person").size() + " rows");
        browser.script("document.getElementById('people-list').scrollTop = 1e6");
        browser.await("more come by scrolling", () -> browser.all(".person").size() > 100);
    }

    @Test
    void whoIsHereIsShown() throws Exception {
        bob.send(anna, "hello");
        visit(anna, bob.name());
        browser.await("bob is away", () -> browser.text("#talk-presence").equals("Away"));
        InputStream watching = bob.watch();
        browser.await("bob is here", () -> browser.text("#talk-presence").equals("Here now"));
        watching.close();
    }

    /** WCAG 2 AA, of what is really shown: names of controls, and text against what is behind it. */
    @Test
    void everyControlHasANameAndEveryTextEnoughContrast() throws Exception {
        bob.send(anna, "hello");
        anna.send(bob, "good morning https://example.org/");
        for (String theme : List.of("light", "dark")) {
            browser.go(doors.url("/chat"));
            browser.script("localStorage.setItem('skein.theme', arguments[0])", theme);
            browser.go("about:blank");
            browser.go(doors.url("/chat"));
            assertEquals(List.of(), browser.script(Browser.PROBLEMS_FOR_READERS), theme + " entry");
            visit(anna, bob.name());
            browser.await("it is there", () -> words().size() == 2);
            browser.script("document.querySelectorAll('*').forEach(e => e.getAnimations().forEach(a => a.finish()))");
            assertEquals(List.of(), browser.script(Browser.PROBLEMS_FOR_READERS), theme + " conversation");
            browser.script("sessionStorage.clear()");
        }
    }

    // The page

    private void visit(ChatPerson person, String with) {
        browser.go("about:blank");
        browser.go(doors.url("/chat"));
        browser.script("sessionStorage.setItem('skein.chat.session', arguments[0])", person.session());
        browser.go("about:blank");
        browser.go(doors.url("/chat" + (with.isEmpty() ? "" : "#with=" + with)));
        awaitLive();
    }

    private static void awaitLive() {
        browser.await(
                "the page is connected",
                () -> "live".equals(browser.script("return document.body.dataset.connection")));
    }

    private static String row(ChatPerson person) {
        return ".person[data-name='" + person.name() + "']";
    }

    private static List<String> words() {
        return browser.all("li.mail .words").stream()
                .map(word -> word.getText())
                .toList();
    }

    private static List<String> states() {
        return browser.all("li.mail").stream()
                .map(item -> item.getDomAttribute("data-state"))
                .toList();
    }

    private static String title() {
        return String.valueOf(browser.script("return document.title"));
    }

    private static String focused() {
        return String.valueOf(browser.script("return document.activeElement.id"));
    }

    private static long overflow() {
        return (long)
                browser.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    }
}
