package io.skein.cli;

import io.skein.node.Settings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Help about a command, and about what all have in common. */
@Command(
        name = "help",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Says what a command does, as its --help; without one what commands there are.",
            "'help commands' lists all with their verbs, 'help exit-codes' says what exit codes mean."
        })
final class HelpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "a command and its verb, or commands, exit-codes")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() {
        CommandLine root = spec.parent().commandLine();
        PrintWriter out = spec.commandLine().getOut();
        if (words.equals(List.of("exit-codes"))) {
            ExitCodes.print(out);
        } else if (words.equals(List.of("commands"))) {
            Table.print(out, rows(root));
        } else {
            CommandLine at = root;
            for (String word : words) {
                CommandLine next = at.getSubcommands().get(word);
                if (next == null) {
                    throw new CommandProblem(
                            io.skein.node.ExitCode.USAGE,
                            "there is no command " + word
                                    + Settings.nearest(word, at.getSubcommands().keySet()));
                }
                at = next;
            }
            at.usage(out);
        }
        out.flush();
        return 0;
    }

    /** Every command in one line, for {@link Table}. */
    static List<String[]> rows(CommandLine root) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"COMMAND", "DOES"});
        add(rows, "", root);
        return rows;
    }

    private static void add(List<String[]> rows, String path, CommandLine at) {
        at.getSubcommands().forEach((name, command) -> {
            CommandSpec one = command.getCommandSpec();
            if (one.usageMessage().hidden()) {
                return;
            }
            String whole = path + name;
            boolean onlyHoldsVerbs = one.userObject() instanceof Runnable;
            if (!onlyHoldsVerbs) {
                rows.add(new String[] {whole, does(one)});
            }
            add(rows, whole + " ", command);
        });
    }

    /** The first sentence of what it says of itself. */
    static String does(CommandSpec command) {
        String all = String.join(" ", command.usageMessage().description()).replace("%n", " ");
        int end = all.indexOf(". ");
        return end < 0 ? all : all.substring(0, end + 1);
    }
}
