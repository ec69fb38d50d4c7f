/**
 * What every replicated state machine is: a {@link io.skein.machine.Command} is decided, at a
 * {@link io.skein.machine.Moment} of the log, into an {@link io.skein.machine.Outcome} and
 * {@link io.skein.machine.Change}s; changes move the state, become rows, and come back from rows at start.
 *
 * <p>Walk it from {@link io.skein.machine.Machine}. {@link io.skein.machine.IdempotencyWindow} stands beside the
 * machines: the replica wraps it round any command that carries an {@link io.skein.machine.IdempotencyKey}.
 *
 * <p>{@link io.skein.machine.FeatureLevel} counts what builds know; a command says which level it needs.
 *
 * <p>May know: {@code wire}; nothing outside the pure part of {@code java.*}.
 *
 * <p>Invariants: the same commands at the same moments give the same outcomes and changes on every node and at every
 * replay; a state rebuilt from rows decides like the one that wrote them; every memory has a bound and an answer when it
 * is reached.
 *
 * <p>What the store keeps of the window: for {@code KeyRemembered} a row (index, place, time, key, brief) and, when
 * there is no brief, the answer; for {@code KeysForgotten} those at (index, place) and before go. At start it gives back
 * {@code KeyRemembered} in log order.
 */
package io.skein.machine;
