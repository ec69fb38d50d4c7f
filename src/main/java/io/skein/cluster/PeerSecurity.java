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
 */
public record PeerSecurity(
        Optional<ClusterSecret> secret,
        Supplier<Optional<PeerTls>> tls,
        int maxStrangers,
        int maxStrangersOfOneAddress) {
    /** Whoever reaches the port is believed. */
    public static final PeerSecurity NONE = new PeerSecurity(Optional.empty(), Optional::empty, 128, 32);

    public PeerSecurity withSecret(ClusterSecret known) {
        return new PeerSecurity(Optional.of(known), tls, maxStrangers, maxStrangersOfOneAddress);
    }

    public PeerSecurity withTls(Supplier<Optional<PeerTls>> shown) {
        return new PeerSecurity(secret, shown, maxStrangers, maxStrangersOfOneAddress);
    }

    public PeerSecurity withStrangers(int all, int ofOneAddress) {
        return new PeerSecurity(secret, tls, all, ofOneAddress);
    }
}
