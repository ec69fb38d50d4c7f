package io.skein.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code k8s/scale-down.sh}, with a kubectl that has a file in place of a cluster and writes down what it is told. */
@Timeout(60)
class ScaleDownIT {
    /** Knows what the script asks; a node whose removal is forbidden by a file of that name is not removed. */
    private static final String KUBECTL = """
            #!/bin/sh
            cd "%s"
            echo "$*" >>told
            case "$*" in
                *jsonpath={.spec.replicas}*) cat replicas ;;
                *jsonpath={.status.readyReplicas}*) cat ready ;;
                *jsonpath=*Ready*) echo True ;;
                *SKEIN_PEERS*) echo skein-0=a:1,skein-1=b:1,skein-2=c:1 ;;
                *"members list"*) sed 's/.*/{"id":"&"},/' members ;;
                *"members remove"*)
                    for id in "$@"; do :; done
                    [ ! -e "forbidden-$id" ] || exit 1
                    grep -vx "$id" members >rest
                    mv rest members
                    ;;
                *"scale statefulset"*)
                    echo "$*" | sed 's/.*--replicas=//' >replicas
                    cp replicas ready
                    ;;
            esac
            """;

    @TempDir
    private Path directory;

    private Path cluster;

    @BeforeEach
    void five() throws IOException {
        cluster = Files.createDirectory(directory.resolve("cluster"));
        Path kubectl = Files.writeString(directory.resolve("kubectl"), KUBECTL.formatted(cluster));
        assertTrue(kubectl.toFile().setExecutable(true));
        Files.writeString(cluster.resolve("replicas"), "5\n");
        Files.writeString(cluster.resolve("ready"), "5\n");
        Files.writeString(cluster.resolve("members"), "skein-0\nskein-1\nskein-2\nskein-3\nskein-4\n");
    }

    private int scaleDown(String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("k8s/scale-down.sh");
        builder.command().addAll(List.of(arguments));
        builder.environment().merge("PATH", directory.toString(), (path, first) -> first + ":" + path);
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(said().toFile())
                .start();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        return process.exitValue();
    }

    private Path said() {
        return directory.resolve("said");
    }

    /** The changes among what kubectl was told, in their order. */
    private List<String> changes() throws IOException {
        try (var lines = Files.lines(cluster.resolve("told"))) {
            return lines.filter(line -> line.contains("members remove") || line.contains("scale statefulset"))
                    .map(line -> line.replaceFirst(".*(members remove|scale statefulset)", "$1"))
                    .toList();
        }
    }

    @Test
    void aNodeIsRemovedBeforeItsPodGoesOneAfterTheOther() throws Exception {
        assertEquals(0, scaleDown("3", "-n", "skein"));
        assertEquals(
                List.of(
                        "members remove skein-4",
                        "scale statefulset skein --current-replicas=5 --replicas=4",
                        "members remove skein-3",
                        "scale statefulset skein --current-replicas=4 --replicas=3"),
                changes());
        assertTrue(Files.readString(cluster.resolve("told")).lines().allMatch(line -> line.startsWith("-n skein ")));
        String said = Files.readString(said());
        assertTrue(said.contains("kubectl -n skein delete pvc data-skein-4 data-skein-3"), said);
    }

    @Test
    void theNodesThatAreListedStay() throws Exception {
        assertEquals(64, scaleDown("2"));
        assertEquals(List.of(), changes());
    }

    @Test
    void aNodeThatIsNotRemovedKeepsItsPod() throws Exception {
        Files.createFile(cluster.resolve("forbidden-skein-4"));
        assertEquals(1, scaleDown("3"));
        assertEquals(List.of("members remove skein-4"), changes());
    }

    @Test
    void whileAnotherNodeIsNotReadyNothingChanges() throws Exception {
        Files.writeString(cluster.resolve("ready"), "4\n");
        assertEquals(1, scaleDown("3"));
        assertEquals(List.of(), changes());
    }

    @Test
    void whatWasBrokenOffGoesOn() throws Exception {
        Files.writeString(cluster.resolve("members"), "skein-0\nskein-1\nskein-2\nskein-3\n");
        assertEquals(0, scaleDown("4"));
        assertEquals(List.of("scale statefulset skein --current-replicas=5 --replicas=4"), changes());
    }

    @Test
    void itMakesNothingLarger() throws Exception {
        assertEquals(64, scaleDown("6"));
        assertEquals(64, scaleDown("many"));
        assertEquals(64, scaleDown());
    }
}
