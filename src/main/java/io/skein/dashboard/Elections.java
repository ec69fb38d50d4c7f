package io.skein.dashboard;

import io.skein.broker.NodeStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** Who led when, as far as somebody looked: a page that opens after an election sees it too. */
final class Elections {
    private static final int KEPT = 8;

    /**
     * @param at epoch milliseconds by this node's clock, of the look
     * @param leader empty: none was known
     * @param role of this node, in lower case
     */
    record Election(long at, long term, String leader, String role) {}

    private final Deque<Election> newestFirst = new ArrayDeque<>();

    void look(NodeStatus status, long at) {
        // As text: the role is Raft's type, and a door does not know that room.
        String role = String.valueOf(status.role()).toLowerCase(Locale.ROOT);
        Election last = newestFirst.peekFirst();
        boolean same = last != null
                && last.term() == status.term()
                && last.leader().equals(status.leader())
                && last.role().equals(role);
        boolean begun = status.term() > 0;
        if (begun && !same) {
            newestFirst.addFirst(new Election(at, status.term(), status.leader(), role));
            if (newestFirst.size() > KEPT) {
                newestFirst.removeLast();
            }
        }
    }

    List<Election> newestFirst() {
        return List.copyOf(newestFirst);
    }
}
