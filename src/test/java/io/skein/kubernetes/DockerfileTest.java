package io.skein.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The Dockerfile, which is not built here, beside {@code k8s/image.sh}, whose image is: they say the same. */
class DockerfileTest {
    private static String file(String... path) throws IOException {
        return Files.readString(Path.of("", path)).replace("\\\n", " ");
    }

    /** What follows a word, line by line. */
    private static List<String> lines(String file, String instruction) {
        return file.lines()
                .filter(line -> line.startsWith(instruction + " "))
                .map(line -> line.substring(instruction.length() + 1).strip())
                .toList();
    }

    private static String last(String file, String instruction) {
        List<String> all = lines(file, instruction);
        assertTrue(!all.isEmpty(), "no " + instruction);
        return all.get(all.size() - 1);
    }

    /** Of the image that the script makes, with its own variables in place. */
    private static JsonObject config() throws IOException {
        String line = file("k8s", "image.sh")
                .lines()
                .filter(text -> text.startsWith("{\"created\""))
                .findFirst()
                .orElseThrow();
        return new JsonObject(line.replace("$user", "" + Rules.USER).replace("[$diffs]", "[]")).getJsonObject("config");
    }

    @Test
    void everyBaseIsOneThatStays() throws IOException {
        List<String> bases = lines(file("Dockerfile"), "FROM");
        assertEquals(2, bases.size());
        for (String base : bases) {
            String name = base.split(" ")[0];
            assertTrue(name.contains(":") && !name.endsWith(":latest"), name);
        }
    }

    @Test
    void bothRunTheSameAsTheSame() throws IOException {
        String docker = file("Dockerfile");
        JsonObject config = config();
        assertEquals(config.getString("User"), last(docker, "USER"));
        assertEquals(Rules.USER + ":" + Rules.USER, last(docker, "USER"));
        assertEquals(config.getJsonArray("Entrypoint"), new JsonArray(last(docker, "ENTRYPOINT")));
        assertEquals(config.getJsonArray("Cmd"), new JsonArray(last(docker, "CMD")));
        assertEquals(config.getString("WorkingDir"), last(docker, "WORKDIR"));
        assertEquals(config.getJsonObject("Volumes").fieldNames().toString(), "[" + last(docker, "VOLUME") + "]");
        assertEquals(
                config.getJsonObject("ExposedPorts").fieldNames(),
                new TreeSet<>(Stream.of(last(docker, "EXPOSE").split(" "))
                        .map(port -> port + "/tcp")
                        .toList()));
        List<String> variables = List.of(last(docker, "ENV").split(" "));
        assertTrue(config.getJsonArray("Env").stream().toList().containsAll(variables), variables.toString());
    }

    @Test
    void bothLayDownTheProgramInTheSameWay() throws IOException {
        assertTrue(file("Dockerfile").contains("k8s/program.sh /opt/skein"));
        assertTrue(file("k8s", "image.sh").contains("k8s/program.sh\" \"$root/opt/skein\""));
    }

    /** Of these no class says that it needs them, so nothing but this and a node that does not run would tell. */
    @Test
    void theRuntimeHasWhatIsOnlyLookedUp() throws IOException {
        String program = file("k8s", "program.sh");
        for (String module : List.of("jdk.random", "jdk.naming.dns", "jdk.crypto.ec")) {
            assertTrue(program.matches("(?s).*\\nmodules=\\$modules[^\\n]*" + module + ".*"), module);
        }
    }
}
