package io.skein.broker;

import io.skein.account.AccessFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The limits that hold for one account, found by topic. Never changes once it is filled. */
final class LimitTree {
    private static final String REST = "#";
    private static final String ONE = "+";

    /** @param messages whether its figure of messages holds, and not another in its place; so with bytes */
    record Entry(Ration ration, boolean messages, boolean bytes) {}

    private static final class Node {
        final Map<String, Node> children = new HashMap<>();
        final List<Entry> here = new ArrayList<>();
    }

    private final List<Entry> ofAnyTopic = new ArrayList<>();
    private final Node root = new Node();

    void add(Entry entry) {
        if (!entry.messages() && !entry.bytes()) {
            return;
        }
        var topic = entry.ration().limit().topic().map(AccessFilter::value);
        if (topic.isEmpty()) {
            ofAnyTopic.add(entry);
            return;
        }
        Node node = root;
        for (String level : topic.get().split("/", -1)) {
            node = node.children.computeIfAbsent(level, name -> new Node());
        }
        node.here.add(entry);
    }

    /** Those that count what is published to this topic, in no order. */
    List<Entry> of(String topic) {
        if (root.children.isEmpty()) {
            return ofAnyTopic;
        }
        List<Entry> found = new ArrayList<>(ofAnyTopic);
        match(root, topic.split("/", -1), 0, found);
        return found;
    }

    /** As filters of access match ({@link AccessFilter}): names that begin with $ are reached by name alone. */
    private static void match(Node node, String[] topic, int depth, List<Entry> found) {
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
}
