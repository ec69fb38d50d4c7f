package io.skein.cluster;

/** host:port, where the host may be a name, an IPv4 address, or an IPv6 address in brackets. */
record PeerAddress(String host, int port) {
    /** @throws IllegalArgumentException with a sentence for the operator when it is none */
    static PeerAddress of(String text) {
        int colon = text.lastIndexOf(':');
        try {
            String host = text.substring(0, Math.max(0, colon));
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            int port = Integer.parseInt(text.substring(colon + 1));
            if (!host.isEmpty() && port > 0 && port <= 65_535) {
                return new PeerAddress(host, port);
            }
        } catch (NumberFormatException noPort) {
            // said below
        }
        throw new IllegalArgumentException("an address is host:port, not \"" + text + "\"");
    }
}
