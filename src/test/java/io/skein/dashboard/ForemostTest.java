package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForemostTest {
    private final Foremost<Integer> foremost = new Foremost<>(Comparator.<Integer>naturalOrder(), 3);

    @Test
    void fewStayAsTheyCame() {
        assertEquals(
                List.of(2, 3, 1), foremost.add(List.of(2, 3)).add(List.of(1)).inOrder());
    }

    @Test
    void ofManyTheHighestComeFirst() {
        foremost.add(List.of(2, 9, 1)).add(List.of(5, 0)).add(List.of(7));

        assertEquals(List.of(9, 7, 5), foremost.inOrder());
        assertEquals(6, foremost.seen());
    }
}
