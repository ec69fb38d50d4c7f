package io.skein.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShapesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(names = "LOG", mode = EnumSource.Mode.EXCLUDE)
    void everyShapeGivesBackEveryMessageInOrder(Shape shape) throws Exception {
        try (ShapeFile file = ShapeFile.create(folder, 16);
                ShapeWriter writer = new ShapeWriter(file.connection(), shape, 3, 50, 200)) {
            for (int i = 0; i < 21; i++) {
                writer.commit(50);
            }
            writer.settle();
            try (ShapeReader reader = new ShapeReader(file.connection(), shape.messages)) {
                for (int topic = 0; topic < 3; topic++) {
                    assertEquals(350, writer.messages(topic));
                    assertEquals(350, reader.scan(topic));
                    for (long from : new long[] {0, 1, 99, 249, 250, 300, 349}) {
                        List<byte[]> page = reader.page(topic, from, 100);
                        assertEquals(Math.min(100, 350 - from), page.size());
                        for (int i = 0; i < page.size(); i++) {
                            String json = new String(page.get(i), StandardCharsets.UTF_8);
                            String head = "{\"topic\":\"bench/" + topic + "\",\"offset\":" + (from + i) + ",";
                            assertTrue(json.startsWith(head) && json.endsWith("\"}"), json);
                        }
                    }
                    assertTrue(reader.page(topic, 350, 100).isEmpty());
                }
            }
        }
    }

    @Test
    void eachCommitHasOneLogRowAndEightOfThemOneChunk() throws Exception {
        try (ShapeFile file = ShapeFile.create(folder, 4);
                ShapeWriter writer = new ShapeWriter(file.connection(), Shape.CHUNKS_8TH, 1, 10, 100)) {
            for (int i = 0; i < 23; i++) {
                writer.commit(10);
            }

            assertEquals("23", ask(file, "select count(*) from log"));
            assertEquals(
                    "0 0 80, 0 80 80",
                    ask(file, "select group_concat(topic_id || ' ' || base || ' ' || \"count\", ', ') from chunk"));
            assertEquals("4096", ask(file, "pragma page_size"));
            assertEquals("wal", ask(file, "pragma journal_mode"));
            assertEquals("2", ask(file, "pragma synchronous"));
        }
    }

    @Test
    void aCheckpointEmptiesTheWal() throws Exception {
        try (ShapeFile file = ShapeFile.create(folder, 16);
                ShapeWriter writer = new ShapeWriter(file.connection(), Shape.LOG, 1, 100, 1000)) {
            for (int i = 0; i < 10; i++) {
                writer.commit(100);
            }
            long before = file.walBytes();
            file.checkpoint();
            writer.commit(1);

            assertTrue(before > 1_000_000, before + " bytes");
            assertTrue(file.walBytes() < 200_000, file.walBytes() + " bytes after the checkpoint");
        }
    }

    @Test
    void nothingStaysInTheFolder() throws Exception {
        DiskCeiling.Figure disk = DiskCeiling.measure(folder, 400, Duration.ofMillis(20));
        SqliteCeiling.Figure written = SqliteCeiling.write(folder, Shape.CHUNKS, 16, 256, 1, 16, Duration.ofMillis(50));
        SqliteCeiling.ReadFigure read =
                SqliteCeiling.readBack(folder, Shape.ROWS, 16, 256, 1000, 16, Duration.ofMillis(50));

        assertTrue(disk.perSecond() > 0);
        assertTrue(written.messagesPerSecond() > 0);
        assertTrue(read.pagedPerSecond() > 0 && read.scannedPerSecond() > 0);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }

    private static String ask(ShapeFile file, String sql) throws Exception {
        try (Statement statement = file.connection().createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }
}
