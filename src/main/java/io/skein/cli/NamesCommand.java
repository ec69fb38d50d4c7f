package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Names that a shell offers at the Tab key, a line each; says nothing when the node does not answer at once. */
@Command(name = "names", hidden = true, description = "Prints some names, for shells that complete.")
final class NamesCommand implements Callable<Integer> {
    private static final Duration AT_ONCE = Duration.ofSeconds(1);
    /** Nobody reads as many. */
    private static final int MOST = 500;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Parameters(index = "0", paramLabel = "KIND")
    private String kind;

    @Parameters(index = "1", arity = "0..1", paramLabel = "TYPED")
    private String typed = "";

    @Option(names = "--json", description = "one JSON line")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        JsonArray names = new JsonArray();
        Names asked = Arrays.stream(Names.values())
                .filter(one -> one.toString().equals(kind))
                .findFirst()
                .orElseThrow(() -> new CommandProblem(ExitCode.USAGE, "there are no names of " + kind));
        String beginning = beginning();
        try {
            Optional<JsonObject> answer =
                    new Api(server).look(asked.path(beginning), AT_ONCE).join();
            JsonArray list = answer.map(all -> all.getJsonArray(asked.list)).orElse(new JsonArray());
            for (int i = 0; i < list.size() && names.size() < MOST; i++) {
                String name = list.getJsonObject(i).getValue(asked.name).toString();
                // A shell would show what is in it.
                if (name.startsWith(beginning) && name.chars().noneMatch(Character::isISOControl)) {
                    names.add(name);
                }
            }
        } catch (CommandProblem nobody) {
            // Nothing to offer.
        }
        if (json) {
            out.println(names.encode());
        } else {
            names.forEach(out::println);
        }
        out.flush();
        return 0;
    }

    /** What all that is offered begins with; what was quoted for the shell is left to the shell. */
    private String beginning() {
        String word = typed.matches("--[a-z-]+=.*") ? typed.substring(typed.indexOf('=') + 1) : typed;
        return word.matches(".*[\\\\\"'$`].*") ? "" : word;
    }
}
