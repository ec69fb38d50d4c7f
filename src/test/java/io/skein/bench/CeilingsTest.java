package io.skein.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CeilingsTest {
    @TempDir
    Path folder;

    private CeilingsConfig config(Set<CeilingsConfig.Part> parts, int pageKiB) {
        return new CeilingsConfig(
                parts,
                folder,
                Duration.ofMillis(60),
                List.of("LOG", "CHUNKS"),
                List.of(1, 16),
                256,
                1,
                pageKiB,
                500,
                4,
                List.of(1, 3),
                false);
    }

    @Test
    void everyCeilingHasAFigureInOneLineAndInTheTable() throws Exception {
        CeilingsReport report = Ceilings.run(config(EnumSet.allOf(CeilingsConfig.Part.class), 4), line -> {});

        String line = report.toJson().encode();
        assertEquals(1, line.lines().count());
        JsonObject json = new JsonObject(line);
        assertEquals(2, json.getJsonArray("disk").size());
        assertEquals(4, json.getJsonArray("sqlite").size());
        assertEquals(1, json.getJsonArray("sqliteReads").size());
        assertEquals(4, json.getJsonObject("http").getInteger("connections"), line);
        assertEquals(Map.of(), report.posts().get(0).errors());
        assertEquals(3, json.getJsonArray("fanout").getJsonObject(1).getInteger("clients"), line);
        assertTrue(report.table().contains("16 a commit, log + chunk"), report.table());
    }

    @Test
    void onlyWhatIsAskedForIsMeasured() throws Exception {
        CeilingsReport report = Ceilings.run(config(EnumSet.of(CeilingsConfig.Part.DISK), 16), line -> {});

        assertEquals(2, report.disk().size());
        assertTrue(report.writes().isEmpty()
                && report.posts().isEmpty()
                && report.fanouts().isEmpty());
    }

    @Test
    void anOddPageSizeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> config(Set.of(), 5));
    }
}
