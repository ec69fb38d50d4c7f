package io.skein.protocol.http;

import io.skein.broker.Gate;
import io.skein.broker.Guest;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who came in by this door lately, by what they show: each request is somebody's, and most are of somebody who was just
 * here. Of those that are remembered the one who was away longest goes; nobody is sent off, since his requests may not be
 * over.
 */
final class Visitors {
    private static final int MAX_REMEMBERED = 4_096;

    private final Gate gate;
    private final Guest stranger;
    private final LinkedHashMap<String, Guest> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Guest> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    Visitors(Gate gate) {
        this.gate = gate;
        this.stranger = gate.stranger();
    }

    Guest stranger() {
        return stranger;
    }

    /** Null when it must be asked for. */
    Guest remembered(Optional<String> token) {
        if (token.isEmpty()) {
            return gate.isLocked() ? null : stranger;
        }
        Guest guest = remembered.get(token.get());
        if (guest != null && guest.name().isEmpty()) {
            remembered.remove(token.get()).leave();
            return null;
        }
        return guest;
    }

    Future<Guest> enter(Optional<String> token, String peer) {
        return gate.enter(token, peer).onSuccess(guest -> token.ifPresent(shown -> remembered.put(shown, guest)));
    }

    void close() {
        remembered.values().forEach(Guest::leave);
        remembered.clear();
    }
}
