package io.skein.protocol.http;

import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The door's paths: exact ones first, then the longest prefix of those with a variable, and of these first the longest
 * word behind it. A name that ends like such a word is written with {@code %2F} before it.
 */
final class RouteTable {
    /** What one path offers. */
    record Path(Map<HttpMethod, Route> routes) {
        /** For {@code Allow}: HEAD and OPTIONS go without saying. */
        List<String> allowed() {
            List<String> names = new ArrayList<>();
            for (HttpMethod method : routes.keySet()) {
                names.add(method.name());
                if (method == HttpMethod.GET) {
                    names.add(HttpMethod.HEAD.name());
                }
            }
            names.add(HttpMethod.OPTIONS.name());
            return names;
        }

        Route any() {
            return routes.values().iterator().next();
        }
    }

    /** A path with a variable between two texts. */
    private record Open(String prefix, String suffix, Path path) {
        boolean matches(String text) {
            return text.length() >= prefix.length() + suffix.length()
                    && text.startsWith(prefix)
                    && text.endsWith(suffix);
        }

        String rest(String text) {
            return text.substring(prefix.length(), text.length() - suffix.length());
        }
    }

    /** @param rest what stands for the variable */
    record Match(Path path, String rest) {}

    private final List<Route> routes;
    private final Map<String, Path> exact = new HashMap<>();
    private final List<Open> open;

    RouteTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
        Map<String, Open> found = new LinkedHashMap<>();
        for (Route route : routes) {
            Path path = route.hasVariable()
                    ? found.computeIfAbsent(
                                    route.prefix() + '{' + route.suffix(),
                                    text -> new Open(route.prefix(), route.suffix(), new Path(new LinkedHashMap<>())))
                            .path()
                    : exact.computeIfAbsent(route.prefix(), text -> new Path(new LinkedHashMap<>()));
            Route twice = path.routes().put(route.method(), route);
            assert twice == null : "two routes for " + route.method() + " " + route.template();
        }
        open = new ArrayList<>(found.values());
        open.sort(Comparator.comparingInt((Open one) -> one.prefix().length())
                .thenComparingInt(one -> one.suffix().length())
                .reversed());
    }

    List<Route> routes() {
        return routes;
    }

    /** @return null when no path of this door matches */
    Match match(String path) {
        Path found = exact.get(path);
        if (found != null) {
            return new Match(found, "");
        }
        for (Open one : open) {
            if (one.matches(path)) {
                return new Match(one.path(), one.rest(path));
            }
        }
        return null;
    }
}
