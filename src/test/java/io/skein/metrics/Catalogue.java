package io.skein.metrics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The chapter "Every metric, every alert" of the README, and what a node exposes, in the same form: to be compared. */
public final class Catalogue {
    private static final Pattern METRIC =
            Pattern.compile("\\| `(?<name>[a-z0-9_]+)(?:\\{(?<labels>[a-z_,]+)})?` \\| (?<type>[a-z]+) \\|.*");
    private static final Pattern ALERT =
            Pattern.compile("\\| (?<name>Skein[A-Za-z0-9]+) \\| (?<severity>[a-z]+) \\|.*");
    private static final Pattern SAMPLE = Pattern.compile("(?<name>[a-zA-Z0-9_:]+)(?:\\{(?<labels>.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"(?:[^\"\\\\]|\\\\.)*\"");
    /** Of each sample of a histogram and of a summary. */
    private static final Set<String> PARTS = Set.of("le", "quantile");

    private Catalogue() {}

    /** @param labels their names, in order */
    public record Family(String type, Set<String> labels) {}

    /** By name, as the README's table of this page says. */
    public static Map<String, Family> documented(String page) {
        Map<String, Family> families = new TreeMap<>();
        section("### On `" + page + "`")
                .map(METRIC::matcher)
                .filter(Matcher::matches)
                .forEach(row -> {
                    String labels = row.group("labels") == null ? "" : row.group("labels");
                    Family before =
                            families.put(row.group("name"), new Family(row.group("type"), names(labels.split(","))));
                    if (before != null) {
                        throw new AssertionError("twice in the README: " + row.group("name"));
                    }
                });
        return families;
    }

    /** Severity by name, as the README's table says. */
    static Map<String, String> alerts() {
        Map<String, String> alerts = new TreeMap<>();
        section("### Alerts")
                .map(ALERT::matcher)
                .filter(Matcher::matches)
                .forEach(row -> alerts.put(row.group("name"), row.group("severity")));
        return alerts;
    }

    private static Stream<String> section(String head) {
        try {
            return Files.readAllLines(Path.of("README.md")).stream()
                    .dropWhile(line -> !line.equals(head))
                    .skip(1)
                    .takeWhile(line -> !line.startsWith("#"));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** By name, as a page says it. What Micrometer adds to each histogram and summary, its highest value, is left out. */
    public static Map<String, Family> exposed(String text) {
        Map<String, Family> families = new TreeMap<>();
        for (String line : text.split("\n")) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ");
                families.put(words[2], new Family(words[3], new TreeSet<>()));
            }
        }
        Set<String> sampled = new TreeSet<>();
        text.lines().map(SAMPLE::matcher).filter(Matcher::matches).forEach(sample -> {
            String name = families.containsKey(sample.group("name"))
                    ? sample.group("name")
                    : sample.group("name").replaceFirst("_(bucket|sum|count)$", "");
            sampled.add(name);
            if (sample.group("labels") != null) {
                Matcher label = LABEL.matcher(sample.group("labels"));
                while (label.find()) {
                    if (!PARTS.contains(label.group(1))) {
                        families.get(name).labels().add(label.group(1));
                    }
                }
            }
        });
        families.keySet().retainAll(sampled);
        families.keySet()
                .removeIf(name -> name.endsWith("_max")
                        && Set.of("histogram", "summary")
                                .contains(families.getOrDefault(
                                                name.substring(0, name.length() - 4), new Family("", Set.of()))
                                        .type()));
        return families;
    }

    private static Set<String> names(String... labels) {
        Set<String> names = new TreeSet<>(Arrays.asList(labels));
        names.remove("");
        return names;
    }
}
