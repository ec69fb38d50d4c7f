package io.skein.broker;

/**
 * Who is let in.
 *
 * @param locked everything but what API.md names needs a token
 * @param registrationOpen strangers may make accounts for themselves
 * @param iterations of PBKDF2 for each password
 */
public record GateConfig(boolean locked, boolean registrationOpen, int iterations) {
    /** What OWASP's Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA-512. */
    public static final int ITERATIONS = 210_000;

    public static final GateConfig OPEN = new GateConfig(false, true, ITERATIONS);
}
