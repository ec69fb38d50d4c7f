package io.skein.machine;

/**
 * Where and when in the log a command is decided.
 *
 * @param index the entry
 * @param place the place its first message would get within the entry
 * @param time the entry's stamp, epoch milliseconds (DESIGN D5); never lower than that of an earlier entry
 */
public record Moment(long index, int place, long time) {}
