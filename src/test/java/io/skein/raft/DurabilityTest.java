package io.skein.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DurabilityTest {
    private final Log log = new Log(new LogStart(0, 0, List.of(), List.of(), OneNode.log(1), 1, 0));
    private final Durability durability = new Durability(log);

    @Test
    void aWriteMakesDurableWhatTheLogHeldWhenItLeft() {
        write(0, 1);
        write(0, 1, 1);
        write(0, 1);
        durability.onWritten(2);
        assertEquals(4, durability.durableIndex());
        durability.onWritten(3);
        assertEquals(5, durability.durableIndex());
    }

    /** The ABA race: the same entry comes back while its first write is under way. */
    @Test
    void aWriteThatWasOverwrittenMeanwhileCountsOnlyBelow() {
        write(0, 2);
        write(2, 3);
        write(2, 2);
        assertEquals(1, durability.durableIndex());
        durability.onWritten(1);
        assertEquals(1, durability.durableIndex());
        durability.onWritten(2);
        assertEquals(1, durability.durableIndex());
        durability.onWritten(3);
        assertEquals(2, durability.durableIndex());
    }

    @Test
    void whatWasDurableIsNotOnceItIsOverwritten() {
        write(0, 2, 2, 2);
        durability.onWritten(1);
        assertEquals(4, durability.durableIndex());
        write(3, 4, 4);
        assertEquals(2, durability.durableIndex());
        durability.onWritten(2);
        assertEquals(4, durability.durableIndex());
    }

    @Test
    void manyWritesMayBeUnderWay() {
        for (int i = 0; i < 1_000; i++) {
            write(0, 1);
        }
        durability.onWritten(300);
        assertEquals(301, durability.durableIndex());
        for (int i = 0; i < 1_000; i++) {
            write(0, 1);
        }
        durability.onWritten(1_999);
        assertEquals(2_000, durability.durableIndex());
        assertEquals(1, durability.underway());
    }

    @Test
    void termAndVoteAreDurableWithTheirOwnWrite() {
        assertTrue(durability.isHardStateWritten());
        write(0, 1);
        durability.hardStateChanged();
        assertFalse(durability.isHardStateWritten());
        var state = new HardState(7, Optional.of(OneNode.SELF));
        Effect.Write write =
                durability.takeWrite(state.term(), state.votedFor()).orElseThrow();
        assertEquals(Optional.of(state), write.hardState());
        durability.onWritten(1);
        assertFalse(durability.isHardStateWritten());
        durability.onWritten(2);
        assertTrue(durability.isHardStateWritten());
    }

    @Test
    void nothingChangedIsNothingToWrite() {
        assertEquals(Optional.empty(), durability.takeWrite(1, Optional.empty()));
    }

    @Test
    void aCompletionOutOfOrderStopsTheNode() {
        write(0, 1);
        assertThrows(AssertionError.class, () -> durability.onWritten(2));
        durability.onWritten(1);
        assertThrows(AssertionError.class, () -> durability.onWritten(1));
    }

    /** The test's terms need not rise where it truncates. */
    private void write(long truncateFrom, long... terms) {
        if (truncateFrom > 0) {
            log.truncateFrom(truncateFrom);
            durability.truncatedFrom(truncateFrom);
        }
        for (Entry entry : OneNode.entries(log.lastIndex() + 1, terms)) {
            log.append(entry);
            durability.appended(entry);
        }
        durability.takeWrite(1, Optional.empty()).orElseThrow();
    }
}
