package io.skein.protocol.http;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** How much this node logs, by logger; the empty name is Skein as a whole. From any thread. */
public interface LogLevels {
    /** Where somebody else says how the process logs. */
    LogLevels NONE = new LogLevels() {
        @Override
        public Map<String, String> levels() {
            return Map.of();
        }

        @Override
        public Map<String, Long> until() {
            return Map.of();
        }

        @Override
        public void set(Map<String, Optional<String>> changes, OptionalLong forMs, String by) {}
    };

    /** What was set, and Skein's own. */
    Map<String, String> levels();

    /** Of those that fall back by themselves: when, in epoch milliseconds. */
    Map<String, Long> until();

    /**
     * All of it or nothing.
     *
     * @param changes a level, or empty: what it was at the start
     * @param forMs empty: until it is set otherwise, or the process ends
     * @param by who asks, for the log
     * @throws IllegalArgumentException with a sentence for the client, for an unknown level or logger, and too many
     */
    void set(Map<String, Optional<String>> changes, OptionalLong forMs, String by);
}
