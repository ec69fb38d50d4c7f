package io.skein.cluster;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.skein.cluster.PeerFrame.Purpose;
import io.skein.cluster.PeerFrame.Versions;
import io.skein.machine.FeatureLevel;
import io.skein.machine.IdempotencyKey;
import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.wire.AnswerProto;
import io.skein.wire.AskProto;
import io.skein.wire.ChallengeProto;
import io.skein.wire.DecidedProto;
import io.skein.wire.ForwardProto;
import io.skein.wire.ForwardRefusalProto;
import io.skein.wire.ForwardReplyProto;
import io.skein.wire.HelloProto;
import io.skein.wire.HelloRefusalProto;
import io.skein.wire.HelloReplyProto;
import io.skein.wire.NoSecretProto;
import io.skein.wire.PeerFactsProto;
import io.skein.wire.PeerFrameProto;
import io.skein.wire.PingProto;
import io.skein.wire.ProofProto;
import io.skein.wire.PurposeProto;
import io.skein.wire.SnapshotAckProto;
import io.skein.wire.SnapshotChunkProto;
import io.skein.wire.SnapshotCodeProto;
import java.io.IOException;
import java.util.Optional;

/** Frames between nodes as protobuf (peer.proto), for one Raft group. */
final class PeerCodec {
    private final long group;

    PeerCodec(long group) {
        this.group = group;
    }

    PeerFrameProto toProto(PeerFrame frame) {
        var proto = PeerFrameProto.newBuilder().setGroup(group);
        if (frame instanceof PeerFrame.Message m) {
            proto.setMessage(RpcCodec.toProto(m.message()));
        } else if (frame instanceof PeerFrame.ForwardCall f) {
            proto.setForward(forward(f));
        } else if (frame instanceof PeerFrame.Decided d) {
            ForwardReply reply = d.reply();
            proto.setForwardReply(ForwardReplyProto.newBuilder()
                    .setId(d.id())
                    .setDecided(DecidedProto.newBuilder()
                            .setOutcome(bytes(reply.outcome()))
                            .setIndex(reply.index())
                            .setTerm(reply.term())
                            .setTime(reply.time())
                            .setReplayed(reply.replayed())));
        } else if (frame instanceof PeerFrame.Refused r) {
            proto.setForwardReply(ForwardReplyProto.newBuilder().setId(r.id()).setRefused(refusal(r.reason())));
        } else if (frame instanceof PeerFrame.Unknown u) {
            proto.setForwardReply(ForwardReplyProto.newBuilder().setId(u.id()).setUnknown(u.detail()));
        } else if (frame instanceof PeerFrame.AskCall a) {
            proto.setAsk(AskProto.newBuilder()
                    .setId(a.id())
                    .setKind(a.ask().kind())
                    .setPayload(bytes(a.ask().payload())));
        } else if (frame instanceof PeerFrame.Answered a) {
            proto.setAnswer(AnswerProto.newBuilder()
                    .setId(a.id())
                    .setOk(a.answer().ok())
                    .setCode(a.answer().code())
                    .setPayload(bytes(a.answer().payload())));
        } else if (frame instanceof PeerFrame.ChunkCall c) {
            proto.setSnapshotChunk(chunk(c));
        } else if (frame instanceof PeerFrame.Acked a) {
            proto.setSnapshotAck(SnapshotAckProto.newBuilder()
                    .setId(a.id())
                    .setSnapshot(a.ack().snapshot())
                    .setNextOffset(a.ack().nextOffset())
                    .setCode(code(a.ack().code())));
        } else if (frame instanceof PeerFrame.Ping p) {
            proto.setPing(PingProto.newBuilder().setId(p.id()));
        } else if (frame instanceof PeerFrame.Pong p) {
            proto.setPong(PingProto.newBuilder().setId(p.id()));
        } else if (frame instanceof PeerFrame.Hello h) {
            proto.setGroup(h.group())
                    .setHello(HelloProto.newBuilder()
                            .setFacts(facts(h.versions(), h.facts()))
                            .setPurpose(
                                    h.purpose() == Purpose.MEMBER
                                            ? PurposeProto.PURPOSE_MEMBER
                                            : PurposeProto.PURPOSE_ASK));
        } else if (frame instanceof PeerFrame.HelloReply h) {
            proto.setGroup(h.group())
                    .setHelloReply(HelloReplyProto.newBuilder()
                            .setOk(h.refusal().isEmpty())
                            .setRefusal(h.refusal().map(PeerCodec::refusal).orElse(HelloRefusalProto.HELLO_ACCEPTED))
                            .setFacts(facts(h.versions(), h.facts())));
        } else if (frame instanceof PeerFrame.Challenge c) {
            proto.setChallenge(ChallengeProto.newBuilder().setNonce(bytes(c.nonce())));
        } else if (frame instanceof PeerFrame.Proof p) {
            proto.setProof(ProofProto.newBuilder()
                    .setNode(p.node().value())
                    .addAllMacs(p.macs().stream().map(PeerCodec::bytes).toList()));
        } else if (frame instanceof PeerFrame.NoSecret n) {
            proto.setNoSecret(NoSecretProto.newBuilder().setHere(n.here()));
        } else {
            throw new AssertionError("unhandled " + frame);
        }
        return proto.build();
    }

    /**
     * @param frame without its length; parts of it may be kept, it is never changed afterwards
     * @throws IllegalArgumentException and nothing else, with what is wrong, when it is no frame that can be understood
     */
    PeerFrame decode(byte[] frame) {
        PeerFrameProto proto;
        try {
            // Payloads stay slices of the frame until their one copy into records.
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(frame).newCodedInput();
            in.enableAliasing(true);
            proto = PeerFrameProto.parseFrom(in);
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalArgumentException("not a frame between nodes: " + damaged.getMessage(), damaged);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return fromProto(proto);
    }

    private PeerFrame fromProto(PeerFrameProto proto) {
        PeerFrameProto.FrameCase kind = proto.getFrameCase();
        if (kind == PeerFrameProto.FrameCase.HELLO) {
            HelloProto hello = proto.getHello();
            PeerFactsProto facts = hello.getFacts();
            return new PeerFrame.Hello(proto.getGroup(), versions(facts), facts(facts), purpose(hello.getPurpose()));
        }
        if (kind == PeerFrameProto.FrameCase.HELLO_REPLY) {
            HelloReplyProto reply = proto.getHelloReply();
            PeerFactsProto facts = reply.getFacts();
            Optional<HelloRefusal> refusal =
                    reply.getOk() ? Optional.empty() : Optional.of(refusal(reply.getRefusal()));
            return new PeerFrame.HelloReply(proto.getGroup(), versions(facts), refusal, facts(facts));
        }
        if (proto.getGroup() != group) {
            throw new IllegalArgumentException(
                    "a frame of group " + proto.getGroup() + ", where group " + group + " is spoken");
        }
        return switch (kind) {
            case MESSAGE -> new PeerFrame.Message(RpcCodec.fromProto(proto.getMessage()));
            case FORWARD -> forward(proto.getForward());
            case FORWARD_REPLY -> reply(proto.getForwardReply());
            case ASK -> {
                AskProto ask = proto.getAsk();
                yield new PeerFrame.AskCall(
                        ask.getId(), new Ask(ask.getKind(), ask.getPayload().toByteArray()));
            }
            case ANSWER -> {
                AnswerProto answer = proto.getAnswer();
                yield new PeerFrame.Answered(
                        answer.getId(),
                        new Answer(
                                answer.getOk(),
                                answer.getCode(),
                                answer.getPayload().toByteArray()));
            }
            case SNAPSHOT_CHUNK -> chunk(proto.getSnapshotChunk());
            case SNAPSHOT_ACK -> {
                SnapshotAckProto ack = proto.getSnapshotAck();
                if (ack.getNextOffset() < 0) {
                    throw new IllegalArgumentException("offsets begin at 0, not " + ack.getNextOffset());
                }
                yield new PeerFrame.Acked(
                        ack.getId(), new SnapshotAck(ack.getSnapshot(), ack.getNextOffset(), code(ack.getCode())));
            }
            case PING -> new PeerFrame.Ping(proto.getPing().getId());
            case PONG -> new PeerFrame.Pong(proto.getPong().getId());
            case CHALLENGE ->
                new PeerFrame.Challenge(proto.getChallenge().getNonce().toByteArray());
            case PROOF -> {
                ProofProto proof = proto.getProof();
                yield new PeerFrame.Proof(
                        new NodeId(proof.getNode()),
                        proof.getMacsList().stream()
                                .map(ByteString::toByteArray)
                                .toList());
            }
            case NO_SECRET -> new PeerFrame.NoSecret(proto.getNoSecret().getHere());
            default -> throw new IllegalArgumentException("a frame of an unknown kind");
        };
    }

    private static PeerFactsProto facts(Versions versions, PeerFacts facts) {
        return PeerFactsProto.newBuilder()
                .setOldestVersion(versions.oldest())
                .setVersion(versions.newest())
                .setNode(facts.node().value())
                .setClusterId(facts.clusterId())
                .setIncarnation(facts.incarnation())
                .setEmpty(facts.empty())
                .setBuild(facts.build().version())
                .setFeatureLevel(facts.build().newestLevel())
                .setOldestFeatureLevel(facts.build().oldestLevel())
                .setClusterFeatureLevel(facts.clusterLevel())
                .build();
    }

    private static PeerFacts facts(PeerFactsProto proto) {
        return new PeerFacts(
                new NodeId(proto.getNode()),
                proto.getClusterId(),
                proto.getIncarnation(),
                proto.getEmpty(),
                new Build(
                        proto.getBuild(),
                        FeatureLevel.said(proto.getOldestFeatureLevel()),
                        FeatureLevel.said(proto.getFeatureLevel())),
                FeatureLevel.said(proto.getClusterFeatureLevel()));
    }

    private static Versions versions(PeerFactsProto proto) {
        return new Versions(proto.getOldestVersion(), proto.getVersion());
    }

    private static Purpose purpose(PurposeProto proto) {
        return switch (proto) {
            case PURPOSE_MEMBER -> Purpose.MEMBER;
            case PURPOSE_ASK -> Purpose.ASK;
            default -> throw new IllegalArgumentException("a connection without a known purpose");
        };
    }

    private static HelloRefusalProto refusal(HelloRefusal refusal) {
        return switch (refusal) {
            case OTHER_VERSION -> HelloRefusalProto.HELLO_OTHER_VERSION;
            case OTHER_GROUP -> HelloRefusalProto.HELLO_OTHER_GROUP;
            case OTHER_CLUSTER -> HelloRefusalProto.HELLO_OTHER_CLUSTER;
            case SAME_NODE -> HelloRefusalProto.HELLO_SAME_NODE;
            case FEATURE_LEVEL -> HelloRefusalProto.HELLO_FEATURE_LEVEL;
            case OTHER_NODE -> throw new AssertionError("said by who called, never to who called");
        };
    }

    /** A reason that only a later version knows is for us a matter of versions. */
    private static HelloRefusal refusal(HelloRefusalProto proto) {
        return switch (proto) {
            case HELLO_OTHER_GROUP -> HelloRefusal.OTHER_GROUP;
            case HELLO_OTHER_CLUSTER -> HelloRefusal.OTHER_CLUSTER;
            case HELLO_SAME_NODE -> HelloRefusal.SAME_NODE;
            case HELLO_FEATURE_LEVEL -> HelloRefusal.FEATURE_LEVEL;
            default -> HelloRefusal.OTHER_VERSION;
        };
    }

    private static ForwardProto forward(PeerFrame.ForwardCall call) {
        var proto = ForwardProto.newBuilder()
                .setId(call.id())
                .setCommand(bytes(call.forward().command()));
        call.forward()
                .key()
                .ifPresent(key -> proto.setHasKey(true)
                        .setKeyScopeHigh(key.scopeHigh())
                        .setKeyScopeLow(key.scopeLow())
                        .setKeyBodyHash(key.bodyHash()));
        return proto.build();
    }

    private static PeerFrame.ForwardCall forward(ForwardProto proto) {
        Optional<IdempotencyKey> key = proto.getHasKey()
                ? Optional.of(
                        new IdempotencyKey(proto.getKeyScopeHigh(), proto.getKeyScopeLow(), proto.getKeyBodyHash()))
                : Optional.empty();
        return new PeerFrame.ForwardCall(
                proto.getId(), new Forward(proto.getCommand().toByteArray(), key));
    }

    private static PeerFrame.Reply reply(ForwardReplyProto proto) {
        return switch (proto.getReplyCase()) {
            case DECIDED -> {
                DecidedProto decided = proto.getDecided();
                yield new PeerFrame.Decided(
                        proto.getId(),
                        new ForwardReply(
                                decided.getOutcome().toByteArray(),
                                decided.getIndex(),
                                decided.getTerm(),
                                decided.getTime(),
                                decided.getReplayed()));
            }
            case REFUSED -> new PeerFrame.Refused(proto.getId(), reason(proto.getRefused()));
            case UNKNOWN -> new PeerFrame.Unknown(proto.getId(), proto.getUnknown());
            default -> throw new IllegalArgumentException("a reply to a forwarded command that says nothing");
        };
    }

    private static ForwardRefusalProto refusal(Reason reason) {
        return switch (reason) {
            case NOT_LEADER, CHANGE_PENDING, UNKNOWN_MEMBER, LAST_VOTER, ID_IN_USE, NO_SUCCESSOR ->
                ForwardRefusalProto.FORWARD_NOT_LEADER;
            case OVERLOADED -> ForwardRefusalProto.FORWARD_OVERLOADED;
            case DISK_FULL -> ForwardRefusalProto.FORWARD_DISK_FULL;
            case CATCHING_UP -> ForwardRefusalProto.FORWARD_CATCHING_UP;
            case FEATURE_LEVEL -> ForwardRefusalProto.FORWARD_FEATURE_LEVEL;
        };
    }

    /** What is not executed stays not executed, even for a reason that only a later version knows. */
    private static Reason reason(ForwardRefusalProto proto) {
        return switch (proto) {
            case FORWARD_OVERLOADED -> Reason.OVERLOADED;
            case FORWARD_DISK_FULL -> Reason.DISK_FULL;
            case FORWARD_CATCHING_UP -> Reason.CATCHING_UP;
            case FORWARD_FEATURE_LEVEL -> Reason.FEATURE_LEVEL;
            default -> Reason.NOT_LEADER;
        };
    }

    private static SnapshotChunkProto chunk(PeerFrame.ChunkCall call) {
        SnapshotChunk chunk = call.chunk();
        return SnapshotChunkProto.newBuilder()
                .setId(call.id())
                .setSnapshot(chunk.snapshot())
                .setOffset(chunk.offset())
                .setTotal(chunk.total())
                .setCrc(chunk.crc())
                .setLast(chunk.isLast())
                .setSha256(bytes(chunk.sha256()))
                .setIndex(chunk.index())
                .setTerm(chunk.term())
                .setBytes(bytes(chunk.bytes()))
                .build();
    }

    private static PeerFrame.ChunkCall chunk(SnapshotChunkProto proto) {
        return new PeerFrame.ChunkCall(
                proto.getId(),
                new SnapshotChunk(
                        proto.getSnapshot(),
                        proto.getOffset(),
                        proto.getTotal(),
                        proto.getCrc(),
                        proto.getSha256().toByteArray(),
                        proto.getIndex(),
                        proto.getTerm(),
                        proto.getBytes().toByteArray()));
    }

    private static SnapshotCodeProto code(SnapshotAck.Code code) {
        return switch (code) {
            case NEXT -> SnapshotCodeProto.SNAPSHOT_NEXT;
            case AGAIN -> SnapshotCodeProto.SNAPSHOT_AGAIN;
            case BUSY -> SnapshotCodeProto.SNAPSHOT_BUSY;
            case WHOLE -> SnapshotCodeProto.SNAPSHOT_WHOLE;
            case DISCARDED -> SnapshotCodeProto.SNAPSHOT_DISCARDED;
            case FAILED -> SnapshotCodeProto.SNAPSHOT_FAILED;
        };
    }

    private static SnapshotAck.Code code(SnapshotCodeProto proto) {
        return switch (proto) {
            case SNAPSHOT_NEXT -> SnapshotAck.Code.NEXT;
            case SNAPSHOT_AGAIN -> SnapshotAck.Code.AGAIN;
            case SNAPSHOT_BUSY -> SnapshotAck.Code.BUSY;
            case SNAPSHOT_WHOLE -> SnapshotAck.Code.WHOLE;
            case SNAPSHOT_DISCARDED -> SnapshotAck.Code.DISCARDED;
            case SNAPSHOT_FAILED -> SnapshotAck.Code.FAILED;
            default -> throw new IllegalArgumentException("an answer about a snapshot that says nothing");
        };
    }

    /** Not copied: what records hold is never changed. */
    private static ByteString bytes(byte[] bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes);
    }
}
