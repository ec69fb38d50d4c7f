package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of two voters none can be spared: a node that cannot trust its data has nobody to come back from. */
class TwoVotersTest {
    @TempDir
    private Path directory;

    @Test
    void oneOfTwoThatCannotTrustItsDataKeepsItAndSaysWhatToDo() throws Exception {
        Path data = directory.resolve("n2");
        try (RunningNode first = new RunningNode(directory.resolve("n1"))) {
            first.awaitVoters(1);
            try (BareNode second = new BareNode(data, "n2", first, Future.succeededFuture())) {
                second.awaitVoter();

                second.findsDamage();

                String why = second.awaitBroken().getMessage();
                assertTrue(why.startsWith("a row is not what was written; "), why);
                assertTrue(why.contains("no majority of [n1, n2]"), why);
                assertTrue(why.contains("skein recover"), why);
            }
        }
        try (Stream<Path> files = Files.list(data)) {
            assertTrue(files.noneMatch(file -> file.getFileName().toString().startsWith("aside-")));
        }
    }
}
