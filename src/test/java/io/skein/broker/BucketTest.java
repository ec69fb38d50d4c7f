package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** So much a second. */
class BucketTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Clocks may begin anywhere. */
    private long now = Long.MAX_VALUE - 3 * SECOND;

    @Test
    void aSecondsWorthIsThereAtOnceAndNoMore() {
        Bucket bucket = new Bucket(10, now);
        for (int i = 0; i < 10; i++) {
            assertEquals(0, bucket.take(1, now));
        }
        assertEquals(SECOND / 10, bucket.take(1, now));
        assertEquals(10, bucket.used(now));
    }

    @Test
    void aSecondsWorthFitsHoweverItIsCut() {
        for (long rate : new long[] {3, 7, 999}) {
            Bucket bucket = new Bucket(rate, now);
            for (int i = 0; i < rate; i++) {
                assertEquals(0, bucket.take(1, now));
            }
            assertTrue(bucket.take(1, now) > 0);
        }
    }

    @Test
    void whatIsUsedComesBackWithTime() {
        Bucket bucket = new Bucket(10, now);
        bucket.take(10, now);
        assertTrue(bucket.take(1, now + SECOND / 10 - 1) > 0);
        assertEquals(0, bucket.take(1, now + SECOND / 10));
    }

    @Test
    void whatIsLargerThanASecondsWorthPassesWhenNothingIsUsedAndIsPaidFor() {
        Bucket bucket = new Bucket(10, now);
        assertEquals(0, bucket.take(35, now));
        assertEquals(35, bucket.used(now));
        assertTrue(bucket.take(1, now + 2 * SECOND) > 0);
        assertEquals(0, bucket.take(1, now + 2 * SECOND + 600_000_000));
        assertTrue(bucket.take(35, now + 4 * SECOND - 900_000_000 - 1) > 0);
        assertEquals(0, bucket.take(35, now + 4 * SECOND));
    }

    @Test
    void nothingCostsMoreThanAMinuteHoweverLargeItIs() {
        Bucket bucket = new Bucket(1_000, now);
        assertEquals(0, bucket.take(1 << 20, now));
        assertEquals(60_000, bucket.used(now));
        assertTrue(bucket.take(1, now + 59 * SECOND) > 0);
        assertEquals(0, bucket.take(1_000, now + 60 * SECOND));
    }

    @Test
    void whatIsGivenBackOfSomethingLargeIsWhatItCost() {
        Bucket bucket = new Bucket(10, now);
        assertEquals(0, bucket.take(100_000, now));
        bucket.giveBack(100_000);
        assertEquals(0, bucket.used(now));
        assertEquals(0, bucket.take(10, now));
        assertTrue(bucket.take(1, now) > 0);
    }

    @Test
    void severalThreadsTogetherTakeNoMoreThanOneAlone() {
        for (int round = 0; round < 20; round++) {
            Bucket bucket = new Bucket(1_000, now);
            AtomicInteger taken = new AtomicInteger();
            together(() -> {
                for (int i = 0; i < 1_000; i++) {
                    if (bucket.take(1, now) == 0) {
                        taken.incrementAndGet();
                    }
                }
            });
            assertEquals(1_000, taken.get());
        }
    }

    @Test
    void whatSeveralThreadsTakeAndGiveBackIsAllThereInTheEnd() {
        Bucket bucket = new Bucket(1_000_000, now);
        together(() -> {
            for (int i = 0; i < 10_000; i++) {
                if (bucket.take(7, now) == 0) {
                    bucket.giveBack(7);
                }
            }
        });
        assertTrue(bucket.isUnused(now));
        assertEquals(0, bucket.take(1_000_000, now));
        assertTrue(bucket.take(1, now) > 0);
    }

    /** On four threads. */
    static void together(Runnable each) {
        IntStream.range(0, 4)
                .mapToObj(thread -> CompletableFuture.runAsync(each, task -> new Thread(task).start()))
                .toList()
                .forEach(CompletableFuture::join);
    }

    @Test
    void whatIsGivenBackMayBeTakenAgain() {
        Bucket bucket = new Bucket(10, now);
        bucket.take(10, now);
        bucket.giveBack(4);
        assertEquals(0, bucket.take(4, now));
        assertTrue(bucket.take(1, now) > 0);
    }

    @Test
    void nothingPassesAlways() {
        Bucket bucket = new Bucket(1, now);
        bucket.take(100, now);
        assertEquals(0, bucket.take(0, now));
    }

    @Test
    void itIsUnusedOnceAllCameBack() {
        Bucket bucket = new Bucket(10, now);
        assertTrue(bucket.isUnused(now));
        bucket.take(5, now);
        assertFalse(bucket.isUnused(now + SECOND / 2 - 1));
        assertTrue(bucket.isUnused(now + SECOND / 2));
        assertEquals(0, bucket.used(now + SECOND / 2));
    }

    @Test
    void theLargestFiguresDoNotOverflow() {
        Bucket slow = new Bucket(1, now);
        assertEquals(0, slow.take(64 << 20, now));
        assertEquals(60, slow.used(now));
        Bucket fast = new Bucket(1L << 40, now);
        assertEquals(0, fast.take(64 << 20, now));
        assertEquals(64 << 20, fast.used(now), 1 << 10);
    }

    /** A jar that is refilled: so much is in it, never more than a second's worth; less than nothing after a large one. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void itAgreesWithAJarThatIsRefilled(long seed) {
        Random random = new Random(seed);
        // Divisors of a second in ns: no rounding, which the jar does not do.
        long rate = new long[] {1, 10, 64, 1_000, 1_000_000}[random.nextInt(5)];
        Bucket bucket = new Bucket(rate, now);
        double jar = rate;
        double passed = 0;
        long begin = now;
        long largest = 0;
        int refused = 0;
        for (int step = 0; step < 5_000; step++) {
            long elapsed = random.nextInt(20) == 0 ? random.nextLong(3 * SECOND) : random.nextLong(SECOND / 16);
            elapsed -= elapsed % (SECOND / 1_000);
            now += elapsed;
            jar = Math.min(rate, jar + rate * (double) elapsed / SECOND);
            long amount = 1 + random.nextLong(random.nextInt(10) == 0 ? 3 * rate : Math.max(1, rate / 4));
            boolean fits = jar >= Math.min(amount, rate) - 1e-6;
            assertEquals(fits, bucket.take(amount, now) == 0, "step " + step + " of seed " + seed);
            if (!fits) {
                refused++;
                continue;
            }
            if (random.nextInt(4) == 0) {
                bucket.giveBack(amount);
            } else {
                jar -= amount;
                passed += amount;
                largest = Math.max(largest, amount);
            }
        }
        assertTrue(refused > 100, "only " + refused + " were refused");
        assertTrue(passed <= rate * (double) (now - begin) / SECOND + Math.max(rate, largest) + 1);
    }
}
