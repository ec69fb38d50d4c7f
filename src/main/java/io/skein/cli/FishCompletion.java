package io.skein.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Completion for fish, which picocli does not write. */
final class FishCompletion {
    private FishCompletion() {}

    static String script(CommandLine root) {
        StringBuilder script = new StringBuilder();
        script.append("""
                # The words that were typed so far, without flags: what command it is.
                function __skein_at
                    set -l words (commandline -opc)[2..]
                    set -l path
                    for word in $words
                        string match -q -- '-*' $word; and break
                        set -a path $word
                    end
                    test "$path" = "$argv"
                end
                # The same, with anything behind it.
                function __skein_under
                    set -l words (commandline -opc)[2..]
                    test "$words" = "$argv"; or string match -q -- "$argv *" "$words"
                end
                # What is typed now is the argument of that number behind that command.
                function __skein_arg
                    set -l words (commandline -opc)[2..]
                    set -l path
                    for word in $words
                        string match -q -- '-*' $word; and break
                        set -a path $word
                    end
                    set -l known (math (count $argv) - 1)
                    test (count $path) -eq (math $known + $argv[1]); and test "$path[1..$known]" = "$argv[2..]"
                end
                """);
        List<String> files = new ArrayList<>();
        files(files, "", root);
        script.append("function __skein_files\n");
        files.forEach(path -> script.append("    __skein_under ").append(path).append("; and return 0\n"));
        script.append("    return 1\nend\ncomplete -c skein -n 'not __skein_files' -f\n");
        add(script, "", root);
        return script.toString();
    }

    private static void add(StringBuilder script, String path, CommandLine at) {
        CommandSpec here = at.getCommandSpec();
        at.getSubcommands().forEach((name, command) -> {
            CommandSpec spec = command.getCommandSpec();
            if (spec.usageMessage().hidden()) {
                return;
            }
            script.append("complete -c skein -n ")
                    .append(quoted("__skein_at " + path))
                    .append(" -a ")
                    .append(quoted(name));
            script.append(" -d ").append(quoted(HelpCommand.does(spec))).append('\n');
            add(script, path.isEmpty() ? name : path + " " + name, command);
        });
        for (OptionSpec option : here.options()) {
            if (!option.hidden() && !path.isEmpty()) {
                option(script, path, option);
            }
        }
        List<Names.Offer> offers = Names.of(here);
        for (int i = 0; i < offers.size(); i++) {
            if (offers.get(i).isSome()) {
                script.append("complete -c skein -n ")
                        .append(quoted("__skein_arg " + i + " " + path))
                        .append(offered(offers.get(i)))
                        .append('\n');
            }
        }
    }

    /** Commands whose arguments are files: elsewhere none are offered. */
    private static void files(List<String> files, String path, CommandLine at) {
        boolean takesOne =
                at.getCommandSpec().positionalParameters().stream().anyMatch(one -> isFile(one.paramLabel()));
        if (takesOne) {
            files.add(path);
        }
        at.getSubcommands()
                .forEach((name, command) -> files(files, path.isEmpty() ? name : path + " " + name, command));
    }

    private static boolean isFile(String label) {
        return label.contains("FILE") || label.contains("DIR");
    }

    private static String offered(Names.Offer offer) {
        return offer.words().isEmpty()
                ? " -a '(skein names " + offer.kind().orElseThrow() + " -- (commandline -ct) 2>/dev/null)'"
                : " -a " + quoted(String.join(" ", offer.words()));
    }

    private static void option(StringBuilder script, String path, OptionSpec option) {
        script.append("complete -c skein -n ").append(quoted("__skein_under " + path));
        for (String name : option.names()) {
            script.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
        }
        if (option.arity().max() > 0) {
            script.append(isFile(option.paramLabel()) ? " -r -F" : " -x");
            Names.Offer offer = Names.of(option);
            script.append(offer.isSome() ? offered(offer) : "");
        }
        String[] description = option.description();
        script.append(" -d ")
                .append(quoted(description.length == 0 ? "" : description[0]))
                .append('\n');
    }

    private static String quoted(String text) {
        return "'" + text.strip().replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
