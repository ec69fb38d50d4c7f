package io.skein.broker;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose JSON Web Tokens are believed (RFC 7519). One of the two kinds of keys, or both.
 *
 * @param secret for HS256, at least 32 bytes
 * @param keys a JWK Set (RFC 7517 §5) with public keys for RS256 and ES256; read again when a token comes, at most
 *     once in ten seconds
 * @param issuer what {@code iss} must be
 * @param audience what must be in {@code aud}
 */
public record IssuerConfig(
        Optional<String> secret, Optional<Path> keys, Optional<String> issuer, Optional<String> audience) {
    public static final int MIN_SECRET_BYTES = 32;

    /** Without the secret. */
    @Override
    public String toString() {
        return "IssuerConfig[" + keys + ", " + issuer + ", " + audience + "]";
    }
}
