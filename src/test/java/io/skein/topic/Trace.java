package io.skein.topic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.frame.Durations;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.KeyChange;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.topic.TopicOutcome.Accepted;
import io.skein.topic.TopicOutcome.Delayed;
import io.skein.topic.TopicOutcome.Done;
import io.skein.topic.TopicOutcome.Published;
import io.skein.topic.TopicOutcome.Refused;
import io.skein.topic.TopicOutcome.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Outcomes and changes in words. Answers first, then what changed, after {@code *}; messages are named by their bodies,
 * times count from the scenario's start.
 */
final class Trace {
    private record Kept(String body, long expiresAt) {}

    private final long start;
    private final List<String> lines = new ArrayList<>();
    /** Bodies by topic id and offset. */
    private final Map<Long, Map<Long, Kept>> bodies = new TreeMap<>();

    Trace(long start) {
        this.start = start;
    }

    List<String> take() {
        var taken = lines.isEmpty() ? List.of("ok") : List.copyOf(lines);
        lines.clear();
        return taken;
    }

    void entry(TopicLog log, String why) {
        lines.add("entry " + log.index + ", " + seconds(log.time) + why);
    }

    void line(String text) {
        lines.add("  " + text);
    }

    // Answers.

    void outcome(Command command, Outcome outcome, Moment at) {
        if (outcome instanceof Published published) {
            List<Publication> messages = command instanceof TopicCommand.Publish publish
                    ? publish.messages()
                    : List.of(((TopicCommand.Release) command).publication());
            assertEquals(messages.size(), published.results().size());
            for (int i = 0; i < messages.size(); i++) {
                line(name(messages.get(i)) + " -> " + text(published.results().get(i), at));
            }
            if (published.replayed()) {
                line("a repeat");
            }
        } else if (outcome instanceof Done done) {
            line(done.created() ? "done, made" : "done");
        } else {
            line("refused: " + text((Rejected) outcome));
        }
    }

    private String text(Result result, Moment at) {
        if (result instanceof Accepted accepted) {
            return accepted.offset() < 0
                    ? "stored before, its offset is forgotten"
                    : accepted.offset() + " at " + text(accepted.cursor())
                            + (accepted.time() == at.time() ? "" : " of " + seconds(accepted.time()));
        } else if (result instanceof Delayed delayed) {
            return "waits at " + text(delayed.cursor()) + " until " + seconds(delayed.due());
        }
        return "refused: " + text(((Refused) result).rejected());
    }

    private static String text(Rejected rejected) {
        return rejected.reason().code() + (rejected.actual() < 0 ? "" : " (" + rejected.actual() + ")") + ", "
                + rejected.detail();
    }

    // Changes.

    void change(Change change) {
        lines.add("  * " + text(change));
    }

    private String text(Change change) {
        if (change instanceof TopicChange.Created c) {
            return "topic " + c.topic() + " is " + c.name() + ", made at " + text(c.at()) + config(c.config());
        } else if (change instanceof TopicChange.Configured c) {
            return "topic " + c.topic() + " keeps" + (config(c.config()).isEmpty() ? " all" : config(c.config()));
        } else if (change instanceof TopicChange.Deleted c) {
            bodies.remove(c.topic());
            return "topic " + c.topic() + " is deleted";
        } else if (change instanceof TopicChange.Appended c) {
            return appended(c);
        } else if (change instanceof TopicChange.Marked c) {
            return "topic " + c.topic() + " has a mark before " + c.end() + ", last " + text(c.last()) + ", "
                    + seconds(c.firstTime()) + " to " + seconds(c.lastTime()) + ", " + c.totalBytes() + " bytes so far";
        } else if (change instanceof TopicChange.Trimmed c) {
            bodies.get(c.topic()).keySet().removeIf(offset -> offset < c.lowWater());
            return "topic " + c.topic() + " loses all before " + c.lowWater() + ", last " + text(c.last()) + ", "
                    + c.trimmedBytes() + " bytes so far";
        } else if (change instanceof TopicChange.Expired c) {
            bodies.get(c.topic()).remove(c.offset());
            return "topic " + c.topic() + ": " + c.offset() + " has expired";
        } else if (change instanceof TopicChange.Scheduled c) {
            return text(c.at()) + " waits until " + seconds(c.due());
        } else if (change instanceof TopicChange.Unscheduled c) {
            return text(c.at()) + " waits no more";
        } else if (change instanceof TopicChange.Produced c) {
            return "producer " + c.producer() + "/" + c.epoch() + " is at " + c.number();
        } else if (change instanceof TopicChange.ProducerRemoved c) {
            return "producer " + c.producer() + " is forgotten";
        } else if (change instanceof TopicChange.AnswersForgotten c) {
            return "producer " + c.producer() + ": answers before " + c.last() + " are forgotten";
        } else if (change instanceof KeyChange.KeyRemembered c) {
            return "the key is remembered, its answer " + (c.brief().isPresent() ? "beside it" : "in a row");
        } else if (change instanceof KeyChange.KeysForgotten c) {
            return "keys up to entry " + c.index() + " are forgotten";
        }
        throw new AssertionError("never decided: " + change);
    }

    private String appended(TopicChange.Appended c) {
        Map<Long, Kept> kept = bodies.computeIfAbsent(c.topic(), id -> new TreeMap<>());
        var told = new StringBuilder("topic " + c.topic() + " gets");
        long bytes = 0;
        for (int i = 0; i < c.messages().size(); i++) {
            String body = body(c.messages().get(i));
            kept.put(c.firstOffset() + i, new Kept(body, c.expiresAt()));
            told.append(' ').append(c.firstOffset() + i).append(':').append(body);
            bytes += c.messages().get(i).size();
        }
        assertEquals(bytes, c.bytes());
        if (c.expiresAt() != Long.MAX_VALUE) {
            told.append(" until ").append(seconds(c.expiresAt()));
        }
        return told.append(", ").append(c.bytes()).append(" bytes").toString();
    }

    // State.

    void show(TopicLog log, List<String> names) {
        log.machine.all().stream()
                .filter(view -> names.isEmpty() || names.contains(view.name().value()))
                .forEach(view -> show(view, log.time));
        if (names.isEmpty()) {
            for (Cursor at : log.rows.scheduled()) {
                lines.add(text(at) + " waits: " + name(log.rows.scheduled(at)));
            }
        }
        if (lines.isEmpty()) {
            lines.add("nothing");
        }
    }

    private void show(TopicView view, long time) {
        Map<Long, Kept> kept = new TreeMap<>(bodies.getOrDefault(view.id(), Map.of()));
        kept.values().removeIf(message -> message.expiresAt() <= time);
        assertEquals(kept.size(), view.count(), view + " counts what is there");
        lines.add(view.name() + " is topic " + view.id() + ", [" + view.lowWater() + ", " + view.nextOffset() + ")"
                + kept.entrySet().stream()
                        .map(e -> " " + e.getKey() + ":" + e.getValue().body())
                        .collect(Collectors.joining())
                + ", " + view.bytes() + " bytes" + config(view.config()));
    }

    // Words.

    /** What a command asks for, without its key: the same for a repeat. */
    static String text(Command command) {
        return command instanceof TopicCommand.Publish publish
                ? publish.messages().stream().map(Trace::name).toList() + " " + publish.atomic() + publish.sequence()
                : command.toString();
    }

    private static String name(Publication publication) {
        return publication.topic() + ":" + body(publication.message());
    }

    /** Without what only makes it large. */
    private static String body(Message message) {
        return new String(message.body(), UTF_8).replaceAll("\\.+$", "");
    }

    private static String config(TopicConfig config) {
        var text = new StringBuilder();
        option(text, "maxAge", config.maxAgeMs() == 0 ? "" : Durations.text(config.maxAgeMs()));
        option(text, "maxBytes", config.maxBytes() == 0 ? "" : "" + config.maxBytes());
        option(text, "maxMessages", config.maxMessages() == 0 ? "" : "" + config.maxMessages());
        option(text, "onFull", config.onFull() == TopicConfig.OnFull.REJECT ? "reject" : "");
        option(
                text,
                "format",
                config.format().map(f -> f.name().toLowerCase(Locale.ROOT)).orElse(""));
        option(text, "ttl", config.ttlMs() == 0 ? "" : Durations.text(config.ttlMs()));
        return text.toString();
    }

    private static void option(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            text.append(' ').append(name).append('=').append(value);
        }
    }

    private static String text(Cursor cursor) {
        return cursor.index() + "." + cursor.place();
    }

    private String seconds(long time) {
        return String.format(Locale.ROOT, "%d.%03ds", (time - start) / 1000, (time - start) % 1000);
    }
}
