package io.skein.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.skein.Readme;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** README, "Test your application", as it stands there. */
@Timeout(60)
class ReadmeTest {
    private static final String CLASS = "RemindersTest";

    @Test
    void theTestThatIsShownCompilesAndPasses(@TempDir Path directory) throws Exception {
        compile(directory, Readme.block("sim", "junit"));
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader classes =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, before)) {
            thread.setContextClassLoader(classes);
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(selectClass(classes.loadClass(CLASS)))
                                    .build(),
                            summary);
        } finally {
            thread.setContextClassLoader(before);
        }

        summary.getSummary().getFailures().forEach(failure -> assertNull(failure.getException()));
        assertEquals(2, summary.getSummary().getTestsSucceededCount());
    }

    private static void compile(Path directory, String source) throws IOException {
        Path file = Files.writeString(directory.resolve(CLASS + ".java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean isFine = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of("-d", directory.toString(), "-cp", System.getProperty("java.class.path")),
                            null,
                            files.getJavaFileObjects(file))
                    .call();
            assertTrue(isFine, said.toString());
        }
    }

    /** Ports apart: those of the README may be somebody's here. */
    @Test
    void whatIsShownWithCurlIsTrue() throws Exception {
        Pattern request = Pattern.compile("curl (?:-d '([^']*)' |(-X POST) )?'?localhost:808([0-9])([^' ]*)'?");
        try (Sim sim = Sim.start(3, 42)) {
            List<String> lines =
                    Readme.block("sim", "curl").lines().map(String::strip).toList();
            for (String line : lines) {
                Matcher said = request.matcher(line);
                assertTrue(said.find(), line);
                String node = sim.nodes().get(Integer.parseInt(said.group(3)));
                Caller caller = new Caller(sim.url(node), "");
                boolean isPost = said.group(1) != null || said.group(2) != null;
                Caller.Answer answer = isPost
                        ? caller.post(said.group(4), said.group(1) == null ? "" : said.group(1))
                        : caller.get(said.group(4));
                assertEquals(2, answer.status() / 100, line + ": " + answer);
                if (!isPost) {
                    assertTrue(answer.text().contains("pay, please"), answer.text());
                }
            }
        }
    }
}
