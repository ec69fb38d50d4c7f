package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What was proposed is answered by what commits at its index, whoever led meanwhile (DESIGN D13). */
class ProposalsTest {
    /** Three of these proposals, not four. */
    private static final long MOST = 250;

    private final Proposals proposals = new Proposals();
    private final List<Long> lost = new ArrayList<>();
    private final List<Long> forgotten = new ArrayList<>();
    private long leads;

    private EntryCodec.Batch place(long index, long term, long id) {
        Message message = new Message("", List.of(), Format.RAW, "", new byte[] {1});
        Publication publication = Publication.of(new TopicName("orders"), message);
        Proposal proposal = new Proposal(
                id, new TopicCommand.Publish(List.of(publication), false, true, Optional.empty()), Optional.empty());
        EntryCodec.Batch batch = new EntryCodec.Batch(index, List.of(proposal));
        if (term != leads) {
            leads = term;
            proposals.lead(term, MOST, one -> forgotten.add(one.id()));
        }
        proposals.place(index, batch);
        return batch;
    }

    private EntryCodec.Batch applied(long index, long term) {
        return proposals.applied(index, term, proposal -> lost.add(proposal.id()));
    }

    @Test
    void aLeaderThatLostEntriesAndLeadsAgainPlacesAtTheirIndexes() {
        place(5, 1, 50);
        place(6, 1, 60);
        EntryCodec.Batch again = place(6, 3, 61);
        assertEquals(again, applied(6, 3));
        assertEquals(List.of(50L, 60L), lost);
        assertEquals(0, proposals.bytes());
    }

    @Test
    void anOvertakenEntryThatAnotherNodeKeptIsStillAnswered() {
        EntryCodec.Batch old = place(6, 1, 60);
        place(6, 3, 61);
        assertEquals(old, applied(6, 1));
        assertEquals(List.of(61L), lost);
        assertEquals(0, proposals.bytes());
    }

    @Test
    void nothingIsAnsweredBeforeItsIndexCommits() {
        place(6, 1, 60);
        place(5, 3, 50);
        assertNull(applied(4, 2));
        assertEquals(List.of(), lost);
        assertNull(applied(5, 4));
        assertEquals(List.of(50L), lost);
    }

    @Test
    void whatAnEarlierLeadershipLeftBehindTakesNoRoomOfTheNext() {
        place(6, 1, 60);
        place(7, 1, 70);

        proposals.lead(3, MOST, proposal -> forgotten.add(proposal.id()));

        assertEquals(0, proposals.bytes());
        applied(6, 2);
        assertEquals(List.of(60L), lost);
    }

    @Test
    void onlySoMuchIsRememberedOfEarlierLeaderships() {
        for (int term = 1; term <= 9; term += 2) {
            place(6, term, term);
        }

        assertEquals(List.of(1L), forgotten);
        applied(6, 10);
        assertEquals(List.of(9L, 7L, 5L, 3L), lost);
        assertEquals(0, proposals.bytes());
    }
}
