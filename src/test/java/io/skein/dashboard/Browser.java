package io.skein.dashboard;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
final class Browser implements AutoCloseable {
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

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Skips the test, and says why, when there is no browser. */
    static Browser open(Path profile) {
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

    void go(String url) {
        driver.get(url);
    }

    void size(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
    }

    /** Until it is so; a page that changes under the question is asked again. */
    void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .ignoreException(StaleElementReferenceException.class)
                .until(condition);
    }

    void awaitText(String css, String part) {
        await(css + " shows " + part, () -> text(css).contains(part));
    }

    /** What a person sees of all that match. */
    String text(String css) {
        return String.join("\n", all(css).stream().map(WebElement::getText).toList());
    }

    List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    WebElement one(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    Object script(String javascript, Object... arguments) {
        return driver.executeScript(javascript, arguments);
    }

    /** The head of the page stays above all: what is clicked has to be away from the edges. */
    void click(String css) {
        WebElement element = one(css);
        script("arguments[0].scrollIntoView({block: 'center'})", element);
        element.click();
    }

    void fill(String css, String text) {
        WebElement field = one(css);
        field.clear();
        field.sendKeys(text);
    }

    /** To whatever has the focus. */
    void press(CharSequence keys) {
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
    List<String> complaints() {
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
