package io.skein.protocol.http;

import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The door's paths: exact ones first, then the longest prefix of those that end with a variable. */
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

    /** @param rest what stands for the variable */
    record Match(Path path, String rest) {}

    private final List<Route> routes;
    private final Map<String, Path> exact = new HashMap<>();
    private final List<Map.Entry<String, Path>> prefixes;

    RouteTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
        Map<String, Path> open = new LinkedHashMap<>();
        for (Route route : routes) {
            Map<String, Path> kind = route.hasVariable() ? open : exact;
            Route twice = kind.computeIfAbsent(route.prefix(), path -> new Path(new LinkedHashMap<>()))
                    .routes()
                    .put(route.method(), route);
            assert twice == null : "two routes for " + route.method() + " " + route.template();
        }
        prefixes = new ArrayList<>(open.entrySet());
        prefixes.sort((a, b) -> b.getKey().length() - a.getKey().length());
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
        for (Map.Entry<String, Path> prefix : prefixes) {
            if (path.startsWith(prefix.getKey())) {
                return new Match(
                        prefix.getValue(), path.substring(prefix.getKey().length()));
            }
        }
        return null;
    }
}
