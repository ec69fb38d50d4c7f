package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SuccessionTest {
    private static final long LONG_MS = 60_000;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicReference<String> leader = new AtomicReference<>("n1");
    private final Succession succession = new Succession(vertx, leader::get);

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    @Test
    void whoeverLeadsIsNotWaitedFor() throws Exception {
        succession.leads("n1", LONG_MS).await(20, TimeUnit.SECONDS);
    }

    @Test
    void aNodeIsWaitedForUntilItLeads() throws Exception {
        Future<Void> second = succession.leads("n2", LONG_MS);

        succession.moved("");
        succession.moved("n3");
        assertFalse(second.isComplete());
        succession.moved("n2");

        second.await(20, TimeUnit.SECONDS);
    }

    @Test
    void whoIsToLeadNoMoreIsWaitedForUntilAnotherOneLeads() throws Exception {
        Future<Void> over = succession.leadsNoMore("n1", LONG_MS);

        succession.moved("n1");
        succession.moved("");
        assertFalse(over.isComplete(), "nobody leads");
        succession.moved("n3");

        over.await(20, TimeUnit.SECONDS);
    }

    @Test
    void aNodeThatDoesNotTakeOverIsNotWaitedForForEver() {
        Refusal refusal =
                assertThrows(Refusal.class, () -> succession.leads("n2", 1).await(20, TimeUnit.SECONDS));

        assertEquals("not-transferred", refusal.code());
        assertEquals(Refusal.Kind.CONFLICT, refusal.kind());
    }
}
