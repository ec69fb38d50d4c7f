package io.skein.account;

import java.util.HashMap;
import java.util.Map;

/**
 * Rules by the levels of their filters, so that a question looks at those that can have to do with it and not at all.
 * What is asked about is the name of a topic or a filter, cut into levels; a name is a filter that matches one topic.
 * Never changes once it is made, so it may be asked from any thread.
 */
final class RuleTree {
    private static final class Node {
        final Map<String, Node> names = new HashMap<>();
        Node plus;
        /** Actions, a bit each: of filters that end here, and of those that end here with {@code #}. */
        int allow;

        int forbid;
        int allowRest;
        int forbidRest;
        /** Forbidden by any filter that comes through here or ends here. */
        int forbidBelow;
    }

    private final Node root = new Node();

    RuleTree(Map<Rulebook.About, Boolean> rules) {
        rules.forEach((about, allow) ->
                add(about.filter().split("/"), 1 << about.action().ordinal(), allow));
    }

    private void add(String[] levels, int bit, boolean allow) {
        Node node = root;
        int last = levels.length - 1;
        boolean rest = levels[last].equals("#");
        for (int i = 0; i <= (rest ? last - 1 : last); i++) {
            node.forbidBelow |= allow ? 0 : bit;
            if (levels[i].equals("+")) {
                node.plus = node.plus == null ? new Node() : node.plus;
                node = node.plus;
            } else {
                node = node.names.computeIfAbsent(levels[i], level -> new Node());
            }
        }
        node.forbidBelow |= allow ? 0 : bit;
        if (rest) {
            node.allowRest |= allow ? bit : 0;
            node.forbidRest |= allow ? 0 : bit;
        } else {
            node.allow |= allow ? bit : 0;
            node.forbid |= allow ? 0 : bit;
        }
    }

    /** Whether one rule that allows covers all that is asked about. */
    boolean allows(Action action, String[] asked) {
        return allows(root, asked, 0, 1 << action.ordinal());
    }

    private static boolean allows(Node node, String[] asked, int i, int bit) {
        boolean system = isSystem(asked, i);
        if ((node.allowRest & bit) != 0 && !system) {
            return true;
        }
        if (i == asked.length) {
            return (node.allow & bit) != 0;
        }
        String level = asked[i];
        // Only a # covers a #.
        if (level.equals("#")) {
            return false;
        }
        if (node.plus != null && !system && allows(node.plus, asked, i + 1, bit)) {
            return true;
        }
        if (level.equals("+")) {
            return false;
        }
        Node child = node.names.get(level);
        return child != null && allows(child, asked, i + 1, bit);
    }

    /** Whether there may be a topic that is asked about and that a rule forbids. */
    boolean forbids(Action action, String[] asked) {
        int bit = 1 << action.ordinal();
        return (root.forbidBelow & bit) != 0 && forbids(root, asked, 0, bit);
    }

    private static boolean forbids(Node node, String[] asked, int i, int bit) {
        boolean system = isSystem(asked, i);
        if ((node.forbidRest & bit) != 0 && !system) {
            return true;
        }
        if (i == asked.length) {
            return (node.forbid & bit) != 0;
        }
        String level = asked[i];
        if (level.equals("#")) {
            return i > 0 ? (node.forbidBelow & bit) != 0 : forbidsBelowRoot(node, bit);
        }
        if (node.plus != null && !system && forbids(node.plus, asked, i + 1, bit)) {
            return true;
        }
        if (!level.equals("+")) {
            Node child = node.names.get(level);
            return child != null && forbids(child, asked, i + 1, bit);
        }
        for (Map.Entry<String, Node> child : node.names.entrySet()) {
            if (!(i == 0 && child.getKey().charAt(0) == '$') && forbids(child.getValue(), asked, i + 1, bit)) {
                return true;
            }
        }
        return false;
    }

    /** What a lone # meets: everything but the system's names. */
    private static boolean forbidsBelowRoot(Node root, int bit) {
        if (root.plus != null && (root.plus.forbidBelow & bit) != 0) {
            return true;
        }
        return root.names.entrySet().stream()
                .anyMatch(child -> child.getKey().charAt(0) != '$' && (child.getValue().forbidBelow & bit) != 0);
    }

    /** Wildcards in the first level do not reach names that begin with $. */
    private static boolean isSystem(String[] asked, int i) {
        return i == 0 && !asked[0].isEmpty() && asked[0].charAt(0) == '$';
    }
}
