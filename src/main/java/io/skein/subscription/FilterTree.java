package io.skein.subscription;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Subscriptions by the levels of their filters: which of them a topic's name matches is found by looking at its levels,
 * not at the subscriptions.
 */
final class FilterTree {
    private static final class Node {
        private final Map<String, Node> children = new HashMap<>(2);
        private final List<SubscriptionState> here = new ArrayList<>(1);

        boolean isEmpty() {
            return children.isEmpty() && here.isEmpty();
        }
    }

    private static final String ONE = "+";
    private static final String REST = "#";

    private final Node root = new Node();
    private long looks;

    long looks() {
        return looks;
    }

    void add(SubscriptionState subscription) {
        Node node = root;
        for (String level : levels(subscription.config().filter().value())) {
            node = node.children.computeIfAbsent(level, name -> new Node());
        }
        node.here.add(subscription);
    }

    void remove(SubscriptionState subscription) {
        remove(root, levels(subscription.config().filter().value()), 0, subscription);
    }

    private static void remove(Node node, String[] levels, int depth, SubscriptionState subscription) {
        if (depth == levels.length) {
            node.here.remove(subscription);
            return;
        }
        Node child = node.children.get(levels[depth]);
        remove(child, levels, depth + 1, subscription);
        if (child.isEmpty()) {
            node.children.remove(levels[depth]);
        }
    }

    /** The subscriptions whose filter matches, in no order. */
    List<SubscriptionState> matching(String topic) {
        List<SubscriptionState> found = new ArrayList<>();
        match(root, levels(topic), 0, found);
        return found;
    }

    private void match(Node node, String[] topic, int depth, List<SubscriptionState> found) {
        looks++;
        boolean isOpen = depth > 0 || topic[0].charAt(0) != '$';
        Node rest = node.children.get(REST);
        if (rest != null && isOpen) {
            found.addAll(rest.here);
        }
        if (depth == topic.length) {
            found.addAll(node.here);
            return;
        }
        Node named = node.children.get(topic[depth]);
        if (named != null) {
            match(named, topic, depth + 1, found);
        }
        Node any = node.children.get(ONE);
        if (any != null && isOpen) {
            match(any, topic, depth + 1, found);
        }
    }

    private static String[] levels(String name) {
        return name.split("/", -1);
    }
}
