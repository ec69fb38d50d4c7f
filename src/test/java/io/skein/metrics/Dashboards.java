package io.skein.metrics;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What stands in {@code grafana/dashboards}. */
public final class Dashboards {
    static final Path DIRECTORY = Path.of("grafana", "dashboards");

    private Dashboards() {}

    /** One question to Prometheus, with where it is asked. */
    public record Query(String where, String expression) {}

    /** By the file's name. */
    static Map<String, JsonObject> all() {
        Map<String, JsonObject> all = new TreeMap<>();
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            for (Path file : files.toList()) {
                all.put(file.getFileName().toString(), new JsonObject(Files.readString(file)));
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return all;
    }

    /** Rows are panels too. */
    static List<JsonObject> panels(JsonObject dashboard) {
        return objects(dashboard.getJsonArray("panels"));
    }

    static List<JsonObject> objects(JsonArray array) {
        return array == null
                ? List.of()
                : array.stream().map(JsonObject.class::cast).toList();
    }

    /** What every panel asks. */
    public static List<Query> queries() {
        List<Query> queries = new ArrayList<>();
        all().forEach((file, dashboard) -> {
            for (JsonObject panel : panels(dashboard)) {
                for (JsonObject target : objects(panel.getJsonArray("targets"))) {
                    queries.add(new Query(file + ", " + panel.getString("title"), target.getString("expr")));
                }
            }
        });
        return queries;
    }

    /** What is asked for the marks in all panels of a dashboard. */
    public static List<Query> annotations() {
        List<Query> queries = new ArrayList<>();
        all().forEach((file, dashboard) -> {
            for (JsonObject annotation :
                    objects(dashboard.getJsonObject("annotations").getJsonArray("list"))) {
                if (annotation.containsKey("expr")) {
                    queries.add(new Query(file + ", " + annotation.getString("name"), annotation.getString("expr")));
                }
            }
        });
        return queries;
    }
}
