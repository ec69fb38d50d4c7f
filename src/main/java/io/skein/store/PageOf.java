package io.skein.store;

import io.skein.machine.Cursor;
import java.util.ArrayList;
import java.util.List;

/** A page while it is being filled: takes messages in log order until one would be too many. */
final class PageOf {
    private final Scope scope;
    private final int limit;
    private final long maxBytes;
    private final long appliedTime;
    private final List<StoredMessage> messages = new ArrayList<>();
    private long bytes;
    private boolean full;

    PageOf(Scope scope, int limit, long maxBytes, long appliedTime) {
        assert limit > 0 : limit;
        this.scope = scope;
        this.limit = limit;
        this.maxBytes = maxBytes;
        this.appliedTime = appliedTime;
    }

    /** Takes a message that the scope sees and leaves out any other; false when the page is full without it. */
    boolean take(StoredMessage message) {
        if (full || !scope.sees(message, appliedTime)) {
            return !full;
        }
        // One message always fits, else it would stop its reader for ever.
        if (!messages.isEmpty() && (messages.size() == limit || bytes + message.json().length > maxBytes)) {
            full = true;
            return false;
        }
        bytes += message.json().length;
        messages.add(message);
        return true;
    }

    /**
     * The page, after everything up to {@code end} was offered or a message was refused.
     *
     * @param last whether nothing comes after {@code end}
     */
    StoredPage upTo(Cursor end, boolean last) {
        return full
                ? new StoredPage(messages, messages.get(messages.size() - 1).cursor(), false)
                : new StoredPage(messages, end, last);
    }
}
