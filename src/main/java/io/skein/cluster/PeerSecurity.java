package io.skein.cluster;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who may speak as a node, and what those cost who have not shown yet that they may.
 *
 * @param tls asked anew for each connection, so that a new certificate counts from the next on; present always or never
 * @param maxStrangers connections to this node that have not said who they are, or not proved it; one more, and the oldest
 *     of them is closed
 * @param maxStrangersOfOneAddress the same for one IP address
 * @param maxTlsPerSecond handshakes of TLS that others may begin, all together; who calls beyond is closed before one. Each
 *     takes about a millisecond of the thread on which the replica lives
 */
public record PeerSecurity(
        Optional<ClusterSecret> secret,
        Supplier<Optional<PeerTls>> tls,
        int maxStrangers,
        int maxStrangersOfOneAddress,
        int maxTlsPerSecond) {
    /** Whoever reaches the port is believed. */
    public static final PeerSecurity NONE = new PeerSecurity(Optional.empty(), Optional::empty, 128, 32, 200);

    public PeerSecurity withSecret(ClusterSecret known) {
        return new PeerSecurity(Optional.of(known), tls, maxStrangers, maxStrangersOfOneAddress, maxTlsPerSecond);
    }

    public PeerSecurity withTls(Supplier<Optional<PeerTls>> shown) {
        return new PeerSecurity(secret, shown, maxStrangers, maxStrangersOfOneAddress, maxTlsPerSecond);
    }

    public PeerSecurity withStrangers(int all, int ofOneAddress) {
        return new PeerSecurity(secret, tls, all, ofOneAddress, maxTlsPerSecond);
    }

    public PeerSecurity withTlsPerSecond(int begun) {
        return new PeerSecurity(secret, tls, maxStrangers, maxStrangersOfOneAddress, begun);
    }
}
