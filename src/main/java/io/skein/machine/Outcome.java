package io.skein.machine;

/** The deterministic answer to a command: the same on every node that applies it. */
public interface Outcome {}
