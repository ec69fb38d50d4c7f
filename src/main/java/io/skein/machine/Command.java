package io.skein.machine;

/** What somebody wants done to the replicated state. Each machine seals its own kinds in its own room. */
public interface Command {}
