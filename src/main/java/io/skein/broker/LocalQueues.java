package io.skein.broker;

import io.skein.cluster.Committed;
import io.skein.cluster.NotExecuted;
import io.skein.cluster.Proposer;
import io.skein.cluster.ReplicaStatus;
import io.skein.machine.Command;
import io.skein.machine.Rejected;
import io.skein.raft.Role;
import io.skein.store.Holds.Hold;
import io.skein.store.StoredMessage;
import io.skein.subscription.SubscriptionCommand.CreateQueue;
import io.skein.subscription.SubscriptionCommand.Take;
import io.skein.subscription.SubscriptionOutcome.Taken;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.skein.topic.TopicView;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The queues of RRMQ on the node that leads. What is asked here is never handed on. */
final class LocalQueues implements Queues {
    /** Answers are promised within 0.8 s, also without a majority: so long a command is waited for. */
    static final long WAIT_MS = 600;

    /** And so long, from when it was asked, for a message with its body: what was taken is lost to who is not answered. */
    static final long TAKE_MS = 720;

    private final Proposer proposer;
    private final Supplier<Ground> ground;
    /** Why this node serves nobody; empty when it does. */
    private final Supplier<Optional<Refusal>> closed;

    private final Supplier<Role> heldRole;

    /** @param heldRole what this node is called: {@link Tenure} */
    LocalQueues(
            Proposer proposer, Supplier<Ground> ground, Supplier<Optional<Refusal>> closed, Supplier<Role> heldRole) {
        this.proposer = proposer;
        this.ground = ground;
        this.closed = closed;
        this.heldRole = heldRole;
    }

    /** A node that is still called leader answers as one without a majority. */
    private Optional<Refusal> notLeader() {
        Optional<Refusal> no = closed.get();
        if (no.isPresent()) {
            return no;
        }
        ReplicaStatus now = ground.get() == null ? null : ground.get().replica().status();
        if (now != null && now.role() == Role.LEADER) {
            return Optional.empty();
        }
        return Optional.of(
                heldRole.get() == Role.LEADER
                        ? Refusal.unavailable("no-majority", "this leader hears no majority")
                        : Refusal.of(Refusal.Kind.CONFLICT, "not-leader", "this node does not lead"));
    }

    private Future<Committed> propose(Command command) {
        Optional<Refusal> no = notLeader();
        if (no.isPresent()) {
            return Future.failedFuture(no.get());
        }
        return inTime(proposer.proposeHere(command))
                .compose(committed -> committed.outcome() instanceof Rejected rejected
                        ? Future.failedFuture(Refusal.of(rejected))
                        : Future.succeededFuture(committed))
                .recover(failure -> {
                    // It may lead no more, and the client has to know where to go.
                    boolean isRefused =
                            failure instanceof Refusal refusal && refusal.kind() == Refusal.Kind.UNAVAILABLE;
                    return Future.failedFuture(isRefused ? notLeader().orElse((Refusal) failure) : failure);
                });
    }

    private static <T> Future<T> inTime(Future<T> answer) {
        return inTime(answer, WAIT_MS);
    }

    private static <T> Future<T> inTime(Future<T> answer, long ms) {
        return answer.timeout(ms, TimeUnit.MILLISECONDS)
                .recover(failure -> Future.failedFuture(
                        failure instanceof TimeoutException
                                ? Refusal.of(
                                        Refusal.Kind.INDETERMINATE,
                                        "indeterminate",
                                        "no answer within " + ms + " ms; it may or may not happen")
                                : Refusal.from(failure)));
    }

    @Override
    public Future<Void> create(TopicName topic) {
        return propose(new CreateQueue(topic)).mapEmpty();
    }

    @Override
    public Future<List<TopicName>> names(boolean confirmed) {
        return inTime(confirmed ? confirm().compose(v -> names()) : names(), TAKE_MS);
    }

    private Future<List<TopicName>> names() {
        if (ground.get() == null) {
            return Future.succeededFuture(List.of());
        }
        Future<List<TopicName>> names = proposer.ask(() -> ground.get().topics().all().stream()
                .filter(topic -> !topic.name().isSystem())
                .sorted(Comparator.comparingLong(TopicView::id))
                .map(TopicView::name)
                .toList());
        return names.recover(failure ->
                failure instanceof NotExecuted ? Future.succeededFuture(List.of()) : Future.failedFuture(failure));
    }

    private Future<Void> confirm() {
        Optional<Refusal> no = notLeader();
        return no.isPresent()
                ? Future.failedFuture(no.get())
                : inTime(proposer.<Long>askFor(() -> ground.get().replica().confirmRead()))
                        .mapEmpty();
    }

    @Override
    public Future<Void> put(Publication message) {
        return propose(new TopicCommand.Publish(List.of(message), false, false, Optional.empty(), "http"))
                .compose(committed -> {
                    TopicOutcome.Result result = ((TopicOutcome.Published) committed.outcome())
                            .results()
                            .get(0);
                    return result instanceof TopicOutcome.Refused refused
                            ? Future.failedFuture(Refusal.of(refused.rejected()))
                            : Future.succeededFuture();
                });
    }

    @Override
    public Future<Optional<byte[]>> take(TopicName topic) {
        Optional<Refusal> no = notLeader();
        if (no.isPresent()) {
            return Future.failedFuture(no.get());
        }
        Ground here = ground.get();
        Hold hold = here.store().holds().open();
        long asked = System.nanoTime();
        return propose(new Take(topic))
                .compose(committed -> {
                    Taken taken = (Taken) committed.outcome();
                    return taken.offset() < 0
                            ? Future.<Optional<byte[]>>succeededFuture(Optional.empty())
                            : inTime(body(here, taken), Math.max(1, TAKE_MS - since(asked)));
                })
                .onComplete(done -> hold.close());
    }

    private static long since(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    /**
     * Of a message that was in the topic a moment ago, whatever the low-water mark says by now (DESIGN D16); empty when its
     * row is gone all the same, which is an answer like that of an empty queue: retention took it.
     */
    private Future<Optional<byte[]>> body(Ground here, Taken taken) {
        return proposer.ask(() -> here.store().tail().find(taken.topic(), taken.offset()))
                .compose(inTail -> inTail.isPresent()
                        ? Future.succeededFuture(inTail)
                        : here.store()
                                .reader()
                                .messages(taken.topic(), taken.offset(), 1, 1)
                                .map(rows -> rows.stream().findFirst()))
                .map(found -> found.map(StoredMessage::message).map(Message::body))
                .recover(failure -> Future.failedFuture(here.unread(failure)));
    }
}
