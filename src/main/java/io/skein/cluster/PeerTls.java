package io.skein.cluster;

import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ServerSSLOptions;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * Mutual TLS between nodes (RFC 8446; RFC 5246 for those who must): both show a certificate of the same authority.
 *
 * @param called of who is called: asks the caller for its certificate and closes without one
 * @param calling of who calls
 */
public record PeerTls(ServerSSLOptions called, ClientSSLOptions calling) {
    /** A handshake that failed, as a sentence for an operator. Bytes that came are not repeated in it. */
    static Throwable explained(Throwable failure) {
        if (!(failure instanceof SSLException)) {
            return failure;
        }
        // Vert.x wraps what was wrong.
        Throwable why = failure.getCause() == null ? failure : failure.getCause();
        return failure instanceof SSLHandshakeException && why instanceof SSLException
                ? new SSLHandshakeException(
                        "no certificate that both accept (--peer-cert, --peer-ca): " + why.getMessage())
                : new SSLException("it does not speak TLS, and this node does (--peer-cert)");
    }
}
