package io.skein.client;

import io.skein.frame.Problem;
import io.skein.frame.Reply;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Publishes that are not answered yet. Single messages without a key that wait together go as one command. At most a
 * window is sent and unanswered. What was sent when a connection is lost is sent again when that is safe, else it fails as
 * unknown. Used on the client's context only.
 */
final class PublishQueue {
    private static final int MAX_BACKOFF_MS = 1000;

    private static final Reply TOO_LARGE = new Reply.Failed(
            "", Problem.of("too-large", "as JSON a publish has at most " + Link.MAX_COMMAND_BYTES + " bytes"));

    private final Vertx vertx;
    private final Link link;
    private final PendingLimit room;
    private final ClientOptions.Limits limits;
    private final long requestMs;
    private final boolean isProducer;
    /** Not sent, in order; what is to be sent again comes first. */
    private final Deque<Outgoing> waiting = new ArrayDeque<>();
    /** Sent and not answered, by the id of the command, in the order of sending. */
    private final Map<Long, Outgoing> underWay = new LinkedHashMap<>();

    /** Refused for a passing reason; each is sent again after a pause. */
    private final Set<Outgoing> backingOff = new LinkedHashSet<>();

    private final SequencedRepeats repeats = new SequencedRepeats();
    private long lastId;
    private int messagesUnderWay;
    private int sequencedUnderWay;
    /** A sequence had a setback: no other is sent until all are answered. */
    private boolean recovering;
    /** Backing off before repeats are sent. */
    private boolean resting;

    private int setbacks;
    /** Publishes that are not answered. */
    private int pending;

    private long timer = -1;
    private SkeinException refused;

    /** @param room what is added has taken of it, and gives it back with its answer */
    PublishQueue(Vertx vertx, Link link, PendingLimit room, ClientOptions options) {
        this.room = room;
        this.vertx = vertx;
        this.link = link;
        this.limits = options.limits();
        this.requestMs = options.times().request();
        this.isProducer = !options.producer().name().isEmpty();
    }

    void add(Outgoing outgoing) {
        pending++;
        if (refused != null) {
            settled(outgoing);
            outgoing.giveUp(refused);
            return;
        }
        waiting.add(outgoing);
        if (timer < 0) {
            arm();
        }
    }

    /** Sends what the window allows. */
    void send() {
        while (link.isReady() && !link.isLeaving() && !waiting.isEmpty() && messagesUnderWay < limits.window()) {
            Outgoing next = waiting.peek();
            boolean sequenced = isProducer && !next.hasKey();
            if (sequenced && recovering) {
                return;
            }
            waiting.poll();
            if (sequenced) {
                if (next.sequence < 0) {
                    repeats.number(next);
                }
                sequencedUnderWay++;
            } else if (next.mayBeJoined()) {
                next = join(next);
            }
            long id = ++lastId;
            underWay.put(id, next);
            messagesUnderWay += next.messages();
            if (!link.say(next.command(Long.toString(id)))) {
                answered(id, TOO_LARGE);
                return;
            }
        }
    }

    private Outgoing join(Outgoing first) {
        if (waiting.isEmpty() || !waiting.peek().mayBeJoined()) {
            return first;
        }
        int room = Math.min(limits.batchMessages(), limits.window() - messagesUnderWay);
        List<Outgoing> ones = new ArrayList<>(Math.min(room, 1 + waiting.size()));
        ones.add(first);
        int bytes = first.bytes;
        while (ones.size() < room && !waiting.isEmpty()) {
            Outgoing next = waiting.peek();
            if (!next.mayBeJoined() || bytes + next.bytes > limits.batchBytes()) {
                break;
            }
            ones.add(waiting.poll());
            bytes += next.bytes;
        }
        return ones.size() == 1 ? first : Outgoing.joined(ones);
    }

    void answered(long id, Reply reply) {
        Outgoing outgoing = underWay.remove(id);
        if (outgoing == null) {
            // It timed out before.
            return;
        }
        messagesUnderWay -= outgoing.messages();
        if (outgoing.sequence >= 0) {
            sequencedUnderWay--;
        }
        if (reply instanceof Reply.Published published) {
            setbacks = 0;
            repeats.stored(outgoing);
            link.leader.decided();
            settled(outgoing);
            outgoing.complete(published);
        } else if (reply instanceof Reply.Failed failed) {
            failed(outgoing, failed.problem());
            if (failed.problem().code().equals("no-leader")) {
                link.leader.refused();
            } else if (Outgoing.isDecided(failed.problem())) {
                link.leader.decided();
            }
        } else {
            settled(outgoing);
            outgoing.fail(SkeinException.unknown("internal", "the server answered something else: " + reply));
        }
        maybeRepeat();
        send();
    }

    private void settled(Outgoing outgoing) {
        pending -= outgoing.publishes();
        room.give(outgoing.messages(), outgoing.bytes);
    }

    private void failed(Outgoing outgoing, Problem problem) {
        if (outgoing.sequence >= 0 && (problem.retryable() || SequencedRepeats.isGap(problem))) {
            repeats.again(outgoing, problem);
            recovering = true;
            return;
        }
        if (problem.retryable() && outgoing.hasKey() && System.nanoTime() - outgoing.deadline < 0) {
            outgoing.setback(problem);
            backingOff.add(outgoing);
            vertx.setTimer(backoffMs(), id -> {
                if (backingOff.remove(outgoing)) {
                    waiting.addFirst(outgoing);
                    send();
                }
            });
            return;
        }
        settled(outgoing);
        outgoing.refuse(problem);
        if (outgoing.sequence >= 0 && problem.code().equals("fenced")) {
            refuse(SkeinException.of(problem));
        }
    }

    private long backoffMs() {
        return Math.min(MAX_BACKOFF_MS, 25L << Math.min(setbacks++, 10));
    }

    /** Once nothing sequenced is under way, the repeats are next. */
    private void maybeRepeat() {
        if (!recovering || resting || sequencedUnderWay > 0 || repeats.isEmpty() || refused != null) {
            recovering &= !repeats.isEmpty();
            return;
        }
        if (repeats.isForgotten()) {
            refuse(SkeinException.of("producer-forgotten", "the cluster has forgotten this producer; connect anew"));
            return;
        }
        resting = true;
        vertx.setTimer(backoffMs(), id -> {
            resting = false;
            repeat();
            send();
        });
    }

    private void repeat() {
        if (refused != null || repeats.isEmpty()) {
            return;
        }
        // Numbered and not sent yet: they come after the repeats and move up with them.
        waiting.removeIf(outgoing -> {
            if (outgoing.sequence >= 0) {
                repeats.again(outgoing, null);
            }
            return outgoing.sequence >= 0;
        });
        List<Outgoing> again = repeats.take();
        for (int i = again.size() - 1; i >= 0; i--) {
            waiting.addFirst(again.get(i));
        }
        recovering = false;
    }

    /**
     * What was sent is lost or done, nobody knows.
     *
     * @param untaken unless this is why nothing of it was done: then it is as if it had not been sent
     */
    void down(Optional<Problem> untaken) {
        List<Outgoing> sent = new ArrayList<>(underWay.values());
        underWay.clear();
        messagesUnderWay = 0;
        sequencedUnderWay = 0;
        List<Outgoing> again = new ArrayList<>();
        List<Outgoing> lost = new ArrayList<>();
        for (Outgoing outgoing : sent) {
            if (outgoing.sequence >= 0) {
                outgoing.isDoubtful = true;
                repeats.again(outgoing, null);
                recovering = true;
            } else if (untaken.isPresent() || outgoing.isRepeatable()) {
                untaken.ifPresentOrElse(outgoing::setback, () -> outgoing.isDoubtful = true);
                again.add(outgoing);
            } else {
                lost.add(outgoing);
            }
        }
        for (int i = again.size() - 1; i >= 0; i--) {
            waiting.addFirst(again.get(i));
        }
        // Last, when all else has its place: users' code may close the client, or publish.
        for (Outgoing outgoing : lost) {
            settled(outgoing);
            outgoing.fail(SkeinException.unknown(
                    "connection-lost", "the connection was lost before the answer came; it may be stored"));
        }
    }

    /** A server is there again. */
    void up() {
        if (!resting) {
            repeat();
        }
        send();
    }

    /** Nothing will be sent any more. */
    void refuse(SkeinException why) {
        if (refused != null) {
            return;
        }
        refused = why;
        room.close(why);
        vertx.cancelTimer(timer);
        List<Outgoing> sent = new ArrayList<>(underWay.values());
        sent.addAll(repeats.drop());
        List<Outgoing> unsent = new ArrayList<>(waiting);
        unsent.addAll(backingOff);
        underWay.clear();
        waiting.clear();
        backingOff.clear();
        for (Outgoing outgoing : sent) {
            settled(outgoing);
            outgoing.fail(SkeinException.unknown(why));
        }
        for (Outgoing outgoing : unsent) {
            settled(outgoing);
            outgoing.giveUp(why);
        }
    }

    private void arm() {
        timer = vertx.setTimer(Math.max(10, requestMs / 8), id -> {
            timer = -1;
            expire(System.nanoTime());
            if (pending > 0 && refused == null) {
                arm();
            }
        });
    }

    private void expire(long now) {
        List<Outgoing> unanswered = new ArrayList<>();
        underWay.values().removeIf(outgoing -> outgoing.sequence < 0 && isLate(outgoing, now, unanswered));
        List<Outgoing> unsent = new ArrayList<>();
        waiting.removeIf(outgoing -> !(isProducer && !outgoing.hasKey()) && isLate(outgoing, now, unsent));
        messagesUnderWay -= unanswered.stream().mapToInt(Outgoing::messages).sum();
        for (Outgoing outgoing : unanswered) {
            settled(outgoing);
            outgoing.fail(SkeinException.unknown("timeout", "no answer within " + requestMs + " ms"));
        }
        for (Outgoing outgoing : unsent) {
            settled(outgoing);
            SkeinException why = outgoing.setback() == null
                    ? SkeinException.passing("timeout", "not sent within " + requestMs + " ms")
                    : SkeinException.of(outgoing.setback());
            outgoing.fail(outgoing.isDoubtful ? SkeinException.unknown(why) : why);
        }
        send();
    }

    /** @param late takes it when it is: users are told once all are found, for they may do anything */
    private static boolean isLate(Outgoing outgoing, long now, List<Outgoing> late) {
        return now - outgoing.deadline > 0 && late.add(outgoing);
    }
}
