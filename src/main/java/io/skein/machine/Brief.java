package io.skein.machine;

/**
 * An outcome that fits beside an idempotency key in memory (DESIGN D17): its kind, private to the machine that made it,
 * and one number. Together with the {@link Moment} of the command it gives the outcome again.
 */
public record Brief(int kind, long number) {}
