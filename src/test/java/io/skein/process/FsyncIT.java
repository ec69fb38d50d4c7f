package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CLAIMS.md 1, seen from outside: no answer leaves the process without a flush since the one before. */
class FsyncIT {
    private static final int PUBLISHES = 30;

    @TempDir
    private Path directory;

    @Test
    void everyAcknowledgementComesAfterAFlushOfItsOwn() throws Exception {
        int answers = 0;
        for (int flushes : flushesBeforeEachAnswer(traced())) {
            assertTrue(flushes > 0, "answer " + answers + " left without a flush since the one before");
            answers++;
        }
        assertEquals(PUBLISHES, answers, "answers in the trace");
    }

    @Test
    void relaxedDurabilitySaysSoAndDoesNotFlushForEachAnswer() throws Exception {
        List<Integer> flushes = flushesBeforeEachAnswer(traced("--durability", "relaxed"));
        // The start has flushes of its own, before the first answer.
        long flushed = flushes.stream().skip(1).filter(count -> count > 0).count();
        assertTrue(flushed < PUBLISHES / 2, flushed + " of " + PUBLISHES + " relaxed answers came after a flush");
    }

    private static List<Integer> flushesBeforeEachAnswer(Path trace) throws IOException {
        List<Integer> before = new ArrayList<>();
        int flushes = 0;
        for (String line : Files.readAllLines(trace)) {
            // SQLite's build decides which of the two it calls.
            boolean flush = line.contains("fdatasync") || line.contains("fsync");
            if (flush && (line.contains(" = 0") || line.contains("resumed>"))) {
                flushes++;
            } else if (line.contains("HTTP/1.1 201 Created")) {
                before.add(flushes);
                flushes = 0;
            }
        }
        return before;
    }

    private Path traced(String... flags) throws IOException, InterruptedException {
        assumeTrue(hasStrace(), "strace is not there: skipped");
        Path trace = directory.resolve("trace");
        List<String> strace = List.of(
                "strace", "-f", "-s", "24", "-o", trace.toString(), "-e", "trace=fdatasync,fsync,write,writev,sendto");
        String[] all =
                Stream.concat(Stream.of("--tcp-port", "0"), Stream.of(flags)).toArray(String[]::new);
        try (NodeUnderTest node = NodeUnderTest.start(directory, strace, List.of(), all)) {
            node.awaitReady();
            String durable = flags.length == 0 ? "\"durable\":\"quorum\"" : "\"durable\":\"memory\"";
            for (int i = 0; i < PUBLISHES; i++) {
                var answer = node.post("/t/one-at-a-time", "message " + i);
                assertEquals(201, answer.statusCode(), answer.body());
                assertTrue(answer.body().contains(durable), answer.body());
            }
            node.terminate();
        }
        return trace;
    }

    private static boolean hasStrace() throws InterruptedException {
        try {
            return new ProcessBuilder("strace", "-f", "true").start().waitFor() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }
}
