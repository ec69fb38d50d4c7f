package io.skein.dashboard;

import io.skein.dashboard.ConsoleFigures.Latency;

/**
 * One point of the charts.
 *
 * @param at epoch milliseconds by this node's clock
 * @param published messages a second since the sample before
 * @param delivered messages a second since the sample before
 */
record Sample(long at, double published, double delivered, Latency fsync, Latency commit) {}
