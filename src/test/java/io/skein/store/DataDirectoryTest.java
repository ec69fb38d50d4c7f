package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    void aPlaceWhereNoDirectoryCanBeIsNamedWithItsReason() throws IOException {
        Path file = Files.writeString(path.resolve("taken"), "x");

        String said = assertThrows(UncheckedIOException.class, () -> DataDirectory.lock(file))
                .getMessage();

        assertEquals("data directory " + file + " cannot be used: " + file + " is no directory", said);
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

    @Test
    void whatIsSetAsideIsCompleteAndOfSeveralTheNewestThreeStay() throws IOException {
        try (DataDirectory held = DataDirectory.lock(path)) {
            assertEquals(Optional.empty(), held.setAside(5));
            List<Path> asides = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Path generation = held.newGeneration();
                Files.writeString(generation.resolve("data"), "life " + i);
                held.switchTo(generation);
                // The clock stands still, and goes back once.
                asides.add(held.setAside(i == 3 ? 50 : 100).orElseThrow());

                assertEquals(Optional.empty(), held.generation());
            }

            assertEquals(
                    List.of(false, false, true, true, true),
                    asides.stream().map(Files::exists).toList());
            assertEquals("life 4", Files.readString(asides.get(4).resolve("gen-1/data")));
            assertEquals("gen-1\n", Files.readString(asides.get(4).resolve("CURRENT")));
        }
    }

    @Test
    void aSettingAsideThatACrashInterruptedIsFinishedAtTheNextStart() throws IOException {
        for (int moved = 0; moved <= 3; moved++) {
            Path home = path.resolve("moved" + moved);
            try (DataDirectory held = DataDirectory.lock(home)) {
                held.switchTo(held.newGeneration());
                Files.writeString(held.newGeneration().resolve("data"), "later");
            }
            Path begun = Files.createDirectory(home.resolve("aside-7.begun"));
            for (String name : List.of("gen-2", "gen-1", "CURRENT").subList(0, moved)) {
                Files.move(home.resolve(name), begun.resolve(name));
            }

            try (DataDirectory held = DataDirectory.lock(home)) {
                assertEquals(Optional.empty(), held.generation());
            }
            assertEquals("later", Files.readString(home.resolve("aside-7/gen-2/data")));
            assertTrue(Files.exists(home.resolve("aside-7/CURRENT")));
        }
    }

    @Test
    void anotherProcessIsRefusedAlsoAfterDataWasSetAside() throws IOException {
        try (DataDirectory held = DataDirectory.lock(path)) {
            held.switchTo(held.newGeneration());
            assertTrue(held.setAside(1).isPresent());

            assertThrows(DataDirectoryInUse.class, () -> DataDirectory.lock(path));
        }
    }
}
