package io.skein.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Decision;
import io.skein.machine.Due;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.topic.TopicCommand.Publish;
import io.skein.topic.TopicCommand.Sequence;
import io.skein.topic.TopicOutcome.Accepted;
import io.skein.topic.TopicOutcome.Published;
import io.skein.topic.TopicOutcome.Refused;
import io.skein.topic.TopicOutcome.Result;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A log of one command an entry, applied to a machine. With every command it holds the laws of machines: deciding twice
 * gives the same, and asking moves nothing.
 */
final class TopicLog {
    final TopicLimits limits;
    final TopicMachine machine;
    final TopicRows rows;
    /** A second node, which came back from its rows at some time and must decide the same ever after. */
    TopicMachine shadow;

    long index = 10;
    long time = 1_000_000;
    List<Change> changes = List.of();
    /** Everything ever appended. */
    final List<TopicChange.Appended> appended = new ArrayList<>();

    TopicLog() {
        this(TopicLimits.DEFAULT);
    }

    TopicLog(TopicLimits limits) {
        this.limits = limits;
        machine = new TopicMachine(limits);
        rows = new TopicRows(limits);
        shadow = new TopicMachine(limits);
    }

    Outcome apply(Command command) {
        return apply(new Moment(++index, 0, ++time), command);
    }

    Outcome apply(Moment at, Command command) {
        Command read = machine.fromProto(machine.toProto(command)).orElseThrow();
        Decision decision = machine.decide(at, command);
        assertEquals(
                told(decision.changes()), told(machine.decide(at, read).changes()), "decided again, read from the log");
        assertEquals(decision.outcome(), machine.decide(at, read).outcome());
        Decision elsewhere = shadow.decide(at, read);
        assertEquals(told(decision.changes()), told(elsewhere.changes()), "decided on another node");
        assertEquals(decision.outcome(), elsewhere.outcome());
        for (Change change : decision.changes()) {
            machine.evolve(change);
            shadow.evolve(change);
            rows.write(change);
            if (change instanceof TopicChange.Appended one) {
                appended.add(one);
            }
        }
        changes = decision.changes();
        return decision.outcome();
    }

    /** A command of a machine on top, which wants something of topics. */
    void draft(Consumer<CommandDraft> part) {
        Moment at = new Moment(++index, 0, ++time);
        CommandDraft draft = machine.draft(at);
        part.accept(draft);
        changes = draft.changes();
        CommandDraft elsewhere = shadow.draft(at);
        part.accept(elsewhere);
        assertEquals(told(changes), told(elsewhere.changes()), "decided on another node");
        for (Change change : changes) {
            machine.evolve(change);
            shadow.evolve(change);
            rows.write(change);
        }
    }

    /** A machine made from the rows. */
    TopicMachine restarted() {
        var other = new TopicMachine(limits);
        rows.readInto(other::evolve);
        return other;
    }

    /** A machine made from this one's snapshot. */
    TopicMachine copied() {
        var other = new TopicMachine(limits);
        machine.snapshot(other::evolve);
        return other;
    }

    static List<String> state(TopicMachine machine) {
        List<Change> changes = new ArrayList<>();
        machine.snapshot(changes::add);
        List<String> told = told(changes);
        told.add(machine.totals().toString());
        told.add("next due " + machine.nextDue());
        return told;
    }

    /** Records with arrays do not compare by content; their text with content does. */
    static List<String> told(List<Change> changes) {
        List<String> told = new ArrayList<>();
        for (Change change : changes) {
            if (change instanceof TopicChange.Produced p) {
                told.add(p.producer() + " " + p.epoch() + " " + p.number() + " " + Arrays.toString(p.answer()));
            } else if (change instanceof TopicChange.Appended a) {
                told.add("Appended " + a.topic() + " " + a.firstOffset() + " " + a.first() + " " + a.time() + " "
                        + a.expiresAt() + " " + a.bytes() + " "
                        + a.messages().stream().map(TopicLog::told).toList());
            } else if (change instanceof TopicChange.Scheduled s) {
                told.add("Scheduled " + s.at() + " " + s.due() + " "
                        + s.publication().topic() + " " + told(s.publication().message()));
            } else {
                told.add(change.toString());
            }
        }
        return told;
    }

    private static String told(Message message) {
        return message.key()
                + message.headers()
                + message.format()
                + message.contentType()
                + Arrays.toString(message.body());
    }

    Published publish(Publication... messages) {
        return (Published) apply(new Publish(List.of(messages), false, true, Optional.empty()));
    }

    Published atomic(Publication... messages) {
        return (Published) apply(new Publish(List.of(messages), true, true, Optional.empty()));
    }

    Outcome sequenced(String producer, long epoch, long number, Publication... messages) {
        return apply(new Publish(List.of(messages), false, true, Optional.of(new Sequence(producer, epoch, number))));
    }

    /** Publishes one message and says its result. */
    Result one(Publication message) {
        return publish(message).results().get(0);
    }

    void publishMany(String topic, int count) {
        for (int i = 0; i < count; i++) {
            publish(message(topic, "m"));
        }
    }

    Outcome configure(String topic, TopicConfig config) {
        return apply(new TopicCommand.Configure(new TopicName(topic), config));
    }

    /** Lets time pass to {@code stamp} and does what is due, as a leader would. */
    void passTo(long stamp) {
        time = Math.max(time, stamp - 1);
        for (int round = 0; ; round++) {
            List<Due> due = machine.due(time + 1, 1_000);
            assertEquals(machine.nextDue(), shadow.nextDue(), "due on another node");
            assertEquals(due, machine.due(time + 1, 1_000), "asked twice");
            if (due.isEmpty()) {
                return;
            }
            assertEquals(true, round < 100, "the same is due again and again: " + due);
            for (Due one : due) {
                if (one instanceof Due.Propose propose) {
                    apply(propose.command());
                } else if (one instanceof Due.Fetch fetch) {
                    apply(new TopicCommand.Release(fetch.place(), rows.scheduled(fetch.place())));
                }
            }
        }
    }

    TopicView view(String topic) {
        return machine.find(new TopicName(topic)).orElseThrow();
    }

    <T> List<T> changes(Class<T> type) {
        return changes.stream().filter(type::isInstance).map(type::cast).toList();
    }

    static Rejected why(Result result) {
        return ((Refused) result).rejected();
    }

    static long offset(Result result) {
        return ((Accepted) result).offset();
    }

    static Cursor cursor(Result result) {
        return ((Accepted) result).cursor();
    }

    static Publication message(String topic, String body) {
        return Publication.of(new TopicName(topic), body(Format.RAW, body));
    }

    static Publication sized(String topic, int size) {
        return Publication.of(new TopicName(topic), new Message("", List.of(), Format.RAW, "", new byte[size - 64]));
    }

    static Publication withTtl(String topic, long ttlMs) {
        return new Publication(new TopicName(topic), body(Format.RAW, "t"), 0, ttlMs, -1);
    }

    static Publication delayed(String topic, long delayMs) {
        return new Publication(new TopicName(topic), body(Format.RAW, "d"), delayMs, 0, -1);
    }

    static Publication expecting(String topic, long offset) {
        return new Publication(new TopicName(topic), body(Format.RAW, "e"), 0, 0, offset);
    }

    static Message body(Format format, String body) {
        return new Message("", List.of(), format, "", body.getBytes(StandardCharsets.UTF_8));
    }

    static TopicConfig keep(long messages, long bytes, long ageMs) {
        return new TopicConfig(ageMs, bytes, messages, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0);
    }

    static TopicConfig refuse(long messages, long bytes) {
        return new TopicConfig(0, bytes, messages, TopicConfig.OnFull.REJECT, Optional.empty(), 0);
    }

    static TopicConfig only(Format format) {
        return new TopicConfig(0, 0, 0, TopicConfig.OnFull.DROP_OLDEST, Optional.of(format), 0);
    }
}
