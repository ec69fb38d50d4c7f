package io.skein.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Node 1 of a cluster whose other nodes are played by the test. Its disk finishes at once, unless held. */
final class OneNode {
    static final RaftTiming TIMING = RaftTiming.ofMillis(50, 300);
    static final NodeId SELF = new NodeId("1");

    final SimulatedNode node;
    long nowNanos;
    private boolean diskHeld;

    private OneNode(int clusterSize, RaftLimits limits, HardState hardState, List<Entry> log) {
        node = new SimulatedNode(SELF, SimulatedNode.voters(clusterSize), TIMING, limits, new Random(7));
        node.disk(hardState, log);
        node.start();
        step(new Input.Tick());
    }

    static OneNode of(int clusterSize) {
        return new OneNode(clusterSize, RaftLimits.DEFAULT, HardState.INITIAL, List.of());
    }

    static OneNode of(int clusterSize, RaftLimits limits) {
        return new OneNode(clusterSize, limits, HardState.INITIAL, List.of());
    }

    /** With a log of these terms, that is in the last of them. */
    static OneNode withLog(int clusterSize, long... terms) {
        long term = terms[terms.length - 1];
        return new OneNode(clusterSize, RaftLimits.DEFAULT, new HardState(term, Optional.empty()), log(terms));
    }

    static List<Entry> log(long... terms) {
        return entries(1, terms);
    }

    static List<Entry> entries(long firstIndex, long... terms) {
        var entries = new ArrayList<Entry>();
        for (long term : terms) {
            long index = firstIndex + entries.size();
            entries.add(new Entry(index, term, Entry.Kind.COMMANDS, (index + "/" + term).getBytes(UTF_8)));
        }
        return entries;
    }

    static NodeId id(int number) {
        return new NodeId("" + number);
    }

    // Messages without what only later tests are about.

    static Rpc.AppendEntries append(
            long term, NodeId leader, long prevLogIndex, long prevLogTerm, List<Entry> entries, long leaderCommit) {
        return new Rpc.AppendEntries(term, leader, prevLogIndex, prevLogTerm, entries, leaderCommit, 0);
    }

    static Rpc.AppendEntriesReply accepted(long term, long matchIndex) {
        return Rpc.AppendEntriesReply.accepted(term, matchIndex, 0);
    }

    static Rpc.AppendEntriesReply refused(long term, long hintIndex, long hintTerm) {
        return Rpc.AppendEntriesReply.refused(term, hintIndex, hintTerm, 0);
    }

    static Rpc.RequestVote requestVote(long term, NodeId candidate, long lastLogIndex, long lastLogTerm) {
        return new Rpc.RequestVote(term, candidate, lastLogIndex, lastLogTerm, false);
    }

    /** Alone with its disk as described, of the incarnation that the configuration says. */
    static Raft raft(NodeId self, Configuration configuration, HardState hardState, LogStart start) {
        return new Raft(
                self,
                configuration.member(self).map(Member::incarnation).orElse(77L),
                hardState,
                new LogStart(
                        start.compactedIndex(),
                        start.compactedTerm(),
                        start.terms(),
                        List.of(new LogStart.ConfigurationStart(0, configuration)),
                        start.entries(),
                        start.lastIndex(),
                        start.committed()),
                SimulatedNode::configuration,
                TIMING,
                RaftLimits.DEFAULT,
                new Random(1),
                () -> new byte[0]);
    }

    Raft raft() {
        return node.raft();
    }

    void holdDisk() {
        diskHeld = true;
    }

    /** Effects of the input, and of the writes it caused. */
    List<Effect> step(Input input) {
        var effects = new ArrayList<>(node.step(input, nowNanos));
        while (!diskHeld && node.underway() > 0) {
            effects.addAll(node.finishWrites(node.underway(), nowNanos));
        }
        return effects;
    }

    List<Effect> receive(int from, Rpc rpc) {
        return step(new Input.Received(id(from), from, rpc));
    }

    List<Effect> propose(String payload) {
        return step(new Input.Propose(Entry.Kind.COMMANDS, payload.getBytes(UTF_8)));
    }

    /** As {@link SimulatedNode#configuration} reads it. */
    List<Effect> proposeMembers(String members) {
        return step(new Input.Propose(Entry.Kind.CONFIGURATION, members.getBytes(UTF_8)));
    }

    /** Time passes, in steps as the node asks for them, and it is woken. */
    List<Effect> pass(long ms) {
        var effects = new ArrayList<Effect>();
        long end = nowNanos + ms * 1_000_000;
        while (raft().nextDeadlineNanos() <= end) {
            nowNanos = Math.max(nowNanos, raft().nextDeadlineNanos());
            effects.addAll(step(new Input.Tick()));
        }
        nowNanos = end;
        effects.addAll(step(new Input.Tick()));
        return effects;
    }

    /** After a timeout, and pre-votes of all others. */
    List<Effect> becomeCandidate() {
        var effects = new ArrayList<Effect>();
        long term = raft().term();
        while (raft().term() == term) {
            List<Effect> passed = pass(10);
            effects.addAll(passed);
            for (Effect effect : passed) {
                if (effect instanceof Effect.Send send && send.rpc() instanceof Rpc.PreVote asked) {
                    int voter = Integer.parseInt(send.to().value());
                    effects.addAll(receive(voter, new Rpc.PreVoteReply(asked.term(), true)));
                }
            }
        }
        assert raft().role() == Role.CANDIDATE || raft().isLeader();
        return effects;
    }

    /** Elected by node 2 (and 3, if needed). */
    void becomeLeader() {
        becomeCandidate();
        for (int voter = 2; !raft().isLeader(); voter++) {
            receive(voter, new Rpc.RequestVoteReply(raft().term(), true));
        }
    }

    static List<Rpc> sentTo(int peer, List<Effect> effects) {
        return effects.stream()
                .filter(e -> e instanceof Effect.Send send && send.to().equals(id(peer)))
                .map(e -> ((Effect.Send) e).rpc())
                .toList();
    }
}
