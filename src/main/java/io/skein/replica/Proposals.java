package io.skein.replica;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Proposals on their way: first collected until the next entry is made of them, then known by index and term until that
 * entry, or another at its index, commits (DESIGN D13).
 */
final class Proposals {
    /** An entry of this node's making. */
    private record Placed(long index, long term, EntryCodec.Batch batch) {}

    private final ArrayDeque<Proposal> collected = new ArrayDeque<>();
    /** By index. */
    private final ArrayDeque<Placed> placed = new ArrayDeque<>();

    private long collectedBytes;
    /** In entries of the present leadership. */
    private long placedBytes;
    /** In entries of earlier ones. */
    private long orphanedBytes;
    /** Of the present leadership, or the last. */
    private long term;

    void collect(Proposal proposal) {
        collected.add(proposal);
        collectedBytes += proposal.size();
    }

    boolean isEmpty() {
        return collected.isEmpty();
    }

    int count() {
        return collected.size();
    }

    long collectedBytes() {
        return collectedBytes;
    }

    /**
     * Bytes of what was proposed in this leadership and is not yet answered. What an earlier one left behind does not
     * count: it may wait for an index that is only reached when something new is proposed.
     */
    long bytes() {
        return collectedBytes + placedBytes;
    }

    /**
     * This node leads a term. Entries of its earlier ones still wait for what commits at their indexes, but no more than so
     * many bytes of them; whoever waits for the rest is told that nobody can say.
     */
    void lead(long newTerm, long mostBytes, Consumer<Proposal> forgotten) {
        term = newTerm;
        orphanedBytes += placedBytes;
        placedBytes = 0;
        while (orphanedBytes > mostBytes) {
            Placed last = placed.pollLast();
            orphanedBytes -= bytesOf(last.batch().proposals());
            last.batch().proposals().forEach(forgotten);
        }
    }

    /** Takes what fits in one entry; at least one proposal. */
    List<Proposal> next(int maxBytes, int maxCommands) {
        List<Proposal> next = new ArrayList<>(Math.min(collected.size(), maxCommands));
        long bytes = 0;
        while (!collected.isEmpty() && next.size() < maxCommands) {
            int size = collected.peekFirst().size();
            if (!next.isEmpty() && bytes + size > maxBytes) {
                break;
            }
            next.add(collected.pollFirst());
            bytes += size;
        }
        collectedBytes -= bytes;
        return next;
    }

    /**
     * The entry of these is appended. Others may wait at this index and above: entries of an earlier term of this node's,
     * overwritten since, which may still be committed after all.
     */
    void place(long index, EntryCodec.Batch batch) {
        ArrayDeque<Placed> above = new ArrayDeque<>(0);
        while (!placed.isEmpty() && placed.peekLast().index() >= index) {
            above.push(placed.pollLast());
        }
        placed.add(new Placed(index, term, batch));
        placed.addAll(above);
        placedBytes += bytesOf(batch.proposals());
    }

    /**
     * What this node proposed at {@code index}, now that an entry of {@code entryTerm} is applied there; null when it was
     * somebody else's. Proposals that lost their index go to {@code lost}.
     */
    EntryCodec.Batch applied(long index, long entryTerm, Consumer<Proposal> lost) {
        EntryCodec.Batch mine = null;
        while (!placed.isEmpty() && placed.peekFirst().index() <= index) {
            Placed head = placed.pollFirst();
            long bytes = bytesOf(head.batch().proposals());
            if (head.term() == term) {
                placedBytes -= bytes;
            } else {
                orphanedBytes -= bytes;
            }
            if (head.index() == index && head.term() == entryTerm) {
                mine = head.batch();
            } else {
                head.batch().proposals().forEach(lost);
            }
        }
        return mine;
    }

    /** Takes out everything that is in no entry yet. */
    void refuseCollected(Consumer<Proposal> refused) {
        collected.forEach(refused);
        collected.clear();
        collectedBytes = 0;
    }

    private static long bytesOf(List<Proposal> proposals) {
        long bytes = 0;
        for (Proposal proposal : proposals) {
            bytes += proposal.size();
        }
        return bytes;
    }
}
