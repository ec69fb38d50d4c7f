package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    Path path;

    @Test
    void aSecondHolderIsRefusedAndToldWhere() {
        DataDirectory held = DataDirectory.lock(path);

        DataDirectoryInUse refused = assertThrows(DataDirectoryInUse.class, () -> DataDirectory.lock(path));

        assertTrue(refused.getMessage().contains(path.toString()));
        held.close();
        DataDirectory.lock(path).close();
    }

    @Test
    void temporaryFilesOfAKilledProcessGoAtTheNextStart() throws IOException {
        Path left;
        try (DataDirectory held = DataDirectory.lock(path)) {
            left = Files.createDirectories(held.temporary().resolve("a/b")).resolve("c");
            Files.writeString(left, "left behind");
        }

        try (DataDirectory held = DataDirectory.lock(path)) {
            assertFalse(Files.exists(left));
            assertTrue(Files.isDirectory(held.temporary()));
        }
    }

    @Test
    void aGenerationThatWasNotSwitchedToGoesAtTheNextStart() throws IOException {
        try (DataDirectory held = DataDirectory.lock(path)) {
            held.switchTo(held.newGeneration());
            Files.writeString(held.newGeneration().resolve("half"), "half");
        }

        try (DataDirectory held = DataDirectory.lock(path)) {
            assertEquals(Optional.of(held.path().resolve("gen-1")), held.generation());
            assertFalse(Files.exists(held.path().resolve("gen-2")));
        }
    }

    @Test
    void theLaterGenerationCountsOnceItWasSwitchedTo() throws IOException {
        try (DataDirectory held = DataDirectory.lock(path)) {
            held.switchTo(held.newGeneration());
            held.switchTo(held.newGeneration());
        }

        try (DataDirectory held = DataDirectory.lock(path)) {
            assertEquals(Optional.of(held.path().resolve("gen-2")), held.generation());
            assertFalse(Files.exists(held.path().resolve("gen-1")));
        }
    }

    @Test
    void theReserveIsReallyWrittenAndGivenUpOnce() throws IOException {
        try (DataDirectory held = DataDirectory.lock(path)) {
            held.makeReserve(100_000);
            assertEquals(100_000, Files.size(held.path().resolve("reserve")));

            assertTrue(held.hasReserve());
            assertTrue(held.giveUpReserve());
            assertFalse(held.giveUpReserve());
        }
    }
}
