package io.skein.dashboard;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A headless Chromium that is on the machine already; nothing is downloaded. {@code -Dskein.browser=/path/to/chromium}
 * names another one, with its {@code chromedriver} beside it or where Debian puts it.
 */
public final class Browser implements AutoCloseable {
    private static final List<String> FLAGS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    /**
     * A script that returns what is wrong for people who see little or nothing: controls without a name, text with less
     * contrast to what is behind it than WCAG 2 §1.4.3 asks for.
     */
    static final String PROBLEMS_FOR_READERS = """
            const problems = [];
            const isShown = element => element.checkVisibility({opacityProperty: true, visibilityProperty: true})
                && element.getBoundingClientRect().width > 1;
            for (const control of document.querySelectorAll('a[href], button, input, textarea, summary, [role]')) {
              if (!isShown(control)) continue;
              const labelled = (control.getAttribute('aria-labelledby') ?? '').split(' ').map(id => document.getElementById(id)?.textContent ?? '').join('');
              const name = control.getAttribute('aria-label') || labelled || [...(control.labels ?? [])].map(label => label.textContent).join('')
                  || (control.matches('input, textarea') ? '' : control.textContent);
              if (!name.trim() && !control.matches('[role=status], [role=alert]')) problems.push(`no name: ${control.outerHTML.slice(0, 80)}`);
            }
            const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
            const rgba = colour => {
              canvas.clearRect(0, 0, 1, 1);
              canvas.fillStyle = colour;
              canvas.fillRect(0, 0, 1, 1);
              const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
              return [r, g, b, a / 255];
            };
            const over = ([r, g, b, a], below) => [r, g, b].map((part, i) => part * a + below[i] * (1 - a));
            const ground = element => element === null ? [255, 255, 255]
                : over(rgba(getComputedStyle(element).backgroundColor), ground(element.parentElement));
            const luminance = colour => colour.map(part => part / 255)
                .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
                .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
              const element = texts.currentNode.parentElement;
              if (!texts.currentNode.data.trim() || !isShown(element) || element.closest('.unseen, :disabled, noscript, option')) continue;
              const behind = ground(element);
              const [one, two] = [luminance(over(rgba(getComputedStyle(element).color), behind)), luminance(behind)].sort((a, b) => b - a);
              const contrast = (one + 0.05) / (two + 0.05);
              if (contrast < 4.5) problems.push(`contrast ${contrast.toFixed(2)}: ${texts.currentNode.data.trim().slice(0, 40)}`);
            }
            return problems;
            """;

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Skips the test, and says why, when there is no browser. */
    public static Browser open(Path profile) {
        String named = System.getProperty("skein.browser");
        Optional<Path> browser = named == null ? first("/usr/bin/chromium", "/usr/bin/chromium-browser") : first(named);
        assumeTrue(
                browser.isPresent(),
                "skipped: no Chromium at " + (named == null ? "/usr/bin/chromium" : named)
                        + " (apt-get install chromium chromium-driver, or -Dskein.browser=PATH)");
        Optional<Path> chromedriver =
                first(browser.get().resolveSibling("chromedriver").toString(), "/usr/bin/chromedriver");
        assumeTrue(
                chromedriver.isPresent(),
                "skipped: no chromedriver beside " + browser.get() + " (apt-get install chromium-driver)");
        // The driver looks for itself how to talk to this version's developer tools, and warns that it need not.
        java.util.logging.Logger.getLogger("org.openqa.selenium").setLevel(Level.SEVERE);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(browser.get().toFile());
        options.addArguments(FLAGS);
        options.addArguments("--user-data-dir=" + profile, "--window-size=1280,900");
        // Certificates of tests are of an authority that only the test knows.
        options.setAcceptInsecureCerts(true);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.get().toFile())
                .usingAnyFreePort()
                .build();
        return new Browser(new ChromeDriver(service, options));
    }

    public void go(String url) {
        driver.get(url);
    }

    /** A script that each page opened from now on begins with. @return to be run to have no more of it */
    Runnable beforehand(String javascript) {
        Object script = driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", javascript))
                .get("identifier");
        return () -> driver.executeCdpCommand("Page.removeScriptToEvaluateOnNewDocument", Map.of("identifier", script));
    }

    public void size(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
    }

    /** As on a screen of that width in CSS pixels: a window cannot be as narrow as a phone. */
    public void phone(int width) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 844, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    /** Until the console's page that the address names listens. */
    void awaitPage() {
        await(
                "the page is open",
                () -> Boolean.TRUE.equals(
                        script("return document.getElementById('main').dataset.open === location.hash")));
    }

    /** As on a screen of that size. */
    void screen(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Of all of the page, in CSS pixels. */
    long height() {
        return (long) script("return document.documentElement.scrollHeight");
    }

    /** Three seconds of the page's own time: states come once a second. */
    void settle() {
        later("setTimeout(done, 3000)");
    }

    byte[] screenshot() {
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    /** What the person's system says; empty: nothing. */
    void media(String feature, String value) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", feature, "value", value))));
    }

    /** As if it came here for the first time. */
    void forgetFiles() {
        driver.executeCdpCommand("Network.clearBrowserCache", Map.of());
    }

    /** Until it is so; a page that changes under the question is asked again. */
    public void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .ignoreException(StaleElementReferenceException.class)
                .until(condition);
    }

    public void awaitText(String css, String part) {
        await(css + " shows " + part, () -> text(css).contains(part));
    }

    /** What a person sees of all that match. */
    public String text(String css) {
        return String.join("\n", all(css).stream().map(WebElement::getText).toList());
    }

    public List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    public WebElement one(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    public Object script(String javascript, Object... arguments) {
        return driver.executeScript(javascript, arguments);
    }

    /** A script that calls {@code done} with its answer. */
    public Object later(String javascript) {
        return driver.executeAsyncScript("const done = arguments[arguments.length - 1]; " + javascript);
    }

    /** The head of the page stays above all: what is clicked has to be away from the edges. */
    public void click(String css) {
        WebElement element = one(css);
        script("arguments[0].scrollIntoView({block: 'center'})", element);
        element.click();
    }

    public void fill(String css, String text) {
        WebElement field = one(css);
        field.clear();
        field.sendKeys(text);
    }

    /** To whatever has the focus. */
    public void press(CharSequence keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    /** As the browser keeps it; null when it does not. */
    Cookie cookie(String name) {
        return driver.manage().getCookieNamed(name);
    }

    void forgetCookies() {
        driver.manage().deleteAllCookies();
    }

    /** Into the directory that {@code -Dskein.screenshots} names, if it names one. */
    void picture(String name) throws IOException {
        String directory = System.getProperty("skein.screenshots");
        if (directory != null) {
            Files.createDirectories(Path.of(directory));
            Files.write(Path.of(directory, name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
        }
    }

    /** What the page complained of since the last call: errors of scripts, refused by the policy, not found. */
    public List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(entry -> entry.getLevel() + " " + entry.getMessage())
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }

    private static Optional<Path> first(String... paths) {
        return Stream.of(paths).map(Path::of).filter(Files::isExecutable).findFirst();
    }
}
