package io.skein.cluster;

import com.google.protobuf.UnsafeByteOperations;
import io.skein.machine.FeatureLevel;
import io.skein.raft.Entry;
import io.skein.raft.NodeId;
import io.skein.raft.Rpc;
import io.skein.replica.PeerMessage;
import io.skein.wire.AmnesiaProto;
import io.skein.wire.AppendEntriesProto;
import io.skein.wire.AppendEntriesReplyProto;
import io.skein.wire.EntryKindProto;
import io.skein.wire.EntryProto;
import io.skein.wire.PeerMessageProto;
import io.skein.wire.PreVoteProto;
import io.skein.wire.PreVoteReplyProto;
import io.skein.wire.ReadIndexProto;
import io.skein.wire.ReadIndexReplyProto;
import io.skein.wire.RequestVoteProto;
import io.skein.wire.RequestVoteReplyProto;
import io.skein.wire.TimeoutNowProto;
import java.util.ArrayList;
import java.util.List;

/** What replicas say to each other, as protobuf. Decoding throws {@link IllegalArgumentException} and nothing else. */
final class RpcCodec {
    private RpcCodec() {}

    static PeerMessageProto toProto(PeerMessage message) {
        var proto = PeerMessageProto.newBuilder()
                .setWallMs(message.wallMs())
                .setHashIndex(message.hashIndex())
                .setHash(message.hash())
                .setFeatureLevel(message.featureLevel());
        Rpc rpc = message.rpc();
        if (rpc instanceof Rpc.AppendEntries append) {
            proto.setAppendEntries(toProto(append));
        } else if (rpc instanceof Rpc.AppendEntriesReply reply) {
            proto.setAppendEntriesReply(AppendEntriesReplyProto.newBuilder()
                    .setTerm(reply.term())
                    .setSuccess(reply.success())
                    .setMatchIndex(reply.matchIndex())
                    .setHintIndex(reply.hintIndex())
                    .setHintTerm(reply.hintTerm())
                    .setRound(reply.round()));
        } else if (rpc instanceof Rpc.PreVote vote) {
            proto.setPreVote(PreVoteProto.newBuilder()
                    .setTerm(vote.term())
                    .setLastLogIndex(vote.lastLogIndex())
                    .setLastLogTerm(vote.lastLogTerm()));
        } else if (rpc instanceof Rpc.PreVoteReply reply) {
            proto.setPreVoteReply(
                    PreVoteReplyProto.newBuilder().setTerm(reply.term()).setGranted(reply.granted()));
        } else if (rpc instanceof Rpc.TimeoutNow now) {
            proto.setTimeoutNow(TimeoutNowProto.newBuilder().setTerm(now.term()));
        } else if (rpc instanceof Rpc.ReadIndex read) {
            proto.setReadIndex(ReadIndexProto.newBuilder().setTerm(read.term()).setId(read.id()));
        } else if (rpc instanceof Rpc.ReadIndexReply reply) {
            proto.setReadIndexReply(ReadIndexReplyProto.newBuilder()
                    .setTerm(reply.term())
                    .setId(reply.id())
                    .setIndexPlusOne(reply.index() + 1));
        } else if (rpc instanceof Rpc.Amnesia word) {
            proto.setAmnesia(AmnesiaProto.newBuilder()
                    .setTerm(word.term())
                    .setIncarnation(word.incarnation())
                    .setIndex(word.index()));
        } else if (rpc instanceof Rpc.RequestVote vote) {
            proto.setRequestVote(RequestVoteProto.newBuilder()
                    .setTerm(vote.term())
                    .setCandidate(vote.candidate().value())
                    .setLastLogIndex(vote.lastLogIndex())
                    .setLastLogTerm(vote.lastLogTerm())
                    .setTransfer(vote.transfer()));
        } else if (rpc instanceof Rpc.RequestVoteReply reply) {
            proto.setRequestVoteReply(
                    RequestVoteReplyProto.newBuilder().setTerm(reply.term()).setGranted(reply.granted()));
        } else {
            throw new AssertionError("unhandled " + rpc);
        }
        return proto.build();
    }

    /** Payloads are not copied. */
    private static AppendEntriesProto toProto(Rpc.AppendEntries append) {
        var proto = AppendEntriesProto.newBuilder()
                .setTerm(append.term())
                .setLeader(append.leader().value())
                .setPrevLogIndex(append.prevLogIndex())
                .setPrevLogTerm(append.prevLogTerm())
                .setLeaderCommit(append.leaderCommit())
                .setRound(append.round());
        for (Entry entry : append.entries()) {
            proto.addEntries(EntryProto.newBuilder()
                    .setTerm(entry.term())
                    .setKind(
                            switch (entry.kind()) {
                                case NOOP -> EntryKindProto.ENTRY_KIND_NOOP;
                                case COMMANDS -> EntryKindProto.ENTRY_KIND_COMMANDS;
                                case CONFIGURATION -> EntryKindProto.ENTRY_KIND_CONFIGURATION;
                            })
                    .setPayload(UnsafeByteOperations.unsafeWrap(entry.payload())));
        }
        return proto.build();
    }

    static PeerMessage fromProto(PeerMessageProto proto) {
        // A hash index below 0 means something: it is the leader's word on what a majority has.
        return new PeerMessage(
                rpc(proto),
                proto.getWallMs(),
                proto.getHashIndex(),
                proto.getHash(),
                FeatureLevel.said(proto.getFeatureLevel()));
    }

    private static Rpc rpc(PeerMessageProto proto) {
        return switch (proto.getRpcCase()) {
            case APPEND_ENTRIES -> fromProto(proto.getAppendEntries());
            case APPEND_ENTRIES_REPLY -> {
                var reply = proto.getAppendEntriesReply();
                yield new Rpc.AppendEntriesReply(
                        term(reply.getTerm()),
                        reply.getSuccess(),
                        natural(reply.getMatchIndex(), "match index"),
                        natural(reply.getHintIndex(), "hint index"),
                        natural(reply.getHintTerm(), "hint term"),
                        natural(reply.getRound(), "round"));
            }
            case PRE_VOTE -> {
                var vote = proto.getPreVote();
                yield new Rpc.PreVote(
                        term(vote.getTerm()),
                        natural(vote.getLastLogIndex(), "last log index"),
                        natural(vote.getLastLogTerm(), "last log term"));
            }
            case PRE_VOTE_REPLY -> {
                var reply = proto.getPreVoteReply();
                yield new Rpc.PreVoteReply(term(reply.getTerm()), reply.getGranted());
            }
            case TIMEOUT_NOW -> new Rpc.TimeoutNow(term(proto.getTimeoutNow().getTerm()));
            case AMNESIA -> {
                var word = proto.getAmnesia();
                yield new Rpc.Amnesia(term(word.getTerm()), word.getIncarnation(), natural(word.getIndex(), "index"));
            }
            case READ_INDEX -> {
                var read = proto.getReadIndex();
                yield new Rpc.ReadIndex(term(read.getTerm()), read.getId());
            }
            case READ_INDEX_REPLY -> {
                var reply = proto.getReadIndexReply();
                yield new Rpc.ReadIndexReply(
                        term(reply.getTerm()), reply.getId(), natural(reply.getIndexPlusOne(), "index") - 1);
            }
            case REQUEST_VOTE -> {
                var vote = proto.getRequestVote();
                yield new Rpc.RequestVote(
                        term(vote.getTerm()),
                        new NodeId(vote.getCandidate()),
                        natural(vote.getLastLogIndex(), "last log index"),
                        natural(vote.getLastLogTerm(), "last log term"),
                        vote.getTransfer());
            }
            case REQUEST_VOTE_REPLY -> {
                var reply = proto.getRequestVoteReply();
                yield new Rpc.RequestVoteReply(term(reply.getTerm()), reply.getGranted());
            }
            default -> throw new IllegalArgumentException("a message of an unknown kind: " + proto.getRpcCase());
        };
    }

    private static Rpc.AppendEntries fromProto(AppendEntriesProto proto) {
        long index = natural(proto.getPrevLogIndex(), "previous log index");
        if (index > Long.MAX_VALUE - proto.getEntriesCount()) {
            throw new IllegalArgumentException("no entry can follow index " + index);
        }
        List<Entry> entries = new ArrayList<>(proto.getEntriesCount());
        for (EntryProto entry : proto.getEntriesList()) {
            index++;
            Entry.Kind kind = switch (entry.getKind()) {
                case ENTRY_KIND_NOOP -> Entry.Kind.NOOP;
                case ENTRY_KIND_COMMANDS -> Entry.Kind.COMMANDS;
                case ENTRY_KIND_CONFIGURATION -> Entry.Kind.CONFIGURATION;
                default -> throw new IllegalArgumentException("entry " + index + " is of an unknown kind");
            };
            if (entry.getTerm() < 1) {
                throw new IllegalArgumentException("entry " + index + " is of term " + entry.getTerm());
            }
            entries.add(
                    new Entry(index, entry.getTerm(), kind, entry.getPayload().toByteArray()));
        }
        return new Rpc.AppendEntries(
                term(proto.getTerm()),
                new NodeId(proto.getLeader()),
                proto.getPrevLogIndex(),
                natural(proto.getPrevLogTerm(), "previous log term"),
                entries,
                natural(proto.getLeaderCommit(), "commit index"),
                natural(proto.getRound(), "round"));
    }

    /** 0 from a node that has not been in any yet. */
    private static long term(long term) {
        return natural(term, "a term");
    }

    private static long natural(long number, String what) {
        if (number < 0) {
            throw new IllegalArgumentException(what + " is not negative, but " + number);
        }
        return number;
    }
}
