package io.skein.replica;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
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
    /** In the order of their indexes. */
    private final ArrayDeque<Placed> placed = new ArrayDeque<>();
    /**
     * Entries whose places in this node's own log went to others: it led, lost its newest entries to another leader and
     * leads again. Another node may still hold them, so only a commit at their index decides.
     */
    private final List<Placed> overtaken = new ArrayList<>();

    private long collectedBytes;
    private long placedBytes;

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

    /** Bytes of everything not yet answered. */
    long bytes() {
        return collectedBytes + placedBytes;
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

    void place(long index, long term, EntryCodec.Batch batch) {
        while (!placed.isEmpty() && placed.peekLast().index() >= index) {
            overtaken.add(placed.pollLast());
        }
        placed.add(new Placed(index, term, batch));
        placedBytes += bytesOf(batch.proposals());
    }

    /**
     * What this node proposed at {@code index}, now that an entry of {@code term} is applied there; null when it was
     * somebody else's. Proposals that lost their index go to {@code lost}.
     */
    EntryCodec.Batch applied(long index, long term, Consumer<Proposal> lost) {
        EntryCodec.Batch mine = null;
        while (!placed.isEmpty() && placed.peekFirst().index() <= index) {
            Placed head = placed.pollFirst();
            mine = end(head, index, term, lost) ? head.batch() : mine;
        }
        for (Iterator<Placed> each = overtaken.iterator(); each.hasNext(); ) {
            Placed old = each.next();
            if (old.index() <= index) {
                each.remove();
                mine = end(old, index, term, lost) ? old.batch() : mine;
            }
        }
        return mine;
    }

    /** Whether it was this that committed; else its proposals are lost. */
    private boolean end(Placed entry, long index, long term, Consumer<Proposal> lost) {
        placedBytes -= bytesOf(entry.batch().proposals());
        if (entry.index() == index && entry.term() == term) {
            return true;
        }
        entry.batch().proposals().forEach(lost);
        return false;
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
