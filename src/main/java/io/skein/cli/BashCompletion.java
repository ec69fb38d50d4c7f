package io.skein.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

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
        Places places = new Places();
        places.collect("", root);
        StringBuilder script = new StringBuilder();
        script.append("""

                # What picocli does not know: words that a label lists, and names that a node knows.
                _skein_with_names() {
                  local cur prev path="" word kind="" words="" i
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
        append(script, "    ", places.flags);
        script.append("  esac\n  if [[ -z $kind$words && $cur != -* ]]; then\n    case \"$path\" in\n");
        append(script, "      ", places.paths);
        script.append("""
                    esac
                  fi
                  if [[ -n $words ]]; then
                    for word in $words; do
                      [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
                    done
                  elif [[ -n $kind ]]; then
                    while IFS= read -r word; do
                      [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
                    done < <("${COMP_WORDS[0]}" names "$kind" 2>/dev/null)
                  fi
                }
                complete -F _skein_with_names -o default skein ./skein
                """);
        return script.toString();
    }

    private static void append(StringBuilder script, String indent, Map<String, List<String>> places) {
        places.forEach((what, where) -> script.append(indent)
                .append(where.stream().map(place -> "\"" + place + "\"").collect(Collectors.joining("|")))
                .append(") ")
                .append(what)
                .append(" ;;\n"));
    }

    /** Where something is offered, by what that is: {@code kind=topics}, or {@code words="a b"}. */
    private static final class Places {
        private final Map<String, List<String>> paths = new TreeMap<>();
        private final Map<String, List<String>> flags = new TreeMap<>();

        void collect(String path, CommandLine at) {
            at.getSubcommands().forEach((name, command) -> {
                CommandSpec spec = command.getCommandSpec();
                if (spec.usageMessage().hidden()) {
                    return;
                }
                String whole = path.isEmpty() ? name : path + " " + name;
                spec.positionalParameters().stream()
                        .filter(argument -> argument.index().min() == 0)
                        .findFirst()
                        .ifPresent(argument -> put(paths, argument, whole));
                spec.options().forEach(option -> put(flags, option, option.longestName()));
                collect(whole, command);
            });
        }

        private static void put(Map<String, List<String>> places, ArgSpec argument, String place) {
            List<String> choices = Names.choices(argument);
            Optional<String> what = choices.isEmpty()
                    ? Names.of(argument).map(kind -> "kind=" + kind)
                    : Optional.of("words=\"" + String.join(" ", choices) + "\"");
            what.ifPresent(found -> {
                List<String> known = places.computeIfAbsent(found, any -> new ArrayList<>());
                boolean isElsewhere = places.values().stream().anyMatch(all -> all.contains(place));
                if (!isElsewhere) {
                    known.add(place);
                }
            });
        }
    }
}
