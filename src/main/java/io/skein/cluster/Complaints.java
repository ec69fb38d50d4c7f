package io.skein.cluster;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says the same thing once, however often it happens again. */
final class Complaints {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
    private static final int REMEMBERED = 256;

    private final Set<String> said = new HashSet<>();
    private final ArrayDeque<String> oldest = new ArrayDeque<>();

    /**
     * @param kind of complaint; what else is in the sentence may be another each time
     * @param sentence perhaps with something in it that others said
     */
    void say(String about, String kind, String sentence) {
        String both = about + " " + Quoted.of(kind);
        if (!said.add(both)) {
            LOG.debug("again: {}", Quoted.of(sentence));
            return;
        }
        LOG.warn("{}", Quoted.of(sentence));
        oldest.add(both);
        if (oldest.size() > REMEMBERED) {
            said.remove(oldest.poll());
        }
    }

    /** All is well: the next time is news again. */
    void forget(String about) {
        String prefix = about + " ";
        said.removeIf(both -> both.startsWith(prefix));
        oldest.removeIf(both -> both.startsWith(prefix));
    }
}
