package io.skein.cli;

import io.skein.node.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What a shell needs to complete our lines. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Prints what a shell needs to complete commands, flags, and names of topics, subscriptions, accounts, members.",
            "Names are asked of the node (SKEIN_URL), and left out when it does not answer at once."
        },
        footer = {
            "",
            "bash, in ~/.bashrc:",
            "  source <(${ROOT-COMMAND-NAME} completion bash)",
            "zsh, in ~/.zshrc, behind compinit:",
            "  source <(${ROOT-COMMAND-NAME} completion zsh)",
            "fish:",
            "  mkdir -p ~/.config/fish/completions",
            "  ${ROOT-COMMAND-NAME} completion fish > ~/.config/fish/completions/skein.fish",
            "From a source tree: ln -s \"$PWD/skein\" ~/.local/bin/skein makes it a command."
        })
final class CompletionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "bash|zsh|fish", description = "which shell")
    private String shell;

    @Override
    public Integer call() {
        CommandLine root = SkeinCommand.line();
        PrintWriter out = spec.commandLine().getOut();
        out.print(
                switch (shell) {
                    case "bash" -> BashCompletion.script(root);
                    case "zsh" -> BashCompletion.scriptForZsh(root);
                    case "fish" -> FishCompletion.script(root);
                    default ->
                        throw new CommandProblem(ExitCode.USAGE, "completion is for bash, zsh or fish, not " + shell);
                });
        out.flush();
        return 0;
    }
}
