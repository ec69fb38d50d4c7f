package io.skein.simulator;

import io.skein.replica.ReplicaConfig;
import io.skein.topic.TopicLimits;
import java.util.SplittableRandom;

/**
 * What one seed is about (swarm testing): each run leaves most faults and features out, so that those it has meet often
 * and in combinations that a run with everything at once would drown.
 *
 * @param crashes of 1,000 steps, this many are a crash between two inputs
 * @param torn of 1,000 inputs, after this many the process dies between two effects
 * @param diskErrors of 1,000 steps, this many are an error at commit: the process exits, the batch is there or not
 * @param fullPhases of 1,000 steps, with this many a time of full disk begins
 * @param wallJumps the wall clock jumps by hours
 * @param pauses the process stands still for seconds
 * @param rawRows rows are all changes ever written, from the first, instead of a snapshot of what they come to
 * @param load of 1,000 steps, this many propose something
 * @param delays of messages, one in this many is delayed; likewise the others; 0 for none
 * @param topics how many names are in use
 */
record Options(
        int crashes,
        int torn,
        int diskErrors,
        int fullPhases,
        boolean wallJumps,
        boolean pauses,
        boolean rawRows,
        int load,
        int delays,
        int ttls,
        int expectations,
        int configures,
        int deletes,
        int cancels,
        int keyed,
        int sequenced,
        int fences,
        int largeBodies,
        int topics,
        TopicLimits limits,
        ReplicaConfig replica) {
    /** Longer than clients retry, so that no limit breaks a promise. */
    private static final long IDLE_MS = 10 * 60 * 1000;

    static Options draw(SplittableRandom random) {
        TopicLimits limits = random.nextInt(3) > 0
                ? TopicLimits.DEFAULT
                : new TopicLimits(
                        2 + random.nextInt(4),
                        1 + random.nextInt(4),
                        1 + random.nextInt(6),
                        200 + random.nextInt(2000),
                        IDLE_MS,
                        1 + random.nextInt(20),
                        1 + random.nextInt(20),
                        1 + random.nextInt(8));
        return new Options(
                random.nextInt(30),
                sometimes(random, 10),
                sometimes(random, 8),
                random.nextInt(3) == 0 ? 1 + random.nextInt(12) : 0,
                random.nextInt(4) == 0,
                random.nextInt(4) == 0,
                random.nextInt(16) == 0,
                200 + random.nextInt(300),
                sometimes(random, 16),
                sometimes(random, 16),
                sometimes(random, 24),
                sometimes(random, 40),
                sometimes(random, 30),
                sometimes(random, 30),
                sometimes(random, 60),
                sometimes(random, 60),
                sometimes(random, 20),
                sometimes(random, 10),
                1 + random.nextInt(5),
                limits,
                new ReplicaConfig(
                        1 << (6 + random.nextInt(12)),
                        1 + random.nextInt(64),
                        random.nextInt(2048),
                        1 << (12 + random.nextInt(8)),
                        random.nextInt(4096),
                        random.nextInt(100),
                        64 + random.nextInt(4096),
                        1024 + random.nextInt(1 << 16),
                        random.nextInt(1 << 17)));
    }

    /** None in one of four. */
    private static int sometimes(SplittableRandom random, int bound) {
        return random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(bound);
    }
}
