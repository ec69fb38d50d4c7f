package io.skein.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogTest {
    /** Against a plain list, through appends, truncations, forgetting and compaction. */
    @Test
    void theLogIsWhatAListOfItsEntriesWouldBe() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var log = new Log(LogStart.EMPTY);
            var model = new ArrayList<Entry>();
            int forgotten = 0;
            int compacted = 0;
            for (int step = 0; step < 200; step++) {
                int dice = random.nextInt(10);
                if (dice < 7) {
                    long term = log.lastTerm() + (log.lastTerm() == 0 || random.nextInt(5) == 0 ? 1 : 0);
                    Entry entry = new Entry(model.size() + 1, term, Entry.Kind.COMMANDS, new byte[random.nextInt(9)]);
                    log.append(entry);
                    model.add(entry);
                } else if (dice < 8 && model.size() > forgotten) {
                    int from = forgotten + 1 + random.nextInt(model.size() - forgotten);
                    log.truncateFrom(from);
                    model.subList(from - 1, model.size()).clear();
                } else if (dice < 9 && model.size() > forgotten) {
                    forgotten += random.nextInt(model.size() - forgotten) / 2;
                    log.forget(forgotten);
                } else {
                    compacted += random.nextInt(forgotten - compacted + 1);
                    log.compactedTo(compacted);
                }
                check(log, model, forgotten, compacted);
            }
        }
    }

    private static void check(Log log, List<Entry> model, int forgotten, int compacted) {
        assertEquals(model.size(), log.lastIndex());
        assertEquals(forgotten + 1, log.firstInMemory());
        assertEquals(compacted, log.compactedIndex());
        long bytes = 0;
        for (int index = 0; index <= model.size() + 1; index++) {
            boolean known = index >= compacted && index <= model.size();
            long term =
                    !known ? Log.UNKNOWN : index == 0 ? 0 : model.get(index - 1).term();
            assertEquals(term, log.termOf(index));
            if (index > forgotten && index <= model.size()) {
                assertEquals(model.get(index - 1), log.entry(index));
                bytes += log.entry(index).size();
            }
        }
        assertEquals(bytes, log.memoryBytes());
        for (long term = 0; term <= log.lastTerm(); term++) {
            int index = model.size();
            while (index > compacted && model.get(index - 1).term() > term) {
                index--;
            }
            assertEquals(index, log.lastIndexWithTermAtMost(model.size() + 5, term));
        }
    }

    @Test
    void aSliceIsBoundedByEntriesAndBytesButNeverEmpty() {
        var log = new Log(LogStart.EMPTY);
        for (int index = 1; index <= 10; index++) {
            log.append(new Entry(index, 1, Entry.Kind.COMMANDS, new byte[68])); // 100 with the rest
        }
        assertEquals(3, log.slice(1, 3, 10_000).size());
        assertEquals(4, log.slice(1, 100, 499).size());
        assertEquals(1, log.slice(1, 100, 5).size());
        assertEquals(2, log.slice(9, 100, 10_000).size());
    }

    @Test
    void aLogStartsFromWhatTheDiskKnows() {
        var terms =
                List.of(new LogStart.TermStart(90, 3), new LogStart.TermStart(101, 3), new LogStart.TermStart(105, 6));
        var log = new Log(new LogStart(100, 3, terms, List.of(), OneNode.entries(107, 6, 6), 108, 106));

        assertEquals(100, log.compactedIndex());
        assertEquals(Log.UNKNOWN, log.termOf(99));
        assertEquals(3, log.termOf(100));
        assertEquals(3, log.termOf(104));
        assertEquals(6, log.termOf(105));
        assertEquals(107, log.firstInMemory());
        assertEquals(108, log.lastIndex());
        assertEquals(6, log.lastTerm());
    }

    @Test
    void aGapOrAFallingTermIsNoLog() {
        var log = new Log(LogStart.EMPTY);
        log.append(new Entry(1, 5, Entry.Kind.COMMANDS, new byte[0]));
        assertThrows(AssertionError.class, () -> log.append(new Entry(3, 5, Entry.Kind.COMMANDS, new byte[0])));
        assertThrows(AssertionError.class, () -> log.append(new Entry(2, 4, Entry.Kind.COMMANDS, new byte[0])));
    }
}
