package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccountName;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who guesses passwords waits. */
class AttemptsTest {
    private static final AccountName ANNA = new AccountName("anna");
    private static final AccountName BERT = new AccountName("bert");
    private static final String HERE = "192.0.2.1";
    private static final String THERE = "192.0.2.2";

    private long nanos = 1;
    private final Attempts attempts = new Attempts(() -> nanos);

    private void pass(long ms) {
        nanos += TimeUnit.MILLISECONDS.toNanos(ms);
    }

    private void wrong(String address, AccountName name, int times) {
        for (int i = 0; i < times; i++) {
            assertEquals(OptionalLong.empty(), attempts.begin(address, name), "try " + i);
        }
    }

    @Test
    void aFewTriesAreFree() {
        wrong(HERE, ANNA, Attempts.FREE_PAIR);
        assertEquals(OptionalLong.of(1_000), attempts.begin(HERE, ANNA));
    }

    @Test
    void eachFurtherTryWaitsTwiceAsLong() {
        wrong(HERE, ANNA, Attempts.FREE_PAIR);
        for (long wait = 1_000; wait <= 32_000; wait *= 2) {
            assertEquals(OptionalLong.of(wait), attempts.begin(HERE, ANNA));
            pass(wait);
            wrong(HERE, ANNA, 1);
        }
    }

    @Test
    void nobodyWaitsLongerThanAMinute() {
        wrong(HERE, ANNA, Attempts.FREE_PAIR);
        for (int i = 0; i < 20; i++) {
            pass(60_000);
            wrong(HERE, ANNA, 1);
        }
        assertEquals(OptionalLong.of(60_000), attempts.begin(HERE, ANNA));
    }

    @Test
    void aTryThatHadToWaitDoesNotCount() {
        wrong(HERE, ANNA, Attempts.FREE_PAIR);
        for (int i = 0; i < 50; i++) {
            attempts.begin(HERE, ANNA);
        }
        pass(1_000);
        assertEquals(OptionalLong.empty(), attempts.begin(HERE, ANNA));
    }

    @Test
    void whoWaitsForOneAccountMayTryAnother() {
        wrong(HERE, ANNA, Attempts.FREE_PAIR);
        assertTrue(attempts.begin(HERE, ANNA).isPresent());
        assertEquals(OptionalLong.empty(), attempts.begin(HERE, BERT));
    }

    @Test
    void othersDoNotWaitForWhoGuessesTheirPassword() {
        wrong(HERE, ANNA, Attempts.FREE_PAIR);
        assertTrue(attempts.begin(HERE, ANNA).isPresent());
        assertEquals(OptionalLong.empty(), attempts.begin(THERE, ANNA));
    }

    @Test
    void whoTriesManyAccountsFromOneAddressWaits() {
        for (int i = 0; i < Attempts.FREE_ADDRESS; i++) {
            wrong(HERE, new AccountName("a" + i), 1);
        }
        assertTrue(attempts.begin(HERE, BERT).isPresent());
        assertEquals(OptionalLong.empty(), attempts.begin(THERE, BERT));
    }

    @Test
    void whoTriesOneAccountFromManyAddressesWaits() {
        for (int i = 0; i < Attempts.FREE_ACCOUNT; i++) {
            wrong("198.51.100." + i, ANNA, 1);
        }
        assertTrue(attempts.begin(HERE, ANNA).isPresent());
        assertEquals(OptionalLong.empty(), attempts.begin(HERE, BERT));
    }

    @Test
    void whatWasRightDoesNotCount() {
        for (int i = 0; i < 10 * Attempts.FREE_ADDRESS; i++) {
            wrong(HERE, ANNA, 1);
            attempts.takeBack(HERE, ANNA);
        }
        assertEquals(OptionalLong.empty(), attempts.begin(HERE, ANNA));
    }

    @Test
    void oneThatWasRightDoesNotForgiveTheWrongOnes() {
        wrong(HERE, ANNA, Attempts.FREE_PAIR - 1);
        wrong(HERE, ANNA, 1);
        attempts.takeBack(HERE, ANNA);
        wrong(HERE, ANNA, 1);
        assertTrue(attempts.begin(HERE, ANNA).isPresent());
    }

    @Test
    void aQuarterOfAnHourLaterAllIsForgotten() {
        wrong(HERE, ANNA, Attempts.FREE_PAIR);
        pass(15 * 60_000 + 1);
        wrong(HERE, ANNA, Attempts.FREE_PAIR);
    }

    @Test
    void theOldestOfTooManyIsForgotten() {
        wrong(HERE, ANNA, Attempts.FREE_PAIR);
        for (int i = 0; i < Tries.MAX_REMEMBERED; i++) {
            attempts.begin("x" + i, new AccountName("b" + i));
        }
        assertEquals(OptionalLong.empty(), attempts.begin(HERE, ANNA));
    }

    @Test
    void anAddressIsWithoutItsPort() {
        assertEquals("192.0.2.1", LocalAccounts.address("192.0.2.1:4711"));
    }

    @Test
    void whoHasOneIpv6AddressHasAllThatBeginAlike() {
        String one = LocalAccounts.address("2001:db8:1:2:3:4:5:6:4711");
        assertEquals(one, LocalAccounts.address("2001:db8:1:2:ffff:0:0:1:4712"));
        assertEquals("2001:db8:1:2", one);
    }
}
