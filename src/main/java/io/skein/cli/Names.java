package io.skein.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** What is known by name to a node, and where it lists it. */
enum Names {
    TOPICS("/v1/topics?match=%23", "topics", "topic", "TOPIC", "FILTER"),
    SUBSCRIPTIONS("/v1/subscriptions?limit=1000", "subscriptions", "subscription", "SUBSCRIPTION"),
    ACCOUNTS("/v1/accounts?limit=1000", "accounts", "username", "ACCOUNT", "USER"),
    MEMBERS("/v1/cluster", "members", "id", "MEMBER"),
    LIMITS("/v1/limits?limit=1000", "limits", "name", "LIMIT"),
    CONNECTIONS("/v1/connections?limit=1000", "connections", "id", "CONNECTION");

    final String path;
    final String list;
    final String name;
    private final String[] labels;

    Names(String path, String list, String name, String... labels) {
        this.path = path;
        this.list = list;
        this.name = name;
        this.labels = labels;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What somebody types there, when it is a name. */
    static Optional<Names> of(ArgSpec argument) {
        String label = argument.paramLabel();
        return Arrays.stream(values())
                .filter(kind -> Arrays.stream(kind.labels)
                        .anyMatch(known -> Arrays.asList(label.split("[| ]")).contains(known)))
                .findFirst();
    }

    /** The words that its label lists, as in {@code reject|dropOldest}; empty when it does not. */
    static List<String> choices(ArgSpec argument) {
        String label = argument.paramLabel();
        return label.matches("[a-z][A-Za-z-]*(\\|[a-z][A-Za-z-]*)+|JSON\\|XML")
                ? List.of(label.split("\\|"))
                : List.of();
    }

    /** What the first word behind a command is, when it is a name. */
    static Optional<Names> of(CommandSpec command) {
        return command.positionalParameters().stream()
                .filter(argument -> argument.index().min() == 0)
                .findFirst()
                .flatMap(Names::of);
    }
}
