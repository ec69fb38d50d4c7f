package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReadChunksTest {
    private final ReadChunks chunks = new ReadChunks(100);

    @Test
    void thoseThatWereNotUsedForLongestGoFirst() {
        byte[] first = new byte[40];
        chunks.keep(1, first);
        chunks.keep(2, new byte[40]);
        assertSame(first, chunks.find(1).orElseThrow());
        chunks.keep(3, new byte[40]);
        assertEquals(Optional.empty(), chunks.find(2));
        assertTrue(chunks.find(1).isPresent());
        assertTrue(chunks.find(3).isPresent());
    }

    @Test
    void oneThatIsLargeIsNotKept() {
        chunks.keep(1, new byte[51]);
        assertEquals(Optional.empty(), chunks.find(1));
    }
}
