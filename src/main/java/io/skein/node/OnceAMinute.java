package io.skein.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Marker;

/**
 * Lets each kind of warning that strangers can cause pass once a minute: of the doors, and of the libraries below them,
 * which warn of every connection that broke in a way they did not think of. Whoever sends garbage all day shall not fill
 * the log; the meters count what the log leaves out. A kind is what stands in the program: the logger and the sentence
 * before its words are filled in. Errors, and what the other rooms warn of, always pass.
 */
final class OnceAMinute extends TurboFilter {
    private static final long MINUTE_NANOS = 60_000_000_000L;
    /** Kinds remembered; above it all may speak again. */
    private static final int MOST_KINDS = 256;

    private final LongSupplier nanoTime;
    private final Map<String, Long> said = new HashMap<>();

    OnceAMinute(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public FilterReply decide(
            Marker marker, Logger logger, Level level, String format, Object[] parameters, Throwable thrown) {
        if (level != Level.WARN || format == null || !isByStrangers(logger.getName())) {
            return FilterReply.NEUTRAL;
        }
        return passes(logger.getName() + " " + format) ? FilterReply.NEUTRAL : FilterReply.DENY;
    }

    private static boolean isByStrangers(String logger) {
        return logger.startsWith("io.skein.protocol.") || !logger.startsWith("io.skein.");
    }

    private synchronized boolean passes(String kind) {
        long now = nanoTime.getAsLong();
        Long before = said.get(kind);
        if (before != null && now - before < MINUTE_NANOS) {
            return false;
        }
        if (said.size() >= MOST_KINDS) {
            said.clear();
        }
        said.put(kind, now);
        return true;
    }
}
