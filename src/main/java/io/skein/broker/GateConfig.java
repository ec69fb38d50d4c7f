package io.skein.broker;

import java.util.Optional;

/**
 * Who is let in.
 *
 * @param locked everything but what API.md names needs a token
 * @param registrationOpen strangers may make accounts for themselves
 * @param iterations of PBKDF2 for each password
 * @param issuer whose JSON Web Tokens are believed beside what this cluster gives
 */
public record GateConfig(boolean locked, boolean registrationOpen, int iterations, Optional<IssuerConfig> issuer) {
    /** What OWASP's Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA-512. */
    public static final int ITERATIONS = 210_000;

    public static final GateConfig OPEN = new GateConfig(false, true, ITERATIONS, Optional.empty());
}
