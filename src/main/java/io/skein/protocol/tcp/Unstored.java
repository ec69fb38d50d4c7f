package io.skein.protocol.tcp;

import io.skein.topic.Publication;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What a publisher sent and nobody has taken yet, in its order, and how it is cut into commands. */
final class Unstored {
    private static final int MAX_BATCH_MESSAGES = 1024;
    private static final int MAX_BATCH_BYTES = 1 << 20;
    /** What a held message costs besides its body. */
    private static final int OVERHEAD = 128;

    record Held(Publication publication, boolean ack) {
        int bytes() {
            return publication.message().body().length + OVERHEAD;
        }
    }

    private final Deque<Held> queue = new ArrayDeque<>();
    /** Messages to go one by one. */
    private int singly;
    /** Of the next command. */
    private int most = MAX_BATCH_MESSAGES;

    boolean isEmpty() {
        return queue.isEmpty();
    }

    int size() {
        return queue.size();
    }

    void add(Held held) {
        queue.add(held);
    }

    /** As many as a command takes, all of one kind: those who want answers, or those who do not. */
    List<Held> next() {
        List<Held> taken = new ArrayList<>();
        int atMost = singly > 0 ? 1 : most;
        int bytes = 0;
        boolean ack = queue.element().ack();
        while (!queue.isEmpty()
                && taken.size() < atMost
                && queue.element().ack() == ack
                && (taken.isEmpty() || bytes + queue.element().bytes() <= MAX_BATCH_BYTES)) {
            Held held = queue.remove();
            bytes += held.bytes();
            taken.add(held);
        }
        singly = Math.max(0, singly - taken.size());
        return taken;
    }

    /** A command with several of them was refused as a whole: each goes alone, so that only those are refused that must be. */
    void singly(List<Held> refused) {
        putBack(refused);
        singly = refused.size();
    }

    /** They are more than a limit lets through at once. */
    void halve(List<Held> refused) {
        putBack(refused);
        most = refused.size() / 2;
    }

    /** A command was taken: the next may be larger. */
    void taken() {
        most = Math.min(MAX_BATCH_MESSAGES, 2 * most);
    }

    private void putBack(List<Held> refused) {
        for (int i = refused.size() - 1; i >= 0; i--) {
            queue.addFirst(refused.get(i));
        }
    }
}
