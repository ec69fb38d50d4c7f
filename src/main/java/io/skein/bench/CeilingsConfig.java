package io.skein.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which ceilings to measure, and for how long each figure.
 *
 * @param folder an existing folder on the disk that is asked about; nothing stays there
 * @param time for each figure
 * @param shapes names of {@code Shape}s
 * @param batches messages in one commit of SQLite, 1 to 65,536 each
 * @param bytes size of a message, at least 18
 * @param topics among which the messages of a commit are dealt
 * @param pageKiB 4, 8, 16, 32 or 64
 * @param readBack messages that are read back for each shape and batch; 0: none
 * @param connections of the HTTP ceiling
 * @param clients of the fan-out, a figure for each
 * @param ownProcess whether the bare server is a process of its own, as a node is
 */
public record CeilingsConfig(
        Set<Part> parts,
        Path folder,
        Duration time,
        List<String> shapes,
        List<Integer> batches,
        int bytes,
        int topics,
        int pageKiB,
        int readBack,
        int connections,
        List<Integer> clients,
        boolean ownProcess) {

    /** What can be asked for. */
    public enum Part {
        DISK,
        SQLITE,
        HTTP,
        FANOUT
    }

    /** Everything, 3 s each: about two and a half minutes. */
    public static CeilingsConfig defaults(Path folder) {
        return new CeilingsConfig(
                EnumSet.allOf(Part.class),
                folder,
                Duration.ofSeconds(3),
                List.of("LOG", "ROWS", "CHUNKS", "ROWS_64K", "CHUNKS_64K"),
                List.of(1, 16, 256, 1024),
                256,
                1,
                16,
                100_000,
                64,
                List.of(1, 100, 1000),
                true);
    }

    public CeilingsConfig {
        parts = Set.copyOf(parts);
        shapes = List.copyOf(shapes);
        shapes.forEach(Shape::valueOf);
        batches = List.copyOf(batches);
        clients = List.copyOf(clients);
        batches.forEach(batch -> check("batch", batch, 1, 65_536));
        clients.forEach(count -> check("clients", count, 1, 10_000));
        check("bytes", bytes, Stamp.LENGTH, 1 << 16);
        check("topics", topics, 1, 65_536);
        check("messages to read back", readBack, 0, 10_000_000);
        check("connections", connections, 1, 10_000);
        check("seconds", time.toSeconds(), 0, 3600);
        if (!List.of(4, 8, 16, 32, 64).contains(pageKiB)) {
            throw new IllegalArgumentException("a page of " + pageKiB + " KiB is not one of 4, 8, 16, 32, 64");
        }
    }

    private static void check(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " " + value + " is not within " + least + " to " + most);
        }
    }
}
