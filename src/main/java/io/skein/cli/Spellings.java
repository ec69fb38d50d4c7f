package io.skein.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was typed, as it is spelled today. Scripts that were written for an earlier release go on working: a noun is taken
 * in both numbers, and what used to be a flag of {@code topics}, {@code subscriptions} and {@code log} becomes their verb.
 */
final class Spellings {
    /** Words by the words before them. */
    private static final Map<String, Map<String, String>> WORDS = Map.of(
            "",
            Map.of(
                    "topic", "topics",
                    "subscription", "subscriptions",
                    "member", "members",
                    "user", "users",
                    "limit", "limits",
                    "connection", "connections",
                    "setting", "settings",
                    "logs", "log"),
            "users",
            Map.of("add", "create", "remove", "delete", "token", "tokens"),
            "users tokens",
            Map.of("add", "create", "revoke", "delete"),
            "limits",
            Map.of("drop", "delete"),
            "scheduled",
            Map.of("cancel", "delete"));

    /** Nouns whose verbs were flags, with those verbs. */
    private static final Map<String, Set<String>> VERBS = Map.of(
            "topics", Set.of("list", "show", "create", "set", "delete"),
            "subscriptions",
                    Set.of(
                            "list", "show", "why", "history", "create", "set", "pause", "resume", "seek", "redrive",
                            "discard", "delete", "ack", "nack", "extend"),
            "log", Set.of("list", "set", "reset"));

    private static final Set<String> FLAGS = Set.of("--delete", "--why", "--redrive", "--discard", "--reset");
    private static final Set<String> CHANGES = Set.of(
            "--max-age",
            "--max-bytes",
            "--max-messages",
            "--on-full",
            "--require",
            "--ttl",
            "--filter",
            "--from",
            "--lease",
            "--max-deliveries",
            "--backoff",
            "--dead-letter",
            "--order",
            "--paused");

    private Spellings() {}

    static String[] today(String... typed) {
        List<String> words = new ArrayList<>(List.of(typed));
        int first = !words.isEmpty() && words.get(0).equals("help") ? 1 : 0;
        StringBuilder path = new StringBuilder();
        for (int i = first; i < words.size() && !words.get(i).startsWith("-"); i++) {
            String word = WORDS.getOrDefault(path.toString(), Map.of()).getOrDefault(words.get(i), words.get(i));
            words.set(i, word);
            path.append(path.isEmpty() ? "" : " ").append(word);
        }
        if (first == 0 && !words.isEmpty() && VERBS.containsKey(words.get(0))) {
            verb(words);
        }
        return words.toArray(String[]::new);
    }

    /** Puts the verb that is meant behind its noun. */
    private static void verb(List<String> words) {
        String noun = words.get(0);
        if (words.size() < 2 || VERBS.get(noun).contains(words.get(1))) {
            return;
        }
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            String option = word.split("=", 2)[0];
            if (FLAGS.contains(word)) {
                words.remove(i);
                words.add(1, word.substring(2));
                return;
            }
            if (option.equals("--seek")) {
                words.set(i, "--to" + word.substring(option.length()));
                words.add(1, "seek");
                return;
            }
            if (CHANGES.contains(option)) {
                words.add(1, "set");
                return;
            }
        }
        boolean isLogger = noun.equals("log") && !words.get(1).startsWith("-");
        if (isLogger) {
            words.add(1, "set");
        }
    }
}
