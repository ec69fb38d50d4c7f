package io.skein.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much of PromQL as dashboards and alerts need to be looked into. */
public final class Promql {
    private static final Pattern QUOTED = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Pattern METRIC = Pattern.compile("\\b(?:skein|jvm|process|system|vertx)_[a-z0-9_]+\\b");
    private static final Pattern COMPARISON = Pattern.compile("(?:==|!=|<=|>=|<|>)\\s*[0-9][0-9.e]*");
    private static final Pattern COMPARED = Pattern.compile("\\s?" + COMPARISON.pattern());
    private static final Pattern PART = Pattern.compile("_(?:bucket|sum|count|max)$");

    private Promql() {}

    /** Every metric that is asked for, as its family is called, without the labels' names and values. */
    static Set<String> families(String expression, Set<String> known) {
        Set<String> names = new TreeSet<>();
        Matcher metric = METRIC.matcher(QUOTED.matcher(expression).replaceAll("\"\""));
        while (metric.find()) {
            String name = metric.group();
            String family = PART.matcher(name).replaceFirst("");
            names.add(!known.contains(name) && known.contains(family) ? family : name);
        }
        return names;
    }

    /**
     * What an alert looks at: its expression without the comparisons with numbers, which give nothing while all is well. Each
     * alternative of an {@code or} must give something by itself; what {@code and} joins must give something together, so that
     * labels that do not fit are found too.
     */
    public static List<String> looksAt(String expression) {
        List<String> alternatives = new ArrayList<>();
        int depth = 0;
        int from = 0;
        String bare = QUOTED.matcher(expression)
                .replaceAll(quoted -> "x".repeat(quoted.group().length()));
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            depth += c == '(' || c == '{' || c == '[' ? 1 : c == ')' || c == '}' || c == ']' ? -1 : 0;
            if (depth == 0 && bare.startsWith(" or ", i)) {
                alternatives.add(expression.substring(from, i));
                from = i + " or ".length();
            }
        }
        alternatives.add(expression.substring(from));
        return alternatives.stream()
                .map(alternative -> COMPARED.matcher(alternative).replaceAll("").strip())
                .toList();
    }

    static int comparisons(String expression) {
        return (int) COMPARISON.matcher(expression).results().count();
    }

    /** The same with the n-th comparison with a number turned round. */
    static String turned(String expression, int n) {
        Matcher comparison = COMPARISON.matcher(expression);
        for (int i = 0; i <= n; i++) {
            if (!comparison.find()) {
                throw new IllegalArgumentException(expression + " has no comparison " + n);
            }
        }
        String operator = comparison.group().replaceAll("[\\s0-9.e]", "");
        String turned = switch (operator) {
            case "==" -> "!=";
            case "!=" -> "==";
            case "<" -> ">=";
            case ">=" -> "<";
            case ">" -> "<=";
            default -> ">";
        };
        return expression.substring(0, comparison.start())
                + turned
                + expression.substring(comparison.start() + operator.length());
    }
}
