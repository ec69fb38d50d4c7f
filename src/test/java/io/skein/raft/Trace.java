package io.skein.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.stream.Collectors;

/** What Raft wants done, in words: {@code 1 > 2 append ...}, {@code 1 writes ...}. */
final class Trace {
    private Trace() {}

    static String of(NodeId node, Effect effect) {
        if (effect instanceof Effect.Send send) {
            return node + " > " + send.to() + " " + of(send.rpc());
        } else if (effect instanceof Effect.Write write) {
            return node + " writes #" + write.number()
                    + write.hardState().map(Trace::of).orElse("")
                    + (write.truncateFrom() > 0 ? " truncateFrom=" + write.truncateFrom() : "")
                    + (write.entries().isEmpty() ? "" : " [" + of(write.entries()) + "]");
        } else if (effect instanceof Effect.Committed committed) {
            return node + " commits " + committed.index();
        } else if (effect instanceof Effect.RoleChanged changed) {
            return node + " is " + changed.role().name().toLowerCase() + " in term " + changed.term()
                    + changed.leader()
                            .filter(leader -> !leader.equals(node))
                            .map(leader -> " of " + leader)
                            .orElse("");
        }
        throw new AssertionError("unhandled " + effect);
    }

    static String of(Rpc rpc) {
        String term = " term=" + rpc.term();
        if (rpc instanceof Rpc.AppendEntries m) {
            String what = m.entries().isEmpty() ? "heartbeat" : "append";
            return what + term + " prev=" + m.prevLogIndex() + "(" + m.prevLogTerm() + ")"
                    + (m.entries().isEmpty() ? "" : " [" + of(m.entries()) + "]") + " commit=" + m.leaderCommit();
        } else if (rpc instanceof Rpc.AppendEntriesReply m) {
            return m.success()
                    ? "accepted" + term + " match=" + m.matchIndex()
                    : "refused" + term + " hint=" + m.hintIndex() + "(" + m.hintTerm() + ")";
        } else if (rpc instanceof Rpc.RequestVote m) {
            return "requestVote" + term + " last=" + m.lastLogIndex() + "(" + m.lastLogTerm() + ")";
        } else if (rpc instanceof Rpc.RequestVoteReply m) {
            return (m.granted() ? "vote" : "noVote") + term;
        }
        throw new AssertionError("unhandled " + rpc);
    }

    /** {@code index:payload(term)}. */
    static String of(List<Entry> entries) {
        return entries.stream()
                .map(e -> e.index() + ":" + new String(e.payload(), UTF_8) + "(" + e.term() + ")")
                .collect(Collectors.joining(" "));
    }

    private static String of(HardState state) {
        return " term=" + state.term() + " votedFor="
                + state.votedFor().map(NodeId::value).orElse("-");
    }
}
