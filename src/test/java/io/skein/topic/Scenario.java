package io.skein.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.frame.Durations;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Due;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.IdempotencyWindow;
import io.skein.machine.KeyChange;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.topic.TopicCommand.Publish;
import io.skein.topic.TopicCommand.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A topic machine whose log grows only when a line says so. Each line is an entry of the log, a millisecond after the one
 * before, and answers with what it was answered and what changed; {@code ;} puts several commands into one entry. What
 * {@link TopicLog} holds of every command is held here too, on a second node that comes back from its rows before each.
 *
 * <pre>
 * limits topics=2                   what the machine remembers at most; the first line, if any
 * topic orders maxMessages=3 onFull=reject     makes or configures it: maxAge, maxBytes, maxMessages, onFull, format, ttl
 * publish orders:a orders:b         bodies a and b; each may have options: orders:a[ttl=5s,delay=1m,expect=3,size=100,json]
 * publish atomic ...                all or nothing
 * publish existing ...              creates no topic
 * publish p/1#3 ...                 sequence 3 of producer p in epoch 1
 * publish key=k ...                 with an idempotency key
 * delete orders [key=k]
 * cancel 3.0                        the delayed message at that cursor
 * wait 10s                          time passes; what falls due meanwhile is done, as by a leader
 * show [orders]                     what a reader would find, and what waits
 * </pre>
 */
final class Scenario {
    private static final long START = 1_000_000;

    private record Keyed(Command command, Optional<String> key) {}

    private TopicLog log = begin(TopicLimits.DEFAULT);
    private IdempotencyWindow keys = new IdempotencyWindow();
    /** What the store would keep as rows: answers that do not fit into the window. */
    private final Map<Cursor, byte[]> answers = new HashMap<>();

    private final Trace trace = new Trace(START);

    private static TopicLog begin(TopicLimits limits) {
        var log = new TopicLog(limits);
        log.index = 0;
        log.time = START;
        return log;
    }

    /** What the lines give, one after the other. */
    List<String> run(List<String> lines) {
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            List<String> args = List.of(words).subList(1, words.length);
            switch (words[0]) {
                case "limits" -> {
                    assert log.index == 0 : "limits come first";
                    log = begin(limits(options(args)));
                }
                case "wait" -> pass(Durations.parseMs(args.get(0)));
                case "show" -> trace.show(log, args);
                default -> entry(line);
            }
        }
        return trace.take();
    }

    private void entry(String line) {
        log.index++;
        log.time++;
        trace.entry(log, "");
        int place = 0;
        for (String text : line.split(" ; ")) {
            Keyed keyed = command(text);
            take(keyed, place);
            place += keyed.command().places();
        }
    }

    /** As the replica does with a command: the window of keys wraps round any. */
    private void take(Keyed keyed, int place) {
        var at = new Moment(log.index, place, log.time);
        Optional<IdempotencyKey> key = keyed.key().map(k -> key(k, keyed.command()));
        Optional<IdempotencyWindow.Verdict> verdict = key.map(k -> keys.check(k, at.time()));
        if (verdict.isPresent() && verdict.get() instanceof IdempotencyWindow.Replay replay) {
            Outcome first = replay.brief()
                    .map(brief -> log.machine.fromBrief(replay.at(), brief))
                    .orElseGet(() -> log.machine.decode(answers.get(
                            new Cursor(replay.at().index(), replay.at().place()))));
            trace.outcome(keyed.command(), first, at);
            trace.line("the answer of entry " + replay.at().index());
        } else if (verdict.isPresent() && verdict.get() instanceof IdempotencyWindow.Reused reused) {
            trace.outcome(keyed.command(), reused.rejected(), at);
        } else {
            log.shadow = log.restarted();
            Outcome outcome = log.apply(at, keyed.command());
            trace.outcome(keyed.command(), outcome, at);
            log.changes.forEach(trace::change);
            key.ifPresent(k -> remember(k, at, outcome));
        }
    }

    private void remember(IdempotencyKey key, Moment at, Outcome outcome) {
        for (Change change : keys.remember(key, at, outcome, log.machine)) {
            keys.evolve((KeyChange) change);
            trace.change(change);
            if (change instanceof KeyChange.KeyRemembered remembered) {
                answers.put(new Cursor(at.index(), at.place()), remembered.answer());
            }
        }
    }

    /** Does what falls due when it does, as a leader would that is never late. */
    private void pass(long ms) {
        long end = log.time + ms;
        for (int round = 0; log.machine.nextDue() <= end; round++) {
            assert round < 1_000 : "the same is due again and again";
            long time = Math.max(log.time + 1, log.machine.nextDue());
            for (Due due : log.machine.due(time, 1_000)) {
                Command command =
                        due instanceof Due.Propose propose ? propose.command() : released(((Due.Fetch) due).place());
                log.index++;
                log.time = Math.max(log.time + 1, time);
                trace.entry(log, command instanceof TopicCommand.Release ? ", a delayed message is due" : ", expiry");
                take(new Keyed(command, Optional.empty()), 0);
            }
        }
        log.time = Math.max(log.time, end);
    }

    private Command released(Cursor place) {
        return new TopicCommand.Release(place, log.rows.scheduled(place));
    }

    // What lines mean.

    private static Keyed command(String text) {
        String[] words = text.strip().split("\\s+");
        var args = new ArrayList<>(List.of(words).subList(1, words.length));
        Optional<String> key = args.stream().filter(a -> a.startsWith("key=")).findFirst();
        key.ifPresent(args::remove);
        return new Keyed(command(words[0], args), key.map(k -> k.substring(4)));
    }

    private static Command command(String verb, List<String> args) {
        return switch (verb) {
            case "topic" ->
                new TopicCommand.Configure(new TopicName(args.get(0)), config(options(args.subList(1, args.size()))));
            case "publish" -> publish(args);
            case "delete" -> new TopicCommand.Delete(new TopicName(args.get(0)));
            case "cancel" -> new TopicCommand.Cancel(cursor(args.get(0)));
            default -> throw new IllegalArgumentException("no command: " + verb);
        };
    }

    private static Publish publish(List<String> args) {
        var messages = new ArrayList<Publication>();
        boolean atomic = false;
        boolean mayCreate = true;
        Optional<Sequence> sequence = Optional.empty();
        for (String arg : args) {
            if (arg.equals("atomic")) {
                atomic = true;
            } else if (arg.equals("existing")) {
                mayCreate = false;
            } else if (arg.contains("#")) {
                String[] parts = arg.split("[/#]");
                sequence = Optional.of(new Sequence(parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2])));
            } else {
                messages.add(publication(arg));
            }
        }
        return new Publish(messages, atomic, mayCreate, sequence);
    }

    private static Publication publication(String text) {
        int colon = text.indexOf(':');
        int bracket = text.contains("[") ? text.indexOf('[') : text.length();
        String body = text.substring(colon + 1, bracket);
        Map<String, String> options = bracket == text.length()
                ? Map.of()
                : options(List.of(text.substring(bracket + 1, text.length() - 1).split(",")));
        int size = Integer.parseInt(options.getOrDefault("size", "0"));
        // A body's name, and as much behind it as makes the message this large.
        String padded = body + ".".repeat(Math.max(0, size - 64 - body.length()));
        return new Publication(
                new TopicName(text.substring(0, colon)),
                new Message(
                        "",
                        List.of(),
                        options.containsKey("json") ? Format.JSON : Format.RAW,
                        "",
                        padded.getBytes(UTF_8)),
                duration(options, "delay"),
                duration(options, "ttl"),
                Long.parseLong(options.getOrDefault("expect", "-1")));
    }

    private static TopicConfig config(Map<String, String> options) {
        return new TopicConfig(
                duration(options, "maxAge"),
                Long.parseLong(options.getOrDefault("maxBytes", "0")),
                Long.parseLong(options.getOrDefault("maxMessages", "0")),
                options.getOrDefault("onFull", "dropOldest").equals("reject")
                        ? TopicConfig.OnFull.REJECT
                        : TopicConfig.OnFull.DROP_OLDEST,
                Optional.ofNullable(options.get("format")).map(f -> Format.valueOf(f.toUpperCase(Locale.ROOT))),
                duration(options, "ttl"));
    }

    private static TopicLimits limits(Map<String, String> options) {
        TopicLimits d = TopicLimits.DEFAULT;
        return new TopicLimits(
                number(options, "topics", d.topics()),
                number(options, "producers", d.producers()),
                number(options, "producerWindow", d.producerWindow()),
                d.answerBytes(),
                d.producerIdleMs(),
                number(options, "ttls", d.ttls()),
                number(options, "scheduled", d.scheduled()),
                d.stepsPerCommand());
    }

    /** The key's scope is its own text, the body what the command says. */
    private static IdempotencyKey key(String key, Command command) {
        return new IdempotencyKey(0, key.hashCode(), Trace.text(command).hashCode());
    }

    private static Cursor cursor(String text) {
        String[] parts = text.split("\\.");
        return new Cursor(Long.parseLong(parts[0]), Integer.parseInt(parts[1]));
    }

    private static int number(Map<String, String> options, String name, int usual) {
        return Integer.parseInt(options.getOrDefault(name, "" + usual));
    }

    private static long duration(Map<String, String> options, String name) {
        return options.containsKey(name) ? Durations.parseMs(options.get(name)) : 0;
    }

    private static Map<String, String> options(List<String> args) {
        var options = new HashMap<String, String>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            options.put(equals < 0 ? arg : arg.substring(0, equals), equals < 0 ? "" : arg.substring(equals + 1));
        }
        return options;
    }
}
