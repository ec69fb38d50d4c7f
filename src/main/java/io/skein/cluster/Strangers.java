package io.skein.cluster;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to this node of which it is not known yet who called. They are few, all together and from each address: when
 * one more comes than may be, the one that stands there the longest has to go. So whoever opens connections and says
 * nothing, or not what is needed, keeps nobody out for longer than it takes to open as many again, and costs no more.
 *
 * <p>Each kind of failure is counted always and said once a minute.
 */
final class Strangers {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long MINUTE_NANOS = 60_000_000_000L;

    /** One of them. */
    interface Stranger {
        /** Its IP address. */
        String host();

        /** Makes room; leaves by itself. */
        void giveWay();
    }

    private final PeerSecurity limits;
    private final PeerListener listener;
    /** By address, the oldest first. */
    private final Map<String, ArrayDeque<Stranger>> byHost = new HashMap<>();

    private final ArrayDeque<Stranger> all = new ArrayDeque<>();
    private final Map<HandshakeFault, Long> said = new EnumMap<>(HandshakeFault.class);
    private final Map<HandshakeFault, Long> unsaid = new EnumMap<>(HandshakeFault.class);

    /** Handshakes of TLS that may begin at once. */
    private double tlsLeft;

    private long tlsLookedNanos = System.nanoTime();

    Strangers(PeerSecurity limits, PeerListener listener) {
        this.limits = limits;
        this.listener = listener;
        this.tlsLeft = limits.maxTlsPerSecond();
    }

    /** One more may begin a handshake of TLS: a second's worth at once, and then as many as time allows. */
    boolean mayBeginTls() {
        long now = System.nanoTime();
        double grown = (now - tlsLookedNanos) / (double) SECOND_NANOS * limits.maxTlsPerSecond();
        tlsLookedNanos = now;
        tlsLeft = Math.min(limits.maxTlsPerSecond(), tlsLeft + grown);
        if (tlsLeft < 1) {
            return false;
        }
        tlsLeft--;
        return true;
    }

    void enter(Stranger stranger) {
        ArrayDeque<Stranger> same = byHost.computeIfAbsent(stranger.host(), host -> new ArrayDeque<>());
        if (same.size() >= limits.maxStrangersOfOneAddress()) {
            same.peek().giveWay();
        } else if (all.size() >= limits.maxStrangers()) {
            all.peek().giveWay();
        }
        all.add(stranger);
        byHost.computeIfAbsent(stranger.host(), host -> new ArrayDeque<>()).add(stranger);
    }

    /** It is known who it is, or it is gone. */
    void leave(Stranger stranger) {
        if (all.remove(stranger)) {
            ArrayDeque<Stranger> same = byHost.get(stranger.host());
            same.remove(stranger);
            if (same.isEmpty()) {
                byHost.remove(stranger.host());
            }
        }
    }

    int size() {
        return all.size();
    }

    /** @param because perhaps with something in it that the stranger said */
    void failed(HandshakeFault fault, String host, String because) {
        String why = Quoted.of(because);
        listener.strangerFailed(fault);
        long now = System.nanoTime();
        Long before = said.get(fault);
        if (before != null && now - before < MINUTE_NANOS) {
            unsaid.merge(fault, 1L, Long::sum);
            LOG.debug("again: a connection from {} to the Raft port was closed: {}", host, why);
            return;
        }
        said.put(fault, now);
        Long others = unsaid.remove(fault);
        LOG.warn(
                "a connection from {} to the Raft port was closed: {}{}",
                host,
                why,
                others == null ? "" : " (and " + others + " more since this was last said)");
    }
}
