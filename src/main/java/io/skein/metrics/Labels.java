package io.skein.metrics;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Values a label may take. Codes, routes and the like are few by nature; should one come from somewhere else by mistake, the
 * memory of the node and of Prometheus must not pay for it: above the limit all others are {@code other}.
 */
final class Labels {
    static final String OTHER = "other";

    static final Set<String> INTERFACES = Set.of("http", "websocket", "tcp", "mqtt", "dashboard");

    private final int limit;
    private final Map<String, String> known = new ConcurrentHashMap<>();

    Labels(int limit) {
        this.limit = limit;
    }

    String bounded(String value) {
        String seen = known.get(value);
        if (seen != null) {
            return seen;
        }
        if (known.size() >= limit) {
            return OTHER;
        }
        known.put(value, value);
        return value;
    }

    static String door(String door) {
        return INTERFACES.contains(door) ? door : OTHER;
    }
}
