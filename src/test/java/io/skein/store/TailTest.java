package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.topic.Message;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TailTest {
    private static final TopicName NAME = new TopicName("a");

    private static TopicChange.Appended appended(long topic, long offset, long index, int messages) {
        var list = new ArrayList<Message>();
        for (int i = 0; i < messages; i++) {
            list.add(Author.message("m" + (offset + i)));
        }
        return new TopicChange.Appended(topic, NAME, offset, new Cursor(index, 0), index, Long.MAX_VALUE, list, 1);
    }

    private static Scope all() {
        return new Scope(List.of(), id -> 0);
    }

    private static List<Long> offsets(StoredPage page) {
        return page.messages().stream().map(StoredMessage::offset).toList();
    }

    @Test
    void whatNoReaderCanSeeInRowsStaysHoweverMuchItIs() {
        Tail tail = new Tail(0, 0);
        for (int i = 1; i <= 50; i++) {
            tail.append(Author.LINEAGE, appended(1, i - 1, i, 1));
        }
        assertEquals(50, tail.messages());

        tail.settledVisible(30);

        assertEquals(20, tail.messages());
        assertTrue(tail.covers(Cursor.endOf(30)));
        assertFalse(tail.covers(Cursor.endOf(29)));
    }

    @Test
    void whatIsVisibleInRowsStaysAsLongAsItFits() {
        Tail tail = new Tail(3000, 0);
        for (int i = 1; i <= 50; i++) {
            tail.append(Author.LINEAGE, appended(1, i - 1, i, 1));
        }

        tail.settledVisible(50);

        assertTrue(tail.bytes() <= 3000);
        assertTrue(tail.messages() >= 5);
    }

    @Test
    void aPageOfAFewTopicsComesInTheOrderOfTheLog() {
        Tail tail = new Tail(1 << 20, 0);
        tail.append(Author.LINEAGE, appended(1, 10, 1, 2));
        tail.append(Author.LINEAGE, appended(2, 20, 2, 1));
        tail.append(Author.LINEAGE, appended(3, 30, 3, 1));
        tail.append(Author.LINEAGE, appended(1, 12, 4, 1));

        Scope few = new Scope(List.of(1L, 2L), id -> 0);

        assertEquals(List.of(10L, 11L, 20L, 12L), offsets(tail.page(few, Cursor.ORIGIN, 9, 1 << 20, 0)));
        assertEquals(List.of(11L, 20L), offsets(tail.page(few, new Cursor(1, 0), 2, 1 << 20, 0)));
    }

    @Test
    void aFullPageSaysWhereToGoOnAndTheLastOneThatItIsTheLast() {
        Tail tail = new Tail(1 << 20, 0);
        tail.append(Author.LINEAGE, appended(1, 0, 1, 5));

        StoredPage first = tail.page(all(), Cursor.ORIGIN, 3, 1 << 20, 0);
        StoredPage second = tail.page(all(), first.next(), 3, 1 << 20, 0);

        assertEquals(List.of(0L, 1L, 2L), offsets(first));
        assertFalse(first.atEnd());
        assertEquals(List.of(3L, 4L), offsets(second));
        assertTrue(second.atEnd());
    }

    @Test
    void theWriterTakesTheMessagesOfItsEntriesAndNoOthers() {
        Tail tail = new Tail(0, 4);
        for (int i = 5; i <= 9; i++) {
            tail.append(Author.LINEAGE, appended(1, 2 * i, i, 2));
        }

        assertEquals(
                List.of(12L, 13L, 14L, 15L),
                tail.take(5, 7).stream().map(StoredMessage::offset).toList());
        assertEquals(List.of(), tail.take(9, 12));
    }

    @Test
    void messagesOutOfOrderAreABrokenInvariant() {
        Tail tail = new Tail(0, 4);
        tail.append(Author.LINEAGE, appended(1, 0, 6, 1));

        assertThrows(AssertionError.class, () -> tail.append(Author.LINEAGE, appended(1, 1, 5, 1)));
        assertThrows(AssertionError.class, () -> tail.append(Author.LINEAGE, appended(1, 1, 3, 1)));
    }

    @Test
    void afterAResetOnlyWhatComesLaterIsHere() {
        Tail tail = new Tail(1 << 20, 0);
        tail.append(Author.LINEAGE, appended(1, 0, 6, 1));

        tail.reset(40);

        assertEquals(Optional.empty(), tail.find(1, 0));
        assertFalse(tail.covers(Cursor.endOf(39)));
        assertEquals(40, tail.visible());
        tail.append(Author.LINEAGE, appended(1, 7, 41, 1));
        assertEquals(7, tail.find(1, 7).orElseThrow().offset());
    }
}
