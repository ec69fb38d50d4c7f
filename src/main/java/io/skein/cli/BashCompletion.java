package io.skein.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
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

    /** What follows a command and its flags, by command: the same flag means something else elsewhere. */
    private static String names(CommandLine root) {
        Places places = new Places();
        places.collect("", root);
        StringBuilder script = new StringBuilder();
        script.append("""

                # What picocli does not know: words that a label lists, and names that a node knows.
                _skein_with_names() {
                  local cur prev path="" typed word kind="" words="" skip="" n=0 i
                  _complete_skein "$@"
                  cur=${COMP_WORDS[COMP_CWORD]}
                  prev=${COMP_WORDS[COMP_CWORD-1]}
                  [[ $cur == [\\"\\']* ]] && return
                  for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    if [[ -n $skip ]]; then
                      skip=""
                      [[ $word == = ]] && skip=1
                      continue
                    fi
                    if [[ $word == -* ]]; then
                      case "$path:$word" in
                """);
        script.append("        ").append(patterns(places.takers)).append(") skip=1 ;;\n");
        script.append("""
                        *:--watch) [[ ${COMP_WORDS[i+1]} == [0-9]* ]] && skip=1 ;;
                        *:--everyone) n=$((n + 1)) ;;
                      esac
                      continue
                    fi
                    typed=${path:+$path }$word
                    if ((n == 0)); then
                      case "$typed" in
                """);
        script.append("        ").append(patterns(places.commands)).append(") path=$typed; continue ;;\n");
        script.append("""
                      esac
                    fi
                    n=$((n + 1))
                  done
                  if [[ $prev == -* && -n $skip ]]; then
                    case "$path:$prev" in
                """);
        append(script, "      ", places.flags);
        script.append("    esac\n  elif [[ -z $skip && $cur != -* ]]; then\n    case \"$path:$n\" in\n");
        append(script, "      ", places.arguments);
        // What a publisher called his topic goes into the line as a word, never as a command.
        script.append("""
                    esac
                  fi
                  if [[ -n $words ]]; then
                    for word in $words; do
                      [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
                    done
                  elif [[ -n $kind ]]; then
                    while IFS= read -r word; do
                      [[ $word == *[[:cntrl:]]* ]] && continue
                      printf -v typed %q "$word"
                      [[ $word == "$cur"* || $typed == "$cur"* ]] && COMPREPLY+=("$typed")
                    done < <("${COMP_WORDS[0]}" names "$kind" -- "$cur" 2>/dev/null)
                  fi
                }
                complete -F _skein_with_names -o default skein ./skein
                """);
        return script.toString();
    }

    private static String patterns(List<String> places) {
        return places.stream().map(place -> "\"" + place + "\"").collect(Collectors.joining("|"));
    }

    private static void append(StringBuilder script, String indent, Map<String, List<String>> places) {
        places.forEach((what, where) -> script.append(indent)
                .append(where.stream().map(BashCompletion::pattern).collect(Collectors.joining("|")))
                .append(") ")
                .append(what)
                .append(" ;;\n"));
    }

    /** A star at the end stands for any number. */
    private static String pattern(String place) {
        return place.endsWith("*") ? "\"" + place.substring(0, place.length() - 1) + "\"*" : "\"" + place + "\"";
    }

    /** Where something is offered, by what that is: {@code kind=topics}, or {@code words="a b"}. */
    private static final class Places {
        private final List<String> commands = new ArrayList<>();
        /** Flags that something follows. */
        private final List<String> takers = new ArrayList<>();

        private final Map<String, List<String>> arguments = new TreeMap<>();
        private final Map<String, List<String>> flags = new TreeMap<>();

        void collect(String path, CommandLine at) {
            at.getSubcommands().forEach((name, command) -> {
                CommandSpec spec = command.getCommandSpec();
                if (spec.usageMessage().hidden()) {
                    return;
                }
                String whole = path.isEmpty() ? name : path + " " + name;
                commands.add(whole);
                List<Names.Offer> offers = Names.of(spec);
                for (int i = 0; i < offers.size(); i++) {
                    boolean isRest = i == offers.size() - 1 && Names.isRepeated(spec);
                    put(arguments, offers.get(i), whole + ":" + (isRest ? "*" : i));
                }
                for (OptionSpec option : spec.options()) {
                    for (String flag : option.names()) {
                        if (option.arity().min() > 0) {
                            takers.add(whole + ":" + flag);
                        }
                        put(flags, Names.of(option), whole + ":" + flag);
                    }
                }
                collect(whole, command);
            });
        }

        private static void put(Map<String, List<String>> places, Names.Offer offer, String place) {
            if (offer.isSome()) {
                String what = offer.words().isEmpty()
                        ? "kind=" + offer.kind().orElseThrow()
                        : "words=\"" + String.join(" ", offer.words()) + "\"";
                places.computeIfAbsent(what, any -> new ArrayList<>()).add(place);
            }
        }
    }
}
