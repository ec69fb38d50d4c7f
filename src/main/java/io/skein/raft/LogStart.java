package io.skein.raft;

import java.util.List;

/**
 * The log as a node finds it on its disk at start.
 *
 * @param compactedIndex the log is gone up to and with this index; 0 when it is whole
 * @param compactedTerm term of that entry; 0 when the log is whole
 * @param terms where each term begins, ascending; those at or below the compacted index are ignored
 * @param configurations where each configuration begins, ascending: at least the last at or below {@code committed},
 *     unless the node has none. Those above are ignored, as their entries are here.
 * @param entries the end of the log, contiguous up to {@code lastIndex}; at least everything above {@code committed}
 * @param lastIndex of the log
 * @param committed known to be committed: the settled index, or a durable commit hint above it. Not announced again.
 */
public record LogStart(
        long compactedIndex,
        long compactedTerm,
        List<TermStart> terms,
        List<ConfigurationStart> configurations,
        List<Entry> entries,
        long lastIndex,
        long committed) {
    /** Index of the first entry of a term. */
    public record TermStart(long index, long term) {}

    /** Index of the entry that brought a configuration; 0 when that is not known but surely committed. */
    public record ConfigurationStart(long index, Configuration configuration) {}

    public static final LogStart EMPTY = new LogStart(0, 0, List.of(), List.of(), List.of(), 0, 0);

    public LogStart {
        terms = List.copyOf(terms);
        configurations = List.copyOf(configurations);
        entries = List.copyOf(entries);
        assert 0 <= compactedIndex && compactedIndex <= committed && committed <= lastIndex
                : "compacted " + compactedIndex + ", committed " + committed + ", last " + lastIndex;
        assert lastIndex - entries.size() <= committed
                : "entries above " + committed + " are missing: " + entries.size() + " up to " + lastIndex;
        assert entries.isEmpty() || entries.get(entries.size() - 1).index() == lastIndex : "entries end before the log";
    }
}
