package io.skein.raft;

import java.util.ArrayDeque;
import java.util.function.BiConsumer;

/**
 * Answers that are promises (votes, append acknowledgements, and refusals to be on the safe side) and wait here until
 * the write is durable that makes them true (DESIGN D2).
 *
 * <p>They belong to the current term. When it ends they are forgotten: to the asker that is a lost message, and whoever
 * asked in a term that has passed has no use for the answer.
 */
final class Promises {
    /** Waiting at once; above it the newest is dropped, like a lost message: heartbeats and elections ask again. */
    private static final int MAX_WAITING = 1_024;

    private record Promise(long write, NodeId to, Rpc rpc) {
        Rpc.AppendEntriesReply acknowledgement() {
            return (Rpc.AppendEntriesReply) rpc;
        }
    }

    private final ArrayDeque<Promise> waiting = new ArrayDeque<>();

    /** Leaves after this write. */
    void add(long write, NodeId to, Rpc rpc) {
        if (waiting.size() < MAX_WAITING) {
            waiting.add(new Promise(write, to, rpc));
        }
    }

    /** Takes out what waited for writes up to and with this number. */
    void release(long written, BiConsumer<NodeId, Rpc> send) {
        if (waiting.isEmpty()) {
            return;
        }
        // Many appends become durable together and a term has one leader: the furthest acknowledgement says all, when
        // it
        // also answers the newest question.
        Promise furthest = null;
        long round = 0;
        for (var promises = waiting.iterator(); promises.hasNext(); ) {
            Promise promise = promises.next();
            if (promise.write() <= written) {
                promises.remove();
                if (!(promise.rpc() instanceof Rpc.AppendEntriesReply reply && reply.success())) {
                    send.accept(promise.to(), promise.rpc());
                } else {
                    round = Math.max(round, reply.round());
                    if (furthest == null
                            || reply.matchIndex() > furthest.acknowledgement().matchIndex()) {
                        furthest = promise;
                    }
                }
            }
        }
        if (furthest != null) {
            Rpc.AppendEntriesReply reply = furthest.acknowledgement();
            send.accept(furthest.to(), Rpc.AppendEntriesReply.accepted(reply.term(), reply.matchIndex(), round));
        }
    }

    void forget() {
        waiting.clear();
    }
}
