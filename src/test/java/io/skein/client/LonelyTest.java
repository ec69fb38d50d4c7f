package io.skein.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import java.io.File;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client library with nothing but what {@code target/skein-client.jar} holds and what Vert.x core brings. */
@Timeout(60)
class LonelyTest {
    /** Vert.x core's own dependencies; none of ours. */
    private static final List<String> BROUGHT = List.of("vertx-core-", "netty-", "jackson-core-");

    @TempDir
    private Path directory;

    @Test
    void itWorksWhereNothingElseIsThanVertxCore() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .split(File.pathSeparator)) {
            String name = Path.of(entry).getFileName().toString();
            if (BROUGHT.stream().anyMatch(name::startsWith)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        assertTrue(urls.size() > 5, urls.toString());
        Path alone = directory.resolve("alone");
        copy(Path.of("target/classes"), alone, "io/skein/client");
        copy(Path.of("target/classes"), alone, "io/skein/frame");
        Path program = Path.of("io/skein/client/LonelyProgram.class");
        Files.copy(Path.of("target/test-classes").resolve(program), alone.resolve(program));
        urls.add(alone.toUri().toURL());
        try (RunningNode node = new RunningNode(directory.resolve("node"));
                URLClassLoader loader =
                        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            node.awaitVoters(1);
            for (String foreign :
                    List.of("org.slf4j.Logger", "com.google.protobuf.Message", "io.skein.topic.Message")) {
                assertThrows(ClassNotFoundException.class, () -> loader.loadClass(foreign));
            }
            Method run = loader.loadClass("io.skein.client.LonelyProgram").getMethod("run", String.class);
            FutureTask<Object> running =
                    new FutureTask<>(() -> run.invoke(null, "http://127.0.0.1:" + node.httpPort()));
            Thread thread = new Thread(running, "lonely-program");
            // Vert.x looks here for what may extend it.
            thread.setContextClassLoader(loader);
            thread.start();
            assertEquals("published", running.get());
        }
    }

    private static void copy(Path from, Path to, String folder) throws Exception {
        Files.createDirectories(to.resolve(folder));
        try (Stream<Path> files = Files.list(from.resolve(folder))) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void theJarOfTheClientIsBuiltFromThesePackages() throws Exception {
        String pom = Files.readString(Path.of("pom.xml"));
        String execution =
                pom.substring(pom.indexOf("<id>client</id>"), pom.indexOf("<classifier>client</classifier>") + 800);
        List<String> included = Arrays.stream(execution.split("\n"))
                .map(String::strip)
                .filter(line -> line.startsWith("<include>io/"))
                .toList();
        assertEquals(
                List.of("<include>io/skein/client/**</include>", "<include>io/skein/frame/**</include>"), included);
    }
}
