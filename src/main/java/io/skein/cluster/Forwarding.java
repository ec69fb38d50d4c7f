package io.skein.cluster;

import io.skein.machine.Command;
import io.skein.raft.NodeId;
import io.skein.replica.CommandBytes;
import io.skein.replica.Effect.Refuse.Reason;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The way of commands from a node that does not lead to the one that does: once, and never on from there. What was not
 * sent or was refused is not executed; what was sent and not answered stays unknown (DESIGN D13).
 */
final class Forwarding {
    /** Commands that were handed on and are not answered, in bytes; above it no more are. */
    private static final long MAX_UNANSWERED_BYTES = Proposer.MAX_QUEUED_BYTES;

    private final Peers peers;
    private final CommandBytes codec;
    private final Replies replies;
    private final Proposer proposer;
    private long unansweredBytes;
    private volatile int unanswered;
    private boolean isClosed;

    Forwarding(Peers peers, CommandBytes codec, Replies replies, Proposer proposer) {
        this.peers = peers;
        this.codec = codec;
        this.replies = replies;
        this.proposer = proposer;
    }

    /** Commands that this node handed on and that are not answered; from any thread. */
    int unanswered() {
        return unanswered;
    }

    /** From now on commands of other nodes are refused: they find another leader, or this one when it is back. */
    void close() {
        isClosed = true;
    }

    /** Hands on what is not handed on already; returns what is left for this node. */
    List<Proposer.Waiting> pass(List<Proposer.Waiting> proposals, Optional<NodeId> leader) {
        if (leader.isEmpty()) {
            return proposals;
        }
        List<Proposer.Waiting> left = new ArrayList<>();
        for (Proposer.Waiting proposal : proposals) {
            if (proposal.passed()) {
                left.add(proposal);
            } else {
                pass(proposal, leader.get());
            }
        }
        return left;
    }

    private void pass(Proposer.Waiting proposal, NodeId leader) {
        if (unansweredBytes + proposal.size() > MAX_UNANSWERED_BYTES) {
            replies.fail(proposal.home(), proposal.promise(), new NotExecuted(Reason.OVERLOADED));
            replies.flush();
            return;
        }
        unansweredBytes += proposal.size();
        unanswered++;
        Command command = proposal.command();
        peers.forward(leader, new Forward(codec.of(command), proposal.key())).onComplete(answer -> {
            unansweredBytes -= proposal.size();
            unanswered--;
            if (answer.succeeded()) {
                ForwardReply reply = answer.result();
                replies.complete(
                        proposal.home(),
                        proposal.promise(),
                        new Committed(
                                codec.outcome(command, reply.outcome()),
                                reply.index(),
                                reply.term(),
                                reply.time(),
                                reply.replayed()));
            } else {
                replies.fail(proposal.home(), proposal.promise(), answer.cause());
            }
            replies.flush();
        });
    }

    /** A command that another node handed on to this one. */
    Future<ForwardReply> take(Forward forward) {
        if (isClosed) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        Command command;
        try {
            command = codec.command(forward.command());
        } catch (IllegalArgumentException notACommand) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        return proposer.proposePassed(command, forward.key())
                .map(committed -> new ForwardReply(
                        codec.of(command, committed.outcome()),
                        committed.index(),
                        committed.term(),
                        committed.time(),
                        committed.replayed()));
    }
}
