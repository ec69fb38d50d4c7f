package io.skein.client;

import io.skein.frame.Command;
import io.skein.frame.Problem;
import io.skein.frame.Reply;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a worker says of its messages, until it is answered. What comes in one turn of the event loop and is of one kind goes
 * as one command; what is refused for a passing reason is said again. What a lost connection left unanswered is said again:
 * an acknowledgement that was taken is then refused, which nobody can tell from a lease that was lost. Used on the client's
 * context only.
 */
final class Settlements {
    private static final int MAX_LEASES = 1000;
    /** Characters: as UTF-8 at most three times as many bytes, of which a server takes 1,024. */
    private static final int MAX_REASON = 340;

    private static final long RETRY_MS = 100;

    /**
     * What is said.
     *
     * @param delayMs of a nack
     * @param leaseMs of an extend
     */
    record Kind(String op, long delayMs, String reason, long leaseMs) {
        static Kind ack() {
            return ACK;
        }

        static Kind nack(long delayMs, String reason) {
            return new Kind("nack", delayMs, cut(reason), 0);
        }

        static Kind extend(long leaseMs) {
            return new Kind("extend", 0, "", leaseMs);
        }

        boolean settles() {
            return !op.equals("extend");
        }

        private Command command(String id, String sub, List<String> leases) {
            return switch (op) {
                case "ack" -> new Command.Ack(id, sub, leases);
                case "nack" -> new Command.Nack(id, sub, leases, delayMs, reason);
                default -> new Command.Extend(id, sub, leases, leaseMs);
            };
        }
    }

    static final SkeinException CLOSED = SkeinException.of("closed", "the worker is closed");

    private static final Kind ACK = new Kind("ack", 0, "", 0);

    private static final class Group {
        final Kind kind;
        final List<String> leases = new ArrayList<>();
        final List<Promise<Void>> promises = new ArrayList<>();
        boolean isRepeated;

        Group(Kind kind) {
            this.kind = kind;
        }
    }

    private final Vertx vertx;
    private final Subscriptions all;
    private final Link link;
    /** Not said, in order. */
    private final List<Group> waiting = new ArrayList<>();
    /** Refused for a passing reason; said again after a pause. */
    private final List<Group> resting = new ArrayList<>();
    /** Said and not answered, by the id of the command. */
    private final Map<Long, Group> underWay = new LinkedHashMap<>();

    private String sub = "";
    private boolean scheduled;
    private boolean ended;

    Settlements(Vertx vertx, Subscriptions all, Link link) {
        this.vertx = vertx;
        this.all = all;
        this.link = link;
    }

    void add(Kind kind, String lease, Promise<Void> promise) {
        if (ended) {
            Promises.fail(promise, CLOSED);
            return;
        }
        Group last = waiting.isEmpty() ? null : waiting.get(waiting.size() - 1);
        if (last == null || last.isRepeated || !last.kind.equals(kind) || last.leases.size() >= MAX_LEASES) {
            last = new Group(kind);
            waiting.add(last);
        }
        last.leases.add(lease);
        last.promises.add(promise);
        if (!scheduled) {
            scheduled = true;
            vertx.runOnContext(v -> {
                scheduled = false;
                send();
            });
        }
    }

    /** The connection knows the worker by this name. */
    void up(String name) {
        sub = name;
        send();
    }

    void send() {
        if (sub.isEmpty()) {
            return;
        }
        List<Group> due = List.copyOf(waiting);
        waiting.clear();
        for (Group group : due) {
            long[] id = {0};
            id[0] = all.ask(reply -> answered(id[0], reply));
            underWay.put(id[0], group);
            link.say(group.kind.command(Long.toString(id[0]), sub, group.leases));
        }
    }

    private void answered(long id, Reply reply) {
        Group group = underWay.remove(id);
        if (group == null) {
            return;
        }
        if (ended && underWay.isEmpty()) {
            all.left(this);
        }
        if (reply instanceof Reply.Settled settled) {
            Map<String, String> refused = new HashMap<>();
            settled.refused().forEach(one -> refused.put(one.lease(), one.code()));
            for (int i = 0; i < group.leases.size(); i++) {
                String code = refused.get(group.leases.get(i));
                if (code == null) {
                    Promises.complete(group.promises.get(i), null);
                } else {
                    Promises.fail(group.promises.get(i), refused(code, group.isRepeated));
                }
            }
            return;
        }
        Problem problem = reply instanceof Reply.Failed failed
                ? failed.problem()
                : Problem.of("internal", "the server answered something else: " + reply);
        if (problem.retryable() && !ended) {
            group.isRepeated |= problem.isUnknown();
            resting.add(group);
            vertx.setTimer(RETRY_MS, timer -> again(group));
        } else {
            fail(group, SkeinException.of(problem));
        }
    }

    private void again(Group group) {
        if (resting.remove(group)) {
            waiting.add(0, group);
            send();
        }
    }

    private static SkeinException refused(String code, boolean isRepeated) {
        return isRepeated
                ? SkeinException.unknown(code, "the lease is gone; an earlier try may have been taken")
                : SkeinException.of(code, "the message was handed out again, or settled before");
    }

    void down() {
        sub = "";
        List<Group> again = new ArrayList<>(underWay.values());
        underWay.clear();
        again.forEach(group -> group.isRepeated = true);
        waiting.addAll(0, again);
    }

    /** What rests is said once more. What is said is still answered, while the connection lasts; nothing more is said. */
    void leave() {
        waiting.addAll(0, resting);
        resting.clear();
        send();
        ended = true;
        if (!underWay.isEmpty()) {
            all.leaving(this);
        }
        failUnsaid(CLOSED);
    }

    /** Left, and the connection is lost. */
    void lost() {
        end(SkeinException.unknown("connection-lost", "the connection was lost before the answer came"));
    }

    void end(SkeinException why) {
        ended = true;
        all.left(this);
        List<Group> said = new ArrayList<>(underWay.values());
        underWay.clear();
        said.forEach(group -> fail(group, SkeinException.unknown(why)));
        failUnsaid(SkeinException.certain(why));
    }

    private void failUnsaid(SkeinException why) {
        List<Group> unsaid = new ArrayList<>(resting);
        unsaid.addAll(waiting);
        resting.clear();
        waiting.clear();
        unsaid.forEach(group -> fail(group, why));
    }

    /** Of what was said before, nobody knows whether it was taken then. */
    private static void fail(Group group, SkeinException why) {
        SkeinException words = group.isRepeated ? SkeinException.unknown(why) : why;
        group.promises.forEach(promise -> Promises.fail(promise, words));
    }

    /** What went wrong, as the reason of a nack. */
    static String reason(Throwable failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /** A longer one would be refused, and the message with it. Not between the halves of a character. */
    private static String cut(String reason) {
        if (reason.length() <= MAX_REASON) {
            return reason;
        }
        boolean isHalf = Character.isHighSurrogate(reason.charAt(MAX_REASON - 1));
        return reason.substring(0, isHalf ? MAX_REASON - 1 : MAX_REASON);
    }
}
