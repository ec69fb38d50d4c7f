package io.skein.store;

import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.NodeId;
import io.skein.replica.Image.TermStart;
import io.skein.replica.WriteBatch;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/** Writes the log and what Raft must not forget: tables {@code log}, {@code term}, {@code configuration}, {@code node}. */
final class LogRows {
    /** Log rows that a batch removes at least, when there are so many to remove. */
    private static final int REMOVED_AT_LEAST = 64;

    private final PreparedStatement insertEntry;
    private final PreparedStatement insertTerm;
    private final PreparedStatement insertConfiguration;
    private final PreparedStatement truncateLog;
    private final PreparedStatement truncateTerms;
    private final PreparedStatement truncateConfigurations;
    private final PreparedStatement compactLog;
    private final PreparedStatement compactTerms;
    private final PreparedStatement compactConfigurations;
    private final PreparedStatement updateNode;

    LogRows(Statements statements) throws SQLException {
        insertEntry = statements.prepare(
                "INSERT INTO log (idx, term, kind, crc, batch, commit_hint, payload) VALUES (?, ?, ?, ?, ?, ?, ?)");
        insertTerm = statements.prepare("INSERT INTO term (idx, term) VALUES (?, ?)");
        insertConfiguration = statements.prepare("INSERT INTO configuration (idx, payload) VALUES (?, ?)");
        truncateLog = statements.prepare("DELETE FROM log WHERE idx >= ?");
        truncateTerms = statements.prepare("DELETE FROM term WHERE idx >= ?");
        truncateConfigurations = statements.prepare("DELETE FROM configuration WHERE idx >= ?");
        compactLog = statements.prepare("DELETE FROM log WHERE idx <= ?");
        compactTerms =
                statements.prepare("DELETE FROM term WHERE idx < (SELECT max(idx) FROM term WHERE idx <= ? + 1)");
        compactConfigurations = statements.prepare(
                "DELETE FROM configuration WHERE idx < (SELECT max(idx) FROM configuration WHERE idx <= ?)");
        updateNode = statements.prepare("""
                UPDATE node SET batch = ?, term = ?, voted_for = ?, compacted_idx = ?, compacted_term = ?,
                    commit_hint = ?""");
    }

    /** Writes a batch's part of the log; its number must be the next. */
    Progress write(Progress before, WriteBatch batch) throws SQLException {
        if (batch.number() != before.batch() + 1) {
            throw new AssertionError("batch " + batch.number() + " after batch " + before.batch());
        }
        List<TermStart> terms = new ArrayList<>(before.terms());
        long lastIndex = before.lastIndex();
        if (batch.truncateFrom() > 0) {
            lastIndex = truncate(before, batch.truncateFrom(), terms);
        }
        lastIndex = append(before, batch, terms, lastIndex);
        TermStart compacted = before.compacted();
        long oldest = before.oldestIndex();
        if (batch.compactTo() > compacted.index()) {
            compacted = new TermStart(batch.compactTo(), termOf(terms, compacted.term(), batch.compactTo()));
            compact(compacted.index(), terms);
        }
        if (oldest <= compacted.index()) {
            long step = Math.max(REMOVED_AT_LEAST, 2L * batch.entries().size());
            long upTo = Math.min(compacted.index(), oldest - 1 + step);
            compactLog.setLong(1, upTo);
            compactLog.executeUpdate();
            oldest = upTo + 1;
        }
        HardState hardState = batch.hardState().orElse(before.hardState());
        Progress after = new Progress(
                batch.number(),
                hardState,
                compacted,
                oldest,
                lastIndex,
                terms,
                batch.settled().orElse(before.settled()),
                Math.max(before.commitHint(), batch.commitHint()));
        check(before, after);
        if (!saysAll(batch, before, after)) {
            updateNode(after);
        }
        return after;
    }

    /**
     * Whether the rows of its entries say all that a batch changes. Then the row of the node stays: a publish alone
     * writes and flushes one page instead of two.
     */
    private static boolean saysAll(WriteBatch batch, Progress before, Progress after) {
        return !batch.entries().isEmpty()
                && batch.truncateFrom() == 0
                && after.hardState().equals(before.hardState())
                && after.compacted().equals(before.compacted());
    }

    private long truncate(Progress before, long from, List<TermStart> terms) throws SQLException {
        if (from <= before.settled().index()) {
            throw new AssertionError("truncates from " + from + ", settled is "
                    + before.settled().index());
        }
        for (PreparedStatement statement : List.of(truncateLog, truncateTerms, truncateConfigurations)) {
            statement.setLong(1, from);
            statement.executeUpdate();
        }
        terms.removeIf(start -> start.index() >= from);
        return Math.min(before.lastIndex(), from - 1);
    }

    private long append(Progress before, WriteBatch batch, List<TermStart> terms, long lastIndex) throws SQLException {
        long hint = Math.max(before.commitHint(), batch.commitHint());
        long last = lastIndex;
        long term = terms.isEmpty()
                ? before.compacted().term()
                : terms.get(terms.size() - 1).term();
        for (Entry entry : batch.entries()) {
            if (entry.index() != last + 1 || entry.term() < term) {
                throw new AssertionError("entry " + entry.index() + " of term " + entry.term() + " after entry " + last
                        + " of term " + term);
            }
            insertEntry.setLong(1, entry.index());
            insertEntry.setLong(2, entry.term());
            insertEntry.setInt(3, entry.kind().ordinal());
            insertEntry.setLong(
                    4,
                    Checksum.ofEntry(entry.index(), entry.term(), entry.kind().ordinal(), entry.payload()));
            insertEntry.setLong(5, batch.number());
            insertEntry.setLong(6, hint);
            insertEntry.setBytes(7, entry.payload());
            insertEntry.executeUpdate();
            if (terms.isEmpty() || entry.term() != term) {
                insertTerm.setLong(1, entry.index());
                insertTerm.setLong(2, entry.term());
                insertTerm.executeUpdate();
                terms.add(new TermStart(entry.index(), entry.term()));
            }
            if (entry.kind() == Entry.Kind.CONFIGURATION) {
                insertConfiguration.setLong(1, entry.index());
                insertConfiguration.setBytes(2, entry.payload());
                insertConfiguration.executeUpdate();
            }
            last = entry.index();
            term = entry.term();
        }
        return last;
    }

    private void compact(long to, List<TermStart> terms) throws SQLException {
        compactTerms.setLong(1, to);
        compactTerms.executeUpdate();
        compactConfigurations.setLong(1, to);
        compactConfigurations.executeUpdate();
        while (terms.size() > 1 && terms.get(1).index() <= to + 1) {
            terms.remove(0);
        }
    }

    private static long termOf(List<TermStart> terms, long otherwise, long index) {
        long term = otherwise;
        for (TermStart start : terms) {
            if (start.index() <= index) {
                term = start.term();
            }
        }
        return term;
    }

    private static void check(Progress before, Progress after) {
        long settled = after.settled().index();
        if (settled < before.settled().index()
                || settled > after.lastIndex()
                || after.compacted().index() > settled
                || after.hardState().term() < before.hardState().term()
                || after.commitHint() > after.lastIndex()) {
            throw new AssertionError("from " + before + " to " + after);
        }
    }

    private void updateNode(Progress after) throws SQLException {
        updateNode.setLong(1, after.batch());
        updateNode.setLong(2, after.hardState().term());
        if (after.hardState().votedFor().isPresent()) {
            updateNode.setString(
                    3, after.hardState().votedFor().map(NodeId::value).orElseThrow());
        } else {
            updateNode.setNull(3, Types.VARCHAR);
        }
        updateNode.setLong(4, after.compacted().index());
        updateNode.setLong(5, after.compacted().term());
        updateNode.setLong(6, after.commitHint());
        updateNode.executeUpdate();
    }
}
