package io.skein.cli;

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
                complete -c skein -f
                """);
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
        here.positionalParameters().stream()
                .limit(1)
                .map(Names::choices)
                .filter(choices -> !choices.isEmpty())
                .forEach(choices -> script.append("complete -c skein -n ")
                        .append(quoted("__skein_at " + path))
                        .append(" -a ")
                        .append(quoted(String.join(" ", choices)))
                        .append('\n'));
        Names.of(here)
                .ifPresent(kind -> script.append("complete -c skein -n ")
                        .append(quoted("__skein_at " + path))
                        .append(" -a '(skein names ")
                        .append(kind)
                        .append(" 2>/dev/null)'\n"));
    }

    private static void option(StringBuilder script, String path, OptionSpec option) {
        script.append("complete -c skein -n ").append(quoted("__skein_under " + path));
        for (String name : option.names()) {
            script.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
        }
        if (option.arity().max() > 0) {
            boolean isFile =
                    option.paramLabel().contains("FILE") || option.paramLabel().contains("DIR");
            script.append(isFile ? " -r -F" : " -x");
            if (!Names.choices(option).isEmpty()) {
                script.append(" -a ").append(quoted(String.join(" ", Names.choices(option))));
            }
            Names.of(option)
                    .ifPresent(kind ->
                            script.append(" -a '(skein names ").append(kind).append(" 2>/dev/null)'"));
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
