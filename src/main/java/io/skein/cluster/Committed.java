package io.skein.cluster;

import io.skein.machine.Outcome;

/**
 * A proposal's answer: durable on a majority and decided.
 *
 * @param index entry it was decided in; that of the first time when {@code replayed}
 * @param time the entry's stamp
 */
public record Committed(Outcome outcome, long index, long term, long time, boolean replayed) {}
