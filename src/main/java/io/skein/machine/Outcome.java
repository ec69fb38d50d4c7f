package io.skein.machine;

/** The deterministic answer to a command: the same on every node that applies it. */
public interface Outcome {
    /**
     * Whether anything of what was asked was done. What was refused whole is not remembered under an idempotency key:
     * the same command may be taken later.
     */
    default boolean tookEffect() {
        return true;
    }
}
