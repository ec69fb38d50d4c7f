package io.skein.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Completion for bash, and by its bashcompinit for zsh: picocli writes the part for commands and flags, and names that only
 * a node knows are added to it.
 */
final class BashCompletion {
    private static final String NAME = "skein";

    private BashCompletion() {}

    static String script(CommandLine root) {
        return AutoComplete.bash(NAME, root) + names(root);
    }

    static String scriptForZsh(CommandLine root) {
        return "autoload -U +X bashcompinit && bashcompinit\n" + script(root);
    }

    /** The words behind a command, and what follows a flag, by what is typed there. */
    private static String names(CommandLine root) {
        Map<Names, List<String>> places = new TreeMap<>();
        Map<Names, List<String>> flags = new TreeMap<>();
        collect("", root, places, flags);
        StringBuilder script = new StringBuilder();
        script.append("""

                # Names that a node knows, behind what is known without one.
                _skein_with_names() {
                  local cur prev path="" word kind="" i
                  _complete_skein "$@"
                  cur=${COMP_WORDS[COMP_CWORD]}
                  prev=${COMP_WORDS[COMP_CWORD-1]}
                  for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    [[ $word == -* ]] && break
                    path="${path:+$path }$word"
                  done
                  case "$prev" in
                """);
        flags.forEach((kind, options) -> script.append("    ")
                .append(String.join("|", options))
                .append(") kind=")
                .append(kind)
                .append(" ;;\n"));
        script.append("  esac\n  if [[ -z $kind && $cur != -* ]]; then\n    case \"$path\" in\n");
        places.forEach((kind, paths) -> {
            List<String> quoted = paths.stream().map(path -> "\"" + path + "\"").toList();
            script.append("      ")
                    .append(String.join("|", quoted))
                    .append(") kind=")
                    .append(kind)
                    .append(" ;;\n");
        });
        script.append("""
                    esac
                  fi
                  if [[ -n $kind ]]; then
                    while IFS= read -r word; do
                      [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
                    done < <("${COMP_WORDS[0]}" names "$kind" 2>/dev/null)
                  fi
                }
                complete -F _skein_with_names -o default skein ./skein
                """);
        return script.toString();
    }

    private static void collect(
            String path, CommandLine at, Map<Names, List<String>> places, Map<Names, List<String>> flags) {
        at.getSubcommands().forEach((name, command) -> {
            CommandSpec spec = command.getCommandSpec();
            if (spec.usageMessage().hidden()) {
                return;
            }
            String whole = path.isEmpty() ? name : path + " " + name;
            Names.of(spec)
                    .ifPresent(kind -> places.computeIfAbsent(kind, any -> new ArrayList<>())
                            .add(whole));
            for (OptionSpec option : spec.options()) {
                Names.of(option).ifPresent(kind -> {
                    List<String> known = flags.computeIfAbsent(kind, any -> new ArrayList<>());
                    if (!known.contains(option.longestName())) {
                        known.add(option.longestName());
                    }
                });
            }
            collect(whole, command, places, flags);
        });
    }
}
