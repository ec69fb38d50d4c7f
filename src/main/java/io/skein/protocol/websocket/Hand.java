package io.skein.protocol.websocket;

import io.skein.broker.Leased;
import io.skein.machine.Cursor;
import io.skein.subscription.Leases;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * How many messages a client that leaves its credit to the server has in hand, by the pull that lent them. As large as its
 * credit at most.
 */
final class Hand {
    private static final class Lot {
        long messages;
        long until;
    }

    private final Map<Cursor, Lot> lots = new HashMap<>();

    /** @param until epoch milliseconds */
    void take(List<Leased> messages, long until) {
        for (Leased message : messages) {
            Lot lot = lots.computeIfAbsent(message.lease().lease(), lease -> new Lot());
            lot.messages++;
            lot.until = Math.max(lot.until, until);
        }
    }

    /** @return so many are no longer in hand */
    long settled(List<Leases> leases) {
        long gone = 0;
        for (Leases named : leases) {
            Lot lot = lots.get(named.lease());
            if (lot != null) {
                long messages = Math.min(lot.messages, named.count());
                gone += messages;
                lot.messages -= messages;
                if (lot.messages == 0) {
                    lots.remove(named.lease());
                }
            }
        }
        return gone;
    }

    void extended(List<Leases> leases, long until) {
        for (Leases named : leases) {
            Lot lot = lots.get(named.lease());
            if (lot != null) {
                lot.until = Math.max(lot.until, until);
            }
        }
    }

    /** When the first lease ends. */
    long firstEnd() {
        return lots.values().stream().mapToLong(lot -> lot.until).min().orElse(Long.MAX_VALUE);
    }

    /** @return so many have outlived their lease */
    long expired(long now) {
        long gone = 0;
        for (Iterator<Lot> all = lots.values().iterator(); all.hasNext(); ) {
            Lot lot = all.next();
            if (lot.until <= now) {
                gone += lot.messages;
                all.remove();
            }
        }
        return gone;
    }
}
