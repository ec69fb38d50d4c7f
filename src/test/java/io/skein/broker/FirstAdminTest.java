package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.BearerHash;
import io.skein.account.Permit;
import io.skein.cluster.Committed;
import io.skein.machine.Command;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Rejected;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The token of the first admin, which nobody shows twice. */
class FirstAdminTest {
    private Hall hall;
    private boolean losesAnswers;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        hall = new Hall(directory, 1 << 20, 10_000);
    }

    @AfterEach
    void close() throws Exception {
        hall.close();
    }

    /** Accounts of a node whose answers may get lost on their way. */
    private LocalAccounts accounts() {
        Ground ground = new Ground(
                hall.store(),
                hall.replica,
                hall.topics,
                hall.subscriptions,
                hall.accounts,
                hall.mails,
                hall.lineage(),
                null);
        return new LocalAccounts(
                hall.vertx,
                hall.proposer,
                new OpenWay(hall.proposer) {
                    @Override
                    public Future<Committed> propose(Command command, Optional<IdempotencyKey> key) {
                        return super.propose(command, key).compose(committed -> {
                            if (losesAnswers) {
                                return Future.failedFuture(
                                        Refusal.of(Refusal.Kind.INDETERMINATE, "indeterminate", "lost"));
                            }
                            return committed.outcome() instanceof Rejected rejected
                                    ? Future.failedFuture(Refusal.of(rejected))
                                    : Future.succeededFuture(committed);
                        });
                    }
                },
                () -> ground,
                null, // nobody asks for mail here
                new GateConfig(true, false, 1_000, java.util.Optional.empty()),
                WallClock.SYSTEM);
    }

    private boolean isAdmin(String token) throws Exception {
        return hall.ask(() -> hall.accounts
                .permit(BearerHash.of(token), 0)
                .filter(Permit::mayAdminister)
                .isPresent());
    }

    @Test
    void aTokenThatWasTakenWithoutAWordIsTheOneThatIsTold() throws Exception {
        LocalAccounts accounts = accounts();
        losesAnswers = true;
        Future<Optional<String>> lost = hall.onLoop(() -> accounts.firstAdmin(Optional.empty()));
        Refusal refusal = (Refusal) Hall.await(lost.transform(result -> Future.succeededFuture(result.cause())));
        assertEquals(Refusal.Kind.INDETERMINATE, refusal.kind());
        losesAnswers = false;
        Optional<String> told = Hall.await(hall.onLoop(() -> accounts.firstAdmin(Optional.empty())));
        assertTrue(isAdmin(told.orElseThrow()));
    }

    @Test
    void whereThereIsAnAdminNoTokenIsTold() throws Exception {
        Optional<String> first = Hall.await(hall.onLoop(() -> accounts().firstAdmin(Optional.empty())));
        assertTrue(first.isPresent());
        assertEquals(Optional.empty(), Hall.await(hall.onLoop(() -> accounts().firstAdmin(Optional.empty()))));
        assertTrue(isAdmin(first.get()));
    }

    @Test
    void aTokenOnceToldIsNotToldAgain() throws Exception {
        LocalAccounts accounts = accounts();
        assertTrue(Hall.await(hall.onLoop(() -> accounts.firstAdmin(Optional.empty())))
                .isPresent());
        assertEquals(Optional.empty(), Hall.await(hall.onLoop(() -> accounts.firstAdmin(Optional.empty()))));
    }

    @Test
    void theTokenOfAnOperatorHoldsAtOnce() throws Exception {
        String token = "chosen-by-an-operator";
        assertEquals(Optional.empty(), Hall.await(hall.onLoop(() -> accounts().firstAdmin(Optional.of(token)))));
        assertTrue(isAdmin(token));
    }
}
