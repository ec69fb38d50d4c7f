package io.skein.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.skein.broker.TraceLog;
import io.skein.frame.Durations;
import io.skein.protocol.http.LogLevels;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/**
 * The levels of the running process: of Skein as a whole (the name is empty), and of loggers by their name. What was set
 * for a while falls back to what was there before, by itself.
 */
final class LiveLevels implements LogLevels {
    /** Names with a level of their own. */
    static final int MOST = 64;

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(LiveLevels.class);
    private static final List<String> KNOWN = List.of("trace", "debug", "info", "warn", "error", "off");
    /** Names that may be new to the process, in its life: it keeps each for good. */
    private static final int MOST_NEW = 1_000;

    /** Calls back, once. */
    @FunctionalInterface
    interface Timer {
        /** @return takes it back */
        Runnable after(long ms, Runnable then);
    }

    private record Passing(Level level, long untilMs) {}

    private final LoggerContext loggers;
    private final Level base;
    private final Timer timer;
    private final Map<String, Level> steady = new TreeMap<>();
    private final Map<String, Passing> passing = new HashMap<>();
    /** Takes back what would end it. */
    private final Map<String, Runnable> ends = new HashMap<>();

    private int made;

    /** @param level of Skein as a whole, where nothing else is said */
    LiveLevels(LoggerContext loggers, String level, Timer timer) {
        this.loggers = loggers;
        this.base = level(level);
        this.timer = timer;
        // Whoever wants it on may come before the first message does.
        loggers.getLogger(TraceLog.LOGGER);
    }

    /** Skein as a whole is at its level. */
    void begin() {
        apply("");
    }

    /** Of this process; does nothing where somebody else says how it logs. */
    static LogLevels ofThisProcess(LogConfig config, Timer timer) {
        return LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers
                ? new LiveLevels(loggers, Logging.level(loggers, config), timer)
                : LogLevels.NONE;
    }

    /** @throws IllegalArgumentException for a word that is no level */
    static Level level(String word) {
        String small = word.toLowerCase(Locale.ROOT);
        if (!KNOWN.contains(small)) {
            throw new IllegalArgumentException(
                    "a level is one of " + String.join(", ", KNOWN) + ", not \"" + word + "\"");
        }
        return Level.toLevel(small);
    }

    @Override
    public synchronized Map<String, String> levels() {
        Map<String, String> all = new TreeMap<>();
        all.put("", word(effective("")));
        steady.forEach((name, level) -> all.put(name, word(level)));
        passing.forEach((name, level) -> all.put(name, word(level.level())));
        return all;
    }

    @Override
    public synchronized Map<String, Long> until() {
        Map<String, Long> all = new TreeMap<>();
        passing.forEach((name, level) -> all.put(name, level.untilMs()));
        return all;
    }

    @Override
    public synchronized void set(Map<String, Optional<String>> changes, OptionalLong forMs, String by) {
        Map<String, Optional<Level>> read = new TreeMap<>();
        changes.forEach((name, word) -> read.put(logger(name), word.map(LiveLevels::level)));
        checkRoom(read);
        long until = System.currentTimeMillis() + forMs.orElse(0);
        say(read, forMs, by);
        read.forEach((name, level) -> {
            passing.remove(name);
            Optional.ofNullable(ends.remove(name)).ifPresent(Runnable::run);
            if (level.isEmpty()) {
                steady.remove(name);
            } else if (forMs.isEmpty()) {
                steady.put(name, level.get());
            } else {
                Passing now = new Passing(level.get(), until);
                passing.put(name, now);
                ends.put(name, timer.after(forMs.getAsLong(), () -> over(name, now)));
            }
            apply(name);
        });
    }

    /** Before it may be silenced. */
    private static void say(Map<String, Optional<Level>> changes, OptionalLong forMs, String by) {
        StringBuilder said = new StringBuilder();
        changes.forEach((name, level) -> said.append(said.isEmpty() ? "" : ", ")
                .append(name.isEmpty() ? "Skein" : name)
                .append(' ')
                .append(level.map(LiveLevels::word).orElse("as at the start")));
        LOG.warn(
                "what is logged from now on{}, as {} wants it: {}",
                forMs.isPresent() ? " for " + Durations.text(forMs.getAsLong()) : "",
                by,
                said);
    }

    private String logger(String name) {
        String plain = name.equals(Logging.OURS) || name.equalsIgnoreCase("root") ? "" : name;
        if (!plain.isEmpty() && !plain.matches("[A-Za-z_$][\\w$]*(\\.[\\w$]+){0,30}") || plain.length() > 200) {
            throw new IllegalArgumentException(
                    "a logger's name is that of a class or a package, such as io.skein.cluster");
        }
        if (plain.startsWith(Logging.OURS + ".") && loggers.exists(plain) == null) {
            throw new IllegalArgumentException("there is no logger " + plain + " here"
                    + Settings.nearest(
                            plain,
                            loggers.getLoggerList().stream()
                                    .map(Logger::getName)
                                    .filter(known -> known.startsWith(Logging.OURS + "."))
                                    .toList()));
        }
        return plain;
    }

    private void checkRoom(Map<String, Optional<Level>> changes) {
        Map<String, Boolean> names = new HashMap<>();
        steady.keySet().forEach(name -> names.put(name, true));
        passing.keySet().forEach(name -> names.put(name, true));
        int fresh = made;
        for (Map.Entry<String, Optional<Level>> change : changes.entrySet()) {
            String name = change.getKey();
            fresh += !name.isEmpty() && loggers.exists(name) == null ? 1 : 0;
            if (change.getValue().isPresent()) {
                names.put(name, true);
            } else {
                names.remove(name);
            }
        }
        if (names.size() > MOST || fresh > MOST_NEW) {
            throw new IllegalArgumentException(
                    "at most " + MOST + " loggers have a level of their own; take some back with null");
        }
        made = fresh;
    }

    private synchronized void over(String name, Passing was) {
        if (passing.remove(name, was)) {
            ends.remove(name);
            apply(name);
            LOG.info("what {} logs is as before again", name.isEmpty() ? "Skein" : name);
        }
    }

    private Level effective(String name) {
        Passing now = passing.get(name);
        return now != null ? now.level() : steady.getOrDefault(name, name.isEmpty() ? base : Logging.QUIET.get(name));
    }

    private void apply(String name) {
        Level level = effective(name);
        if (!name.isEmpty()) {
            loggers.getLogger(name).setLevel(level);
            return;
        }
        loggers.getLogger(Logging.OURS).setLevel(level);
        // The libraries below would say everything about every byte.
        loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                .setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
    }

    private static String word(Level level) {
        return level.toString().toLowerCase(Locale.ROOT);
    }
}
