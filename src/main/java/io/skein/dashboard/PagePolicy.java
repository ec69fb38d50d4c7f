package io.skein.dashboard;

import io.skein.broker.NodeStatus;
import io.skein.broker.NodeStatus.MemberStatus;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a browser may load and ask on behalf of the node's pages (Content Security Policy, level 3). */
final class PagePolicy {
    /**
     * Only what this node serves, and scripts only from files: what a stranger publishes cannot run, even if the page had
     * a hole. Trusted types make the browser refuse every {@code innerHTML}.
     */
    static final String SELF = "default-src 'self'; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /** As a host source of a content security policy can say it (CSP 3 §2.3.1); IPv6 literals it cannot. */
    private static final Pattern DOOR = Pattern.compile("(?:(https?)://)?([A-Za-z0-9.-]{1,253}):([0-9]{1,5})");

    private static final List<String> LOOPBACK = List.of("127.0.0.1", "localhost");

    private PagePolicy() {}

    /** Of a page that goes on with another member when its own node dies. */
    static String of(NodeStatus status, boolean isSecure) {
        return of(status.members().stream().map(MemberStatus::httpAddress).toList(), isSecure);
    }

    /**
     * This node, and the other members may be asked too.
     *
     * @param doors HTTP addresses of members, {@code host:port}, perhaps with their scheme; what is neither is left out
     * @param isSecure the scheme of those that name none
     */
    static String of(Collection<String> doors, boolean isSecure) {
        Set<String> sources = new TreeSet<>();
        for (String door : doors) {
            Matcher parts = DOOR.matcher(door);
            if (parts.matches()) {
                String scheme = parts.group(1) != null ? parts.group(1) : isSecure ? "https" : "http";
                String host = parts.group(2);
                // Names of this machine for itself; a page from elsewhere has no business on its reader's machine.
                for (String name : LOOPBACK.contains(host) ? LOOPBACK : List.of(host)) {
                    sources.add(scheme + "://" + name + ":" + parts.group(3));
                    sources.add(scheme.replace("http", "ws") + "://" + name + ":" + parts.group(3));
                }
            }
        }
        String others = sources.isEmpty() ? "" : " " + String.join(" ", sources);
        return SELF + "; connect-src 'self'" + others;
    }
}
