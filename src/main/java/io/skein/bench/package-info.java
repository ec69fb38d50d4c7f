/**
 * What this machine can do at most, what a node does, and the ratio of the two, measured in the same run.
 *
 * <p>Three runners, each a record of settings in and a {@link io.skein.bench.Report} out (one JSON line, one table):
 *
 * <ul>
 *   <li>{@link io.skein.bench.Ceilings}: raw ceilings without a node: fdatasync, SQLite in the shapes of DESIGN D16, a bare
 *       HTTP POST, a bare WebSocket fan-out.
 *   <li>{@link io.skein.bench.Load}: publishers and subscribers against a node, over one of its doors.
 *   <li>{@link io.skein.bench.Ratios}: both, interleaved, and the node's figures divided by the ceilings.
 * </ul>
 *
 * <p>To walk it, open {@code Load}, then {@code Pump}: it decides when the next messages are sent. A closed loop keeps a
 * window in flight and measures from the send. An open loop follows {@code Pace} whatever the node does and measures from
 * the moment a message was <em>due</em>, so that a node which stops for a second has a second in its figures (no
 * coordinated omission). What is due and not yet sent is a number, not a queue.
 *
 * <p>Invariants: every run ends within its time and a few seconds, whatever the node does; memory does not grow with the
 * time or the rate; what was not answered is counted, never left out; a ceiling and the node are asked by the same
 * client code, and the bare server is a process of its own, as the node is.
 *
 * <p>May know {@code client} and {@code frame}, Vert.x, JDBC with SQLite, HdrHistogram.
 */
package io.skein.bench;
