package io.skein.node;

import io.vertx.core.dns.AddressResolverOptions;

/**
 * How the names of other nodes become addresses: anew for each connection, but for a second. A node that comes back
 * somewhere else under its name, as pods do, is found there as soon as the name leads there; a DNS server may allow an
 * answer to be kept for half a minute, and Vert.x would.
 */
final class Names {
    /** Keeps a node that is down from asking the DNS server at each try. */
    private static final int KEPT_SECONDS = 1;
    /** Milliseconds by its documentation, nanoseconds in Vert.x 5.0.12; either will do. Never, unless it is given. */
    private static final int HOSTS_FILE_KEPT = 1000;

    private Names() {}

    static AddressResolverOptions resolver() {
        return new AddressResolverOptions().setCacheMaxTimeToLive(KEPT_SECONDS).setHostsRefreshPeriod(HOSTS_FILE_KEPT);
    }
}
