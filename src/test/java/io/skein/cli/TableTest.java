package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    private static final List<String[]> ROWS = List.of(
            new String[] {"TOPIC", "FILTER", "LAG"},
            new String[] {"a-very-long-name-of-a-topic", "orders/#", "1234567"},
            new String[] {"b", "+", "1"});

    private static List<String> lines(int columns) {
        return Table.lines("", ROWS, (heading, cell) -> cell, columns);
    }

    @Test
    void columnsStandUnderTheirHeadings() {
        assertEquals(
                List.of(
                        "TOPIC                        FILTER        LAG",
                        "a-very-long-name-of-a-topic  orders/#  1234567",
                        "b                            +               1"),
                lines(Integer.MAX_VALUE));
    }

    @Test
    void theWidestWordsGiveWayToANarrowTerminalAndFiguresDoNot() {
        List<String> lines = lines(32);
        assertTrue(lines.stream().allMatch(line -> line.length() <= 32), lines.toString());
        assertEquals("a-very-long-…  orders/#  1234567", lines.get(1));
    }

    @Test
    void coloursTakeNoRoom() {
        assertEquals("\u001b[31mab\u001b[0m", Terminal.fitting("\u001b[31mabcd\u001b[0m", 2));
    }

    @Test
    void workThatIsHalfDoneSaysHowFastItIsAndWhatIsLeft() {
        assertEquals(
                "[############............] 50 % of 100.0 MiB, 10.0 MiB/s, 5s left",
                Progress.line(50 << 20, 100 << 20, 5_000_000_000L, true));
        assertEquals(
                "50 % of 100.0 MiB, 10.0 MiB/s, 5s left", Progress.line(50 << 20, 100 << 20, 5_000_000_000L, false));
    }
}
