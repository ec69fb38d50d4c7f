package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.skein.machine.Cursor;
import io.skein.raft.NodeId;
import io.skein.store.Store;
import io.skein.store.StoreConfig;
import io.skein.store.StoreListener;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome.Lent;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loans whose messages cannot be read any more. */
class OpenLoanTest {
    private static final Pulled ONE = new Pulled(1, new Cursor(5, 0), 30_000, List.of(new Lent(1, 0, 1, 1)));

    @TempDir
    private Path directory;

    private Hall hall;

    @BeforeEach
    void start() throws Exception {
        hall = new Hall(directory.resolve("node"), 1 << 20, 10_000);
    }

    @AfterEach
    void stop() throws Exception {
        hall.close();
    }

    private Refusal refusal(Store store) throws TimeoutException {
        Ground ground = new Ground(
                store,
                hall.replica,
                hall.topics,
                hall.subscriptions,
                hall.accounts,
                hall.mails,
                hall.lineage(),
                (History) null);
        OpenLoan loan = new OpenLoan(
                ground,
                hall.proposer,
                new SubscriptionName("s"),
                new LentTraces(),
                ONE,
                store.holds().open());
        Future<List<Leased>> next = hall.onLoop(() -> loan.next(1));
        return assertThrows(Refusal.class, () -> Hall.await(next));
    }

    @Test
    void whoseRowsWereReplacedMeanwhileHearsThatNobodyCanSay() throws Exception {
        Store store = Hall.await(Store.open(
                hall.vertx,
                StoreConfig.at(directory.resolve("before")).withoutScrubbing(),
                new NodeId("n2"),
                StoreListener.NONE));
        Hall.await(store.close());

        assertEquals(Refusal.Kind.INDETERMINATE, refusal(store).kind());
    }

    @Test
    void whoseNodeHasNoReplicaAnyMoreHearsThatNobodyCanSay() throws Exception {
        Store store = hall.store();
        hall.stopReplica();

        assertEquals(Refusal.Kind.INDETERMINATE, refusal(store).kind());
    }
}
