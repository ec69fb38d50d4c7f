package io.skein.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who belongs to the cluster, as this node's log says (thesis §4.1): "each server uses the latest configuration in its
 * log, regardless of whether the entry is committed". When that entry is overwritten the one before it holds again.
 *
 * <p>Invariants: the first known configuration is of a committed entry (or of none, when the node has none); all later
 * ones are of entries above the commit index as far as known here. A sound cluster has at most one uncommitted at a time,
 * but a node that knows little of the commit index may see a few.
 */
final class Membership {
    private final NodeId self;
    private final long incarnation;
    private final Function<byte[], Configuration> decoder;

    /** Ascending; never empty. */
    private final ArrayDeque<LogStart.ConfigurationStart> known = new ArrayDeque<>();

    // Of the current one.
    private List<NodeId> voters;
    private boolean voter;
    private boolean mayCampaign;

    /** @param decoder of the payloads of CONFIGURATION entries */
    Membership(NodeId self, long incarnation, LogStart start, Function<byte[], Configuration> decoder) {
        this.self = self;
        this.incarnation = incarnation;
        this.decoder = decoder;
        var committed = new LogStart.ConfigurationStart(0, Configuration.EMPTY);
        for (LogStart.ConfigurationStart begin : start.configurations()) {
            if (begin.index() <= start.committed()) {
                committed = begin;
            }
        }
        known.add(committed);
        for (Entry entry : start.entries()) {
            if (entry.kind() == Entry.Kind.CONFIGURATION && entry.index() > committed.index()) {
                known.add(new LogStart.ConfigurationStart(entry.index(), decode(entry)));
            }
        }
        committed(start.committed());
        changed();
    }

    /** False for a configuration that is damaged, or a newer version's. */
    boolean canRead(Entry entry) {
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
            try {
                decode(entry);
            } catch (IllegalArgumentException unreadable) {
                return false;
            }
        }
        return true;
    }

    private Configuration decode(Entry entry) {
        return decoder.apply(entry.payload());
    }

    /** A CONFIGURATION entry, just appended. */
    void appended(Entry entry) {
        assert entry.index() > index() : "a configuration at " + entry.index() + " after one at " + index();
        known.addLast(new LogStart.ConfigurationStart(entry.index(), decode(entry)));
        changed();
    }

    /** Whether it may be proposed as the next one. */
    boolean mayBecome(byte[] payload) {
        return decoder.apply(payload).isOneStepFrom(current());
    }

    /** Returns whether another configuration holds now. */
    boolean truncatedFrom(long index) {
        int before = known.size();
        while (known.size() > 1 && known.getLast().index() >= index) {
            known.removeLast();
        }
        if (known.size() == before) {
            return false;
        }
        changed();
        return true;
    }

    /**
     * What came before the last committed one will not be needed again. Returns whether the current one became committed.
     */
    boolean committed(long index) {
        if (isCommitted() || second().index() > index) {
            return false;
        }
        while (known.size() > 1 && second().index() <= index) {
            known.removeFirst();
        }
        changed();
        return isCommitted();
    }

    Configuration current() {
        return known.getLast().configuration();
    }

    /** Of the entry that brought the current one; 0 when there is none, or when it is not known. */
    long index() {
        return known.getLast().index();
    }

    /** Whether the current one can be taken back no more, as far as known here. */
    boolean isCommitted() {
        return known.size() == 1;
    }

    /** In order of name. */
    List<NodeId> voters() {
        return voters;
    }

    /** Any two of this size have a member in common. */
    int majority() {
        return voters.size() / 2 + 1;
    }

    /** Whether this node is one: by its name and its incarnation. */
    boolean isVoter() {
        return voter;
    }

    /**
     * Thesis §4.2.2: "a server that is not part of its own latest configuration should still start new elections, as it
     * might still be needed until the Cnew entry is committed". Its log may be the longest of all. "It does not count its
     * own vote in elections unless it is part of its latest configuration."
     */
    boolean mayCampaign() {
        return mayCampaign;
    }

    boolean isVoter(NodeId id) {
        return voters.contains(id);
    }

    boolean isOnlyVoter() {
        return voter && voters.size() == 1;
    }

    /** Whether the current configuration knows this name under another incarnation. */
    boolean isStranger(NodeId id, long itsIncarnation) {
        Optional<Member> member = current().member(id);
        return member.isPresent() && member.get().incarnation() != itsIncarnation;
    }

    /**
     * Whom a leader replicates to: the other members, and as long as the current configuration may be taken back those
     * of the one before, too. Who is to be removed still helps to bring that about: it gets the entry that says so.
     */
    List<Member> others() {
        var others = new ArrayList<Member>();
        for (Member member : current().members()) {
            if (!member.id().equals(self)) {
                others.add(member);
            }
        }
        if (!isCommitted()) {
            for (Member member : before().members()) {
                if (!member.id().equals(self) && current().member(member.id()).isEmpty()) {
                    others.add(member);
                }
            }
        }
        return others;
    }

    private void changed() {
        voters = current().voters();
        voter = isVoterIn(current());
        mayCampaign = known.stream().anyMatch(begin -> isVoterIn(begin.configuration()));
    }

    private boolean isVoterIn(Configuration configuration) {
        return configuration
                .member(self)
                .filter(m -> m.voter() && m.incarnation() == incarnation)
                .isPresent();
    }

    private LogStart.ConfigurationStart second() {
        var entries = known.iterator();
        entries.next();
        return entries.next();
    }

    private Configuration before() {
        var entries = known.descendingIterator();
        entries.next();
        return entries.next().configuration();
    }
}
