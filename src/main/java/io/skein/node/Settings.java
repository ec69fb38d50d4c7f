package io.skein.node;

import io.skein.frame.Durations;
import io.skein.frame.Malformed;
import io.skein.protocol.http.SettingInForce;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The effective value of every setting and where it came from: flag, then environment, then file, then default. An
 * unknown name anywhere stops the start and names the nearest known one.
 */
public final class Settings {
    /** @param source {@code --http-port}, {@code SKEIN_HTTP_PORT}, the file's name, or {@code default} */
    public record Value(String text, String source) {}

    /** Ends the name of a variable that names the file in which a secret stands. */
    private static final String IN_FILE = "_FILE";

    private static final long MAX_SECRET_BYTES = 4096;

    /** Variables that are not the node's but the start script's or the other commands'. */
    private static final Set<String> FOREIGN = Set.of(
            "SKEIN_JAVA_OPTS",
            "SKEIN_CONFIG",
            "SKEIN_URL",
            "SKEIN_TOKEN",
            "SKEIN_TOKEN_FILE",
            "SKEIN_CA",
            "SKEIN_HOME");

    private static final String DEFAULT = "default";
    /** Whoever gives a name in the PAD system speaks of nothing else. */
    private static final String HABIT = "BROKER_NODE_ID";

    /** Variables of the PAD system. */
    private static final Set<String> HABITS = Set.of(HABIT, "BROKER_PORT", "HTTP_PORT");

    private final Map<Setting, Value> values = new EnumMap<>(Setting.class);

    private Settings() {}

    /**
     * @param flags by key; only those that were given
     * @throws ConfigurationProblem with a sentence for the operator
     */
    public static Settings resolve(Map<String, String> flags, Map<String, String> environment, Optional<Path> file) {
        Settings settings = new Settings();
        for (Setting setting : Setting.values()) {
            settings.values.put(setting, new Value(setting.defaultValue(), DEFAULT));
        }
        settings.applyHabits(environment);
        file.ifPresent(settings::applyFile);
        settings.applyEnvironment(environment);
        flags.forEach((key, text) -> settings.values.put(byKey(key, "--"), new Value(text, "--" + key)));
        settings.completeHabits(environment);
        return settings;
    }

    /** The variables of the PAD system (API.md section 5), which count when nothing of ours says otherwise. */
    private void applyHabits(Map<String, String> environment) {
        String id = environment.getOrDefault(HABIT, "");
        if (!id.isEmpty()) {
            values.put(Setting.NODE_ID, new Value(id, HABIT));
            values.put(Setting.DATA_DIR, new Value("skein-data/" + id, HABIT));
        }
        habit(environment, "BROKER_PORT", Setting.TCP_PORT);
        habit(environment, "HTTP_PORT", Setting.HTTP_PORT);
    }

    /** Several of them start on one machine, and of a port for peers nobody spoke: without peers any will do. */
    private void completeHabits(Map<String, String> environment) {
        boolean isBroker = !environment.getOrDefault(HABIT, "").isEmpty();
        if (isBroker && !isSaid(Setting.RAFT_PORT) && text(Setting.PEERS).isEmpty()) {
            values.put(Setting.RAFT_PORT, new Value("0", HABIT));
        }
    }

    private void habit(Map<String, String> environment, String variable, Setting setting) {
        String text = environment.getOrDefault(variable, "");
        if (!text.isEmpty()) {
            values.put(setting, new Value(text, variable));
        }
    }

    private void applyFile(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new ConfigurationProblem(
                    "the configuration file " + file + " cannot be read: " + unreadable.getMessage());
        }
        for (String key : new TreeSet<>(properties.stringPropertyNames())) {
            values.put(
                    byKey(key, file + ": "),
                    new Value(properties.getProperty(key).trim(), file.toString()));
        }
    }

    private void applyEnvironment(Map<String, String> environment) {
        Map<String, Setting> known =
                Arrays.stream(Setting.values()).collect(Collectors.toMap(Setting::variable, setting -> setting));
        environment.forEach((variable, text) -> {
            if (!variable.startsWith("SKEIN_") || FOREIGN.contains(variable) || text.isEmpty()) {
                return;
            }
            Setting setting = known.get(variable);
            if (setting == null && variable.endsWith(IN_FILE)) {
                Setting secret = known.get(variable.substring(0, variable.length() - IN_FILE.length()));
                if (secret != null && secret.isSecret()) {
                    if (!environment.getOrDefault(secret.variable(), "").isEmpty()) {
                        throw new ConfigurationProblem(
                                secret.variable() + " and " + variable + " are both given; one of them is meant");
                    }
                    values.put(secret, new Value(secretIn(variable, Path.of(text)), variable));
                    return;
                }
            }
            if (setting == null) {
                throw new ConfigurationProblem("unknown variable " + variable + nearest(variable, known.keySet()));
            }
            values.put(setting, new Value(text, variable));
        });
    }

    private static String secretIn(String variable, Path file) {
        try {
            if (Files.size(file) > MAX_SECRET_BYTES) {
                throw new ConfigurationProblem(variable + ": " + file + " is too large for a secret");
            }
            String secret = Files.readString(file).strip();
            if (secret.isEmpty()) {
                throw new ConfigurationProblem(variable + ": " + file + " is empty");
            }
            return secret;
        } catch (IOException unreadable) {
            throw new ConfigurationProblem(variable + ": " + file + " cannot be read: " + unreadable);
        }
    }

    private static Setting byKey(String key, String prefix) {
        return Arrays.stream(Setting.values())
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new ConfigurationProblem("unknown setting " + prefix + key
                        + nearest(
                                key,
                                Stream.of(Setting.values()).map(Setting::key).toList())));
    }

    /** {@code "; did you mean ...?"} with the nearest of the known names, or nothing when none is near. */
    public static String nearest(String name, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .filter(candidate ->
                        distance(name, candidate) <= Math.max(Math.min(3, name.length() / 2), name.length() / 3))
                .map(candidate -> "; did you mean " + candidate + "?")
                .orElse("");
    }

    /** Levenshtein. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        Arrays.setAll(previous, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[b.length()];
    }

    public Value value(Setting setting) {
        return values.get(setting);
    }

    /** The operator gave it, and it did not come of something else that was given. */
    boolean isSaid(Setting setting) {
        String source = value(setting).source();
        return !source.equals(DEFAULT) && !source.equals(HABIT);
    }

    /** For people: nothing of a secret. */
    public String shown(Setting setting) {
        String text = text(setting);
        return setting.isSecret() && !text.isEmpty() ? "(set)" : text;
    }

    /** All of them, for whoever asks the node. */
    List<SettingInForce> inForce() {
        return values.entrySet().stream()
                .map(one -> {
                    Setting setting = one.getKey();
                    String text = one.getValue().text();
                    return new SettingInForce(
                            setting.key(),
                            setting.isSecret() ? "" : text,
                            kind(one.getValue().source()),
                            setting.variable(),
                            setting.defaultValue(),
                            setting.isSecret(),
                            !text.isEmpty(),
                            setting.description());
                })
                .toList();
    }

    /** A secret's file is named by a variable, and so it is of the environment. */
    private static String kind(String source) {
        if (source.equals(DEFAULT)) {
            return DEFAULT;
        }
        boolean isVariable = source.startsWith("SKEIN_") || HABITS.contains(source);
        return source.startsWith("--") ? "flag" : isVariable ? "environment" : "file";
    }

    String text(Setting setting) {
        return values.get(setting).text();
    }

    int port(Setting setting) {
        String text = text(setting);
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65535) {
            throw problem(setting, "a port, 0 to 65535");
        }
        return Integer.parseInt(text);
    }

    boolean flag(Setting setting) {
        return switch (text(setting)) {
            case "true", "" -> true;
            case "false" -> false;
            default -> throw problem(setting, "true or false");
        };
    }

    int count(Setting setting, int min, int max) {
        String text = text(setting);
        if (text.matches("[0-9]{1,9}") && Integer.parseInt(text) >= min && Integer.parseInt(text) <= max) {
            return Integer.parseInt(text);
        }
        throw problem(setting, "a number from " + min + " to " + max);
    }

    long bytes(Setting setting, long min, long max) {
        String text = text(setting);
        var matcher =
                Pattern.compile("([0-9]{1,15})(|B|KiB|MiB|GiB|k|m|g|K|M|G)").matcher(text);
        if (matcher.matches()) {
            String unit = matcher.group(2);
            int shift = unit.isEmpty() || unit.equals("B")
                    ? 0
                    : List.of("k", "m", "g").indexOf(unit.substring(0, 1).toLowerCase(Locale.ROOT)) * 10 + 10;
            long bytes = Long.parseLong(matcher.group(1)) << shift;
            if (bytes >= min && bytes <= max) {
                return bytes;
            }
        }
        throw problem(setting, "a size from " + min + " to " + max + " bytes, for example 64KiB or 256MiB");
    }

    long millis(Setting setting, long min, long max) {
        try {
            long ms = Durations.parseMs(text(setting));
            if (ms >= min && ms <= max) {
                return ms;
            }
        } catch (Malformed notTime) {
            throw problem(setting, notTime.getMessage());
        }
        throw problem(setting, "a time from " + min + " ms to " + max + " ms, for example 250ms or 10s");
    }

    ConfigurationProblem problem(Setting setting, String expected) {
        Value value = values.get(setting);
        return new ConfigurationProblem(
                setting.key() + " (" + value.source() + ") is \"" + shown(setting) + "\"; expected: " + expected);
    }
}
