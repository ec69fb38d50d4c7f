package io.skein.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Brief;
import io.skein.machine.Cursor;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.TopicOutcome.Accepted;
import io.skein.topic.TopicOutcome.Delayed;
import io.skein.topic.TopicOutcome.Done;
import io.skein.topic.TopicOutcome.Published;
import io.skein.topic.TopicOutcome.Refused;
import io.skein.topic.TopicOutcome.Result;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Outcomes as bytes and in brief. They are kept for repeats: the hexadecimal texts never change. */
class OutcomeCodecTest {
    private final TopicMachine machine = new TopicMachine();

    private void golden(String hex, Outcome outcome) {
        assertEquals(hex, HexFormat.of().formatHex(machine.encode(outcome)));
        assertEquals(outcome, machine.decode(HexFormat.of().parseHex(hex)));
    }

    @Test
    void outcomesAreTheseBytesForEver() {
        golden("1200", new Done(false));
        golden("12020801", new Done(true));
        golden("1a120a0a746f7069632d66756c6c120266751864", new Rejected(Rejection.TOPIC_FULL, "fu", 100));
        golden("0a0e0a0c0a0a08051204080910011807", new Published(List.of(new Accepted(5, new Cursor(9, 1), 7)), false));
    }

    @Test
    void resultsThatFollowEachOtherTakeNoRoom() {
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            results.add(new Accepted(100 + i, new Cursor(7, 3 + i), 1_700_000_000_000L));
        }
        results.add(new Delayed(new Cursor(7, 10_003), 99));
        results.add(new Refused(new Rejected(Rejection.WRONG_OFFSET, "no", 4)));
        results.add(new Accepted(0, new Cursor(7, 10_005), 1_700_000_000_000L));
        var outcome = new Published(results, true);

        byte[] bytes = machine.encode(outcome);

        assertTrue(bytes.length < 100, "" + bytes.length);
        assertEquals(outcome, machine.decode(bytes));
    }

    @Test
    void everyRejectionComesBack() {
        for (Rejection rejection : Rejection.values()) {
            var rejected = new Rejected(rejection, "because", -1);
            assertEquals(rejected, machine.decode(machine.encode(rejected)));
        }
    }

    @Test
    void whatIsNoOutcomeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> machine.decode(new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> machine.decode(new byte[] {1, 2, 3}));
        assertThrows(
                IllegalArgumentException.class,
                () -> machine.decode(HexFormat.of().parseHex("1a030a0178")),
                "a rejection called x");
    }

    @Test
    void aSingleAnswerFitsInBriefAndAnyOtherDoesNot() {
        var at = new Moment(7, 3, 99);
        var here = new Cursor(7, 3);
        for (Outcome fits : List.of(
                new Published(List.of(new Accepted(41, here, 99)), false),
                new Published(List.of(new Delayed(here, 500)), false),
                new Done(true),
                new Done(false))) {
            Brief brief = machine.brief(at, fits).orElseThrow();
            assertEquals(fits, machine.fromBrief(at, brief));
        }
        for (Outcome doesNot : List.of(
                new Published(List.of(new Accepted(41, here, 99)), true),
                new Published(List.of(new Accepted(41, new Cursor(6, 3), 99)), false),
                new Published(List.of(new Accepted(1, here, 99), new Accepted(2, new Cursor(7, 4), 99)), false),
                new Published(List.of(new Refused(Rejected.of(Rejection.ABORTED, ""))), false))) {
            assertEquals(Optional.empty(), machine.brief(at, doesNot));
        }
        assertThrows(IllegalArgumentException.class, () -> machine.fromBrief(at, new Brief(77, 0)));
    }
}
