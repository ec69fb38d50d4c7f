package io.skein.node;

import io.skein.cluster.PeerTls;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SSLOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What stood in {@link CertificateFiles}, checked. TLS 1.2 and 1.3 (RFC 5246, RFC 8446), nothing older.
 *
 * @param authority empty when the other side need not show a certificate
 */
record Certificates(Buffer chain, Buffer key, Optional<Buffer> authority) {
    private static final Set<String> VERSIONS = Set.of("TLSv1.3", "TLSv1.2");
    /** Until a handshake is done; who is slower is closed. */
    private static final long HANDSHAKE_MS = 5_000;
    /** The same between nodes, who call again. */
    private static final long PEER_HANDSHAKE_MS = 2_000;

    /** Of a door, whose clients show no certificate. */
    ServerSSLOptions door() {
        var options = new ServerSSLOptions();
        common(options, HANDSHAKE_MS);
        return options;
    }

    /** For a door that is being made. HTTP/2 is spoken where the client can (ALPN, RFC 7301). */
    HttpServerOptions show(HttpServerOptions options) {
        options.setSsl(true).setUseAlpn(true).setKeyCertOptions(identity());
        options.setEnabledSecureTransportProtocols(VERSIONS);
        options.setSslHandshakeTimeout(HANDSHAKE_MS).setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        return options;
    }

    /**
     * Both sides must show a certificate of the authority. The name in it is not compared with the address that was dialled:
     * addresses of nodes change, and whoever has a certificate of this authority is a node.
     */
    PeerTls peers() {
        var trust = new PemTrustOptions().addCertValue(authority.orElseThrow());
        var called = new ServerSSLOptions();
        common(called, PEER_HANDSHAKE_MS);
        called.setClientAuth(ClientAuth.REQUIRED).setTrustOptions(trust);
        var calling = new ClientSSLOptions();
        common(calling, PEER_HANDSHAKE_MS);
        calling.setHostnameVerificationAlgorithm("").setTrustOptions(trust);
        return new PeerTls(called, calling);
    }

    private PemKeyCertOptions identity() {
        return new PemKeyCertOptions().addCertValue(chain).addKeyValue(key);
    }

    private void common(SSLOptions options, long handshakeMs) {
        options.setKeyCertOptions(identity());
        options.setEnabledSecureTransportProtocols(VERSIONS);
        options.setSslHandshakeTimeout(handshakeMs).setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    }

    /** Not what it holds. */
    @Override
    public String toString() {
        return "certificates";
    }
}
