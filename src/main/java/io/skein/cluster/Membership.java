package io.skein.cluster;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skein.machine.FeatureLevel;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.MemberChange;
import io.skein.wire.MemberChangeProto;
import io.skein.wire.MemberProto;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * Who comes, goes and leads: what an operator or a node on its way in asks for is done by the leader, asked here or
 * through any other node. On the replica's context.
 */
public final class Membership {
    /** Who are you? Answered by everybody with {@link Facts}. */
    static final String FACTS = "facts";
    /** Count me in; carries the {@link Facts} of the one who asks. */
    static final String JOIN = "join";
    /** I am found elsewhere; carries the {@link Facts} of the one who says so. */
    static final String MOVED = "moved";
    /** Carries a MemberChangeProto. */
    static final String CHANGE = "change";

    private static final Set<String> KINDS = Set.of(JOIN, MOVED, CHANGE);
    private static final byte[] NOTHING = {};
    /** In place of an incarnation; no node has it. */
    private static final long AS_KNOWN = 0;
    /** In place of an index. */
    private static final long NOTHING_TO_DO = 0;

    private final ReplicaVerticle replica;

    Membership(ReplicaVerticle replica) {
        this.replica = replica;
    }

    /**
     * Adds the node that is found at an address as a learner; completes when that is committed. Fails with
     * {@link NotThere} when nobody answers there, or another node, or one that another cluster counts. A member that is
     * known by this address stays what it is, and need not answer: the question may be a repeat. Fails with it, too, when
     * this node stands alone and others would not reach it.
     */
    public Future<Long> add(NodeId id, String address, boolean voter) {
        Optional<String> obstacle = replica.whyAlone();
        if (obstacle.isPresent()) {
            return Future.failedFuture(NotThere.noWayBack(obstacle.get()));
        }
        return facts(replica.peers(), address)
                .compose(
                        found -> incarnation(found, id, address)
                                .map(incarnation -> addition(
                                        new Member(id, incarnation, address, false, voter),
                                        found.build().newestLevel())),
                        unheard -> silent(id, address)
                                .map(incarnation -> addition(
                                        new Member(id, incarnation, address, false, voter), FeatureLevel.FIRST)))
                .compose(this::ask)
                .recover(failure -> Future.failedFuture(isUnknown(failure) ? NotThere.nobody(address) : failure));
    }

    private static MemberChangeProto addition(Member member, int featureLevel) {
        return MemberChangeProto.newBuilder()
                .setAdd(proto(member))
                .setFeatureLevel(featureLevel)
                .build();
    }

    /** Why a node of that build cannot come in, if it cannot. */
    private Optional<NotExecuted> tooOld(NodeId node, Build build) {
        return build.worksAt(replica.featureLevel())
                ? Optional.empty()
                : Optional.of(new NotExecuted(
                        Reason.FEATURE_LEVEL,
                        "the cluster is at feature level " + replica.featureLevel() + ", and " + node + " runs " + build
                                + ": start it with a build that the others run"));
    }

    private static boolean isUnknown(Throwable failure) {
        return failure instanceof NotExecuted not && not.reason() == Reason.UNKNOWN_MEMBER;
    }

    private Future<Long> incarnation(Facts found, NodeId meant, String address) {
        if (!found.node().equals(meant)) {
            return Future.failedFuture(NotThere.other(address, found.node().value(), meant.value()));
        }
        if (isCountedElsewhere(found)) {
            return Future.failedFuture(NotThere.ofOtherCluster(address, meant.value()));
        }
        return tooOld(meant, found.build())
                .<Future<Long>>map(Future::failedFuture)
                .orElseGet(() -> Future.succeededFuture(found.incarnation()));
    }

    /** Which it is the leader knows: what this node has may be old. */
    private Future<Long> silent(NodeId id, String address) {
        return member(id, address).isPresent()
                ? Future.succeededFuture(AS_KNOWN)
                : Future.failedFuture(NotThere.nobody(address));
    }

    private Optional<Member> member(NodeId id, String address) {
        return replica.roster()
                .members()
                .member(id)
                .filter(member -> member.address().equals(address));
    }

    /** By its own word. Its log is that of another cluster: it would never take anything of this one. */
    private boolean isCountedElsewhere(Facts node) {
        return node.clusterId() != 0
                && node.clusterId() != replica.roster().clusterId()
                && node.member(node.node())
                        .filter(itself -> itself.incarnation() == node.incarnation())
                        .isPresent();
    }

    public Future<Long> remove(NodeId id) {
        return ask(MemberChangeProto.newBuilder().setRemove(id.value()).build());
    }

    /** Completes when the leader has taken the order; {@link ReplicaStatus} says when it leads. */
    public Future<Long> transfer(NodeId to) {
        return ask(MemberChangeProto.newBuilder().setTransfer(to.value()).build());
    }

    /**
     * The leader hands over to whoever is best placed.
     *
     * @param from who is to hand over; empty: whoever leads
     * @return who it was, when it has taken the order; empty when {@code from} does not lead, and there is nothing to do.
     *     Fails with {@link Reason#NO_SUCCESSOR} when nobody could follow, with {@link Reason#UNKNOWN_MEMBER} when {@code
     *     from} is none, and with {@link Reason#NOT_LEADER} when nobody is known to lead
     */
    public Future<Optional<NodeId>> handOver(Optional<NodeId> from) {
        Optional<NodeId> leader = replica.leader();
        if (from.isPresent() && replica.roster().members().member(from.get()).isEmpty()) {
            return Future.failedFuture(new NotExecuted(Reason.UNKNOWN_MEMBER));
        }
        if (leader.isEmpty()) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        if (from.isPresent() && !from.equals(leader)) {
            return Future.succeededFuture(Optional.empty());
        }
        if (leader.isPresent() && replica.roster().build(leader.get()).equals(Build.BEFORE_LEVELS)) {
            // Its build does not know that order, but it can be told to whom.
            return replica.roster()
                    .heir(leader.get())
                    .map(to -> transfer(to).map(index -> leader))
                    .orElseGet(() -> Future.failedFuture(new NotExecuted(Reason.NO_SUCCESSOR)));
        }
        return ask(MemberChangeProto.newBuilder()
                        .setHandOver(from.map(NodeId::value).orElse(""))
                        .build())
                .map(index -> index == NOTHING_TO_DO ? Optional.empty() : leader);
    }

    private Future<Long> handOver(String from) {
        return from.isEmpty() || from.equals(replica.peers().facts().node().value())
                ? replica.transferToSuccessor()
                : Future.succeededFuture(NOTHING_TO_DO);
    }

    /** What a node says of itself. */
    static Future<Facts> facts(Peers peers, String address) {
        return peers.ask(address, new Ask(FACTS, NOTHING)).compose(Membership::facts);
    }

    static Future<Facts> facts(Answer answer) {
        try {
            return answer.ok()
                    ? Future.succeededFuture(Facts.decode(answer.payload()))
                    : Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        } catch (IllegalArgumentException damaged) {
            return Future.failedFuture(damaged);
        }
    }

    private Future<Long> ask(MemberChangeProto change) {
        if (replica.leads()) {
            return carryOut(change);
        }
        Optional<NodeId> leader = replica.leader();
        if (leader.isEmpty()) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        return replica.peers()
                .ask(leader.get(), new Ask(CHANGE, change.toByteArray()))
                .compose(Membership::index);
    }

    private static Future<Long> index(Answer answer) {
        if (answer.ok()) {
            return Future.succeededFuture(Long.parseLong(new String(answer.payload(), StandardCharsets.US_ASCII)));
        }
        for (Reason reason : Reason.values()) {
            if (reason.name().equals(answer.code())) {
                return Future.failedFuture(new NotExecuted(reason));
            }
        }
        return Future.failedFuture(new Indeterminate(answer.code()));
    }

    /** Whether a question is one that is answered here. */
    static boolean isOfIt(String kind) {
        return kind.equals(FACTS) || KINDS.contains(kind);
    }

    /** Answers another node. */
    Future<Answer> answer(Ask ask) {
        if (ask.kind().equals(FACTS)) {
            return Future.succeededFuture(Answer.of(replica.facts().encode()));
        }
        if (!KINDS.contains(ask.kind())) {
            return Future.succeededFuture(Answer.no("unknown-kind"));
        }
        if (!replica.leads()) {
            // Handed on once: a leader's address is in the facts of whoever follows it.
            Optional<NodeId> leader = replica.leader();
            return leader.isEmpty() || ask.kind().equals(CHANGE)
                    ? Future.succeededFuture(Answer.no(Reason.NOT_LEADER.name()))
                    : replica.peers().ask(leader.get(), ask);
        }
        try {
            Future<Long> done = switch (ask.kind()) {
                case JOIN -> join(Facts.decode(ask.payload()));
                case MOVED -> takeNote(Facts.decode(ask.payload()));
                default -> carryOut(MemberChangeProto.parseFrom(ask.payload()));
            };
            return done.map(index -> Answer.of(Long.toString(index).getBytes(StandardCharsets.US_ASCII)))
                    .otherwise(failure -> Answer.no(
                            failure instanceof NotExecuted not ? not.reason().name() : "unknown"));
        } catch (InvalidProtocolBufferException | IllegalArgumentException damaged) {
            return Future.succeededFuture(Answer.no("malformed"));
        }
    }

    /**
     * Who comes back with another disk is to become what it was, or was to be: a learner stays one. A new one is to vote.
     *
     * <p>That an id is in use is said for good, and its own word for that is asked of who has it: a connection that it lost
     * with its disk stands for a moment.
     */
    private Future<Long> join(Facts node) {
        boolean votes = replica.roster()
                .members()
                .member(node.node())
                .map(known -> known.voter() || known.promote())
                .orElse(true);
        Member comes = new Member(node.node(), node.incarnation(), node.address(), false, votes);
        if (replica.whyAlone().isPresent()) {
            return Future.failedFuture(NotThere.noWayBack(replica.whyAlone().get()));
        }
        Optional<NotExecuted> tooOld = tooOld(node.node(), node.build());
        if (tooOld.isPresent()) {
            replica.peers()
                    .complaints()
                    .say(
                            "join-" + node.node(),
                            "feature-level",
                            node.node() + " asks to be a member: "
                                    + tooOld.get().getMessage());
            return Future.failedFuture(tooOld.get());
        }
        if (!replica.roster().isInUse(comes)) {
            return replica.change(new MemberChange.Add(comes));
        }
        Reason unsure = Reason.NOT_LEADER;
        return has(comes.id())
                .compose(there -> Future.failedFuture(new NotExecuted(there ? Reason.ID_IN_USE : unsure)));
    }

    /** Whether the member of this id says that it is there. */
    private Future<Boolean> has(NodeId id) {
        Optional<Member> member = replica.roster().members().member(id);
        return replica.leads() && replica.leader().equals(Optional.of(id))
                ? Future.succeededFuture(true)
                : member.map(there -> isAt(replica.peers().address(id, there.address()), id, there.incarnation()))
                        .orElse(Future.succeededFuture(false));
    }

    /** This node is found where it says; completes when the leader has taken note, or found no reason to. */
    Future<Long> moved(Facts mine) {
        if (replica.leads()) {
            return takeNote(mine);
        }
        return replica.leader()
                .map(leader -> replica.peers()
                        .ask(leader, new Ask(MOVED, mine.encode()))
                        .compose(Membership::index))
                .orElseGet(() -> Future.failedFuture(new NotExecuted(Reason.NOT_LEADER)));
    }

    /**
     * An address that leads to the node stays, whatever it says of itself: an operator may have given it, for a way that
     * the node does not know. What it says counts when it is found there, and not where it is looked for.
     */
    private Future<Long> takeNote(Facts node) {
        Optional<Member> known = counted(node);
        if (known.isEmpty()) {
            return Future.failedFuture(new NotExecuted(Reason.UNKNOWN_MEMBER));
        }
        return isAt(known.get().address(), node)
                .compose(still -> still
                        ? Future.succeededFuture(0L)
                        : isAt(node.address(), node)
                                .compose(now ->
                                        now ? write(node) : Future.failedFuture(NotThere.nobody(node.address()))));
    }

    /** The questions took their time: meanwhile it may have been removed, or got a vote. */
    private Future<Long> write(Facts node) {
        return counted(node)
                .map(member -> replica.change(new MemberChange.Add(
                        new Member(node.node(), node.incarnation(), node.address(), member.voter()))))
                .orElseGet(() -> Future.failedFuture(new NotExecuted(Reason.UNKNOWN_MEMBER)));
    }

    /** That node as the cluster knows it, if it does. */
    private Optional<Member> counted(Facts node) {
        return replica.roster()
                .members()
                .member(node.node())
                .filter(member -> member.incarnation() == node.incarnation());
    }

    private Future<Boolean> isAt(String address, Facts node) {
        return isAt(address, node.node(), node.incarnation());
    }

    private Future<Boolean> isAt(String address, NodeId node, long incarnation) {
        return facts(replica.peers(), address)
                .map(there -> there.node().equals(node) && there.incarnation() == incarnation)
                .otherwise(false);
    }

    /** A voter that is there keeps its vote, whoever comes with its id: it is needed, and its promises count. */
    private Future<Long> add(Member comes, int newestLevel) {
        if (comes.incarnation() == AS_KNOWN) {
            return addAgain(comes);
        }
        if (newestLevel < replica.featureLevel()) {
            return Future.failedFuture(new NotExecuted(Reason.FEATURE_LEVEL));
        }
        return replica.roster().isInUse(comes)
                ? Future.failedFuture(new NotExecuted(Reason.ID_IN_USE))
                : replica.change(new MemberChange.Add(comes));
    }

    /** It does not answer, so it can only be what it is already, or is about to be. */
    private Future<Long> addAgain(Member silent) {
        return member(silent.id(), silent.address())
                .filter(known -> known.voter() || known.promote() || !silent.promote())
                .map(known -> replica.change(new MemberChange.Add(
                        new Member(known.id(), known.incarnation(), known.address(), false, silent.promote()))))
                .orElseGet(() -> Future.failedFuture(new NotExecuted(Reason.UNKNOWN_MEMBER)));
    }

    private Future<Long> carryOut(MemberChangeProto change) {
        return switch (change.getChangeCase()) {
            case ADD -> {
                MemberProto member = change.getAdd();
                yield add(
                        new Member(
                                new NodeId(member.getId()),
                                member.getIncarnation(),
                                member.getAddress(),
                                false,
                                member.getPromote()),
                        FeatureLevel.said(change.getFeatureLevel()));
            }
            case REMOVE -> replica.change(new MemberChange.Remove(new NodeId(change.getRemove())));
            case TRANSFER -> replica.transfer(new NodeId(change.getTransfer()));
            case HAND_OVER -> handOver(change.getHandOver());
            case CHANGE_NOT_SET -> Future.failedFuture(new IllegalArgumentException("no change"));
        };
    }

    private static MemberProto proto(Member member) {
        return MemberProto.newBuilder()
                .setId(member.id().value())
                .setIncarnation(member.incarnation())
                .setAddress(member.address())
                .setVoter(member.voter())
                .setPromote(member.promote())
                .build();
    }
}
