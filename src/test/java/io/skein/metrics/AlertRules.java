package io.skein.metrics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What stands in {@code grafana/alerts.yml}. */
public final class AlertRules {
    public static final Path FILE = Path.of("grafana", "alerts.yml");

    private AlertRules() {}

    /** @param hold how long the expression must hold, as {@code for} says it; empty when it says nothing */
    public record Rule(
            String name, String expression, String hold, Map<String, String> labels, Map<String, String> annotations) {
        public String severity() {
            return labels.getOrDefault("severity", "");
        }
    }

    public static List<Rule> all() {
        List<Rule> rules = new ArrayList<>();
        for (Map<String, Object> group : maps(read(FILE).get("groups"))) {
            for (Map<String, Object> rule : maps(group.get("rules"))) {
                rules.add(new Rule(
                        (String) rule.get("alert"),
                        (String) rule.get("expr"),
                        rule.getOrDefault("for", "").toString(),
                        texts(rule.get("labels")),
                        texts(rule.get("annotations"))));
            }
        }
        return rules;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> read(Path file) {
        try {
            return (Map<String, Object>)
                    new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> maps(Object list) {
        return list == null ? List.of() : (List<Map<String, Object>>) list;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> texts(Object map) {
        return map == null ? Map.of() : (Map<String, String>) map;
    }
}
