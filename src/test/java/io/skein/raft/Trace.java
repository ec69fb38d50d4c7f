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
        } else if (effect instanceof Effect.ConfigurationChanged changed) {
            return node + " knows members " + of(changed.configuration()) + " by " + changed.index();
        } else if (effect instanceof Effect.Amnesiac amnesiac) {
            return node + " lacks what it acknowledged up to " + amnesiac.index();
        } else if (effect instanceof Effect.ReadReady ready) {
            return node + " may read " + ready.id() + " at " + ready.index();
        } else if (effect instanceof Effect.ReadFailed failed) {
            return node + " fails read " + failed.id();
        } else if (effect instanceof Effect.Load load) {
            return node + " loads from " + load.fromIndex() + " for " + load.peer();
        } else if (effect instanceof Effect.SendSnapshot send) {
            return node + " sends a snapshot to " + send.peer();
        }
        throw new AssertionError("unhandled " + effect);
    }

    static String of(Rpc rpc) {
        String term = " term=" + rpc.term();
        if (rpc instanceof Rpc.AppendEntries m) {
            String what = m.entries().isEmpty() ? "heartbeat" : "append";
            return what + term + " prev=" + m.prevLogIndex() + "(" + m.prevLogTerm() + ")"
                    + (m.entries().isEmpty() ? "" : " [" + of(m.entries()) + "]") + " commit=" + m.leaderCommit()
                    + round(m.round());
        } else if (rpc instanceof Rpc.AppendEntriesReply m) {
            return m.success()
                    ? "accepted" + term + " match=" + m.matchIndex() + round(m.round())
                    : "refused" + term + " hint=" + m.hintIndex() + "(" + m.hintTerm() + ")" + round(m.round());
        } else if (rpc instanceof Rpc.RequestVote m) {
            return "requestVote" + term + " last=" + m.lastLogIndex() + "(" + m.lastLogTerm() + ")"
                    + (m.transfer() ? " transfer" : "");
        } else if (rpc instanceof Rpc.RequestVoteReply m) {
            return (m.granted() ? "vote" : "noVote") + term;
        } else if (rpc instanceof Rpc.PreVote m) {
            return "preVote" + term + " last=" + m.lastLogIndex() + "(" + m.lastLogTerm() + ")";
        } else if (rpc instanceof Rpc.PreVoteReply m) {
            return (m.granted() ? "would" : "wouldNot") + term;
        } else if (rpc instanceof Rpc.TimeoutNow) {
            return "timeoutNow" + term;
        } else if (rpc instanceof Rpc.Amnesia m) {
            return "amnesia" + term + " incarnation=" + m.incarnation() + " index=" + m.index();
        } else if (rpc instanceof Rpc.ReadIndex m) {
            return "readIndex" + term + " question=" + (m.id() & 0xf);
        } else if (rpc instanceof Rpc.ReadIndexReply m) {
            return "readIndexReply" + term + " question=" + (m.id() & 0xf) + " index=" + m.index();
        }
        throw new AssertionError("unhandled " + rpc);
    }

    static String of(Peer peer) {
        return peer.id() + " match=" + peer.matchIndex()
                + (peer.streaming() ? " streaming" : " probing")
                + (peer.snapshotting() ? " snapshotting" : "")
                + (peer.reachable() ? "" : " unreachable");
    }

    private static String round(long round) {
        return round == 0 ? "" : " round=" + round;
    }

    /** As {@link SimulatedNode#configuration} reads it. */
    static String of(Configuration configuration) {
        return configuration.members().stream()
                .map(m -> (m.voter() ? "" : "+")
                        + m.id()
                        + (m.id().value().equals("" + m.incarnation()) ? "" : "/" + m.incarnation()))
                .collect(Collectors.joining(" "));
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
