package io.skein.broker;

import io.skein.store.StoredMessage;
import io.skein.subscription.Leases;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome.Refused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whose trace it was that this node lent under a lease, while that is logged: an ack names the lease and not the message.
 * An ack that comes to another node than the pull did is not told of. From any thread.
 */
final class LentTraces {
    private static final int MOST = 10_000;

    /** By the lease of one message. */
    private final Map<String, String> parents = new LinkedHashMap<>();

    void lent(SubscriptionName name, StoredMessage message, Leases lease, int delivery) {
        String parent = TraceLog.of(message);
        if (parent == null) {
            return;
        }
        synchronized (parents) {
            if (parents.size() == MOST) {
                parents.remove(parents.keySet().iterator().next());
            }
            parents.put(lease.text(), parent);
        }
        TraceLog.lent(parent, message, name.value(), lease.text(), delivery);
    }

    /** @param what {@code ack}, {@code nack}, {@code extend} */
    void settled(String what, SubscriptionName name, List<Leases> leases, Settlement settlement) {
        Map<String, String> known = new HashMap<>();
        synchronized (parents) {
            for (Leases lease : leases) {
                if (lease.count() == 1 && lease.lineage() != Leases.HERE && parents.containsKey(lease.text())) {
                    known.put(lease.text(), parents.get(lease.text()));
                }
            }
        }
        if (known.isEmpty()) {
            return;
        }
        List<Leases> refused = new ArrayList<>();
        for (Refused one : settlement.refused()) {
            refused.add(one.leases());
        }
        known.forEach((lease, parent) -> TraceLog.settled(
                parent,
                what,
                name.value(),
                lease,
                settlement.index(),
                refused.stream()
                        .anyMatch(one ->
                                one.lineage() != Leases.HERE && one.text().equals(lease))));
    }
}
