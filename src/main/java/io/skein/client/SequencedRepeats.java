package io.skein.client;

import io.skein.frame.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What a producer has to send again, in the order of its sequences. The server takes sequence n + 1 only after n, and a
 * refused one is as if it had never been sent; so after any setback the producer stops, waits until all that is under way
 * is answered, and goes on from the lowest.
 *
 * <p>When a sequence was refused for good, the ones after it are refused as a gap and have to move up. They may only be
 * numbered anew when none of the numbers they would get was ever answered as stored: under such a number the server would
 * give back the old answer and store nothing.
 */
final class SequencedRepeats {
    private static final int MAX_GAPS = 5;

    private final TreeMap<Long, Outgoing> repeats = new TreeMap<>();
    private long last;
    private long highestStored;

    /** Numbers a new command. */
    void number(Outgoing outgoing) {
        outgoing.sequence = ++last;
    }

    void stored(Outgoing outgoing) {
        highestStored = Math.max(highestStored, outgoing.sequence);
    }

    /** @param setback null when the connection was lost */
    void again(Outgoing outgoing, Problem setback) {
        outgoing.setback(setback);
        repeats.put(outgoing.sequence, outgoing);
    }

    boolean isEmpty() {
        return repeats.isEmpty();
    }

    /** All of them, to be sent in this order now that nothing is under way. */
    List<Outgoing> take() {
        List<Outgoing> all = new ArrayList<>(repeats.values());
        repeats.clear();
        Outgoing lowest = all.get(0);
        if (isGap(lowest.setback())) {
            long expected = lowest.setback().number("expected");
            lowest.gaps++;
            if (expected > highestStored && expected < lowest.sequence) {
                last = expected - 1;
                all.forEach(this::number);
                lowest.gaps = 0;
            }
        }
        return all;
    }

    /** The server keeps expecting what it has stored already: it has forgotten this producer, idle for too long. */
    boolean isForgotten() {
        return !repeats.isEmpty() && repeats.firstEntry().getValue().gaps >= MAX_GAPS;
    }

    /** All, not to be sent any more. */
    List<Outgoing> drop() {
        List<Outgoing> all = new ArrayList<>(repeats.values());
        repeats.clear();
        return all;
    }

    static boolean isGap(Problem problem) {
        return problem != null && problem.code().equals("sequence-gap");
    }
}
