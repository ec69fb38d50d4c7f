package io.skein.cli;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** What is known by name to a node, and where it lists it. */
enum Names {
    TOPICS("/v1/topics?match=", "topics", "topic", "TOPIC", "FILTER"),
    SUBSCRIPTIONS("/v1/subscriptions?limit=1000", "subscriptions", "subscription", "SUBSCRIPTION"),
    ACCOUNTS("/v1/accounts?limit=1000", "accounts", "username", "ACCOUNT", "USER"),
    MEMBERS("/v1/cluster", "members", "id", "MEMBER"),
    LIMITS("/v1/limits?limit=1000", "limits", "name", "LIMIT"),
    CONNECTIONS("/v1/connections?limit=1000", "connections", "id", "CONNECTION");

    private final String path;
    final String list;
    final String name;
    private final String[] labels;

    Names(String path, String list, String name, String... labels) {
        this.path = path;
        this.list = list;
        this.name = name;
        this.labels = labels;
    }

    /** @param typed of a name; what cannot begin with it is not asked for, as far as a route lets one say so */
    String path(String typed) {
        return switch (this) {
            case TOPICS -> path + Api.query(levels(typed) + "#");
            case ACCOUNTS ->
                path + (typed.isEmpty() ? "" : "&match=" + Api.query(typed.replaceAll("[*?].*", "") + "*"));
            case SUBSCRIPTIONS ->
                path + before(typed).map(name -> "&after=" + Api.query(name)).orElse("");
            default -> path;
        };
    }

    /** A name that stands before all that begin so. */
    private static Optional<String> before(String typed) {
        return typed.isEmpty()
                ? Optional.empty()
                : Optional.of(typed.substring(0, typed.offsetByCodePoints(typed.length(), -1)))
                        .filter(name -> !name.isEmpty());
    }

    /** Those that are whole. */
    private static String levels(String typed) {
        String whole = typed.substring(0, typed.lastIndexOf('/') + 1);
        return whole.matches(".*[+#].*") ? "" : whole;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What is typed there: names that a node knows, words that are always the same, or neither. */
    record Offer(Optional<Names> kind, List<String> words) {
        boolean isSome() {
            return kind.isPresent() || !words.isEmpty();
        }
    }

    /** Behind a flag. */
    static Offer of(ArgSpec argument) {
        return of(argument.paramLabel());
    }

    private static Offer of(String label) {
        Optional<Names> kind = Arrays.stream(values())
                .filter(one -> Arrays.stream(one.labels)
                        .anyMatch(known -> Arrays.asList(label.split("\\|")).contains(known)))
                .findFirst();
        return new Offer(kind, choices(label));
    }

    /** The words that a label lists, as in {@code reject|dropOldest}; empty when it does not. */
    private static List<String> choices(String label) {
        if (label.equals("ACTION")) {
            return List.of("publish", "subscribe", "manage");
        }
        return label.matches("[a-z][A-Za-z-]*(\\|[a-z][A-Za-z-]*)+|JSON\\|XML(\\|RAW)?")
                ? List.of(label.split("\\|"))
                : List.of();
    }

    /** Behind a command, one after the other; a label may stand for several. */
    static List<Offer> of(CommandSpec command) {
        return command.positionalParameters().stream()
                .sorted(Comparator.comparingInt(argument -> argument.index().min()))
                .flatMap(argument -> Arrays.stream(argument.paramLabel().split(" ")))
                .map(Names::of)
                .toList();
    }

    /** The last of them may be typed again and again. */
    static boolean isRepeated(CommandSpec command) {
        return command.positionalParameters().stream()
                .anyMatch(argument ->
                        argument.arity().max() > 1 && !argument.paramLabel().contains(" "));
    }
}
