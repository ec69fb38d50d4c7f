package io.skein.simulator;

import io.skein.machine.FeatureLevel;
import io.skein.raft.RaftTiming;
import io.skein.replica.ReplicaConfig;
import io.skein.subscription.SubscriptionLimits;
import io.skein.topic.TopicLimits;
import java.util.SplittableRandom;

/**
 * What one seed is about (swarm testing): each run leaves most faults and features out, so that those it has meet often
 * and in combinations that a run with everything at once would drown.
 *
 * @param voters the cluster begins with so many
 * @param spares so many more nodes are there to become members
 * @param deafMs so often, on average, a leader stands still and hears late what was said meanwhile; 0 for never
 * @param forgetMs so often, on average, a follower's disk goes back behind what it acknowledged, unnoticed; 0 for never
 * @param subscribers so many follow topics, on any node
 * @param builds that nodes run
 * @param islandMs a leader is alone with a minority so often, on average; 0 for never
 */
record Options(
        int voters,
        int spares,
        Links links,
        Disks disks,
        Failures failures,
        Clocks clocks,
        Churn churn,
        Traffic traffic,
        TopicLimits limits,
        ReplicaConfig replica,
        RaftTiming timing,
        Consumers consumers,
        int islandMs,
        int subscribers,
        int forgetMs,
        int deafMs,
        Persons persons,
        Builds builds) {
    private static final int MAX_NODES = 7;
    private static final long NANOS_PER_MS = 1_000_000;
    /** Longer than clients retry, so that no limit breaks a promise. */
    private static final long IDLE_MS = 10 * 60 * 1000;

    /**
     * Of 1,000 messages, so many are lost, doubled, late by up to half a second.
     *
     * @param partitionMs a partition comes or goes so often, on average; 0 for never; likewise a clogged link
     */
    record Links(long delayNanos, long jitterNanos, int lost, int doubled, int reordered, int partitionMs, int clogMs) {
        static final Links GOOD = new Links(200_000, 300_000, 0, 0, 0, 0, 0);

        private static Links draw(SplittableRandom random) {
            return new Links(
                    100_000 + random.nextLong(3 * NANOS_PER_MS),
                    random.nextLong(random.nextInt(4) == 0 ? 40 * NANOS_PER_MS : 2 * NANOS_PER_MS),
                    often(random) ? random.nextInt(300) : random.nextInt(20),
                    often(random) ? random.nextInt(500) : 0,
                    often(random) ? random.nextInt(300) : 0,
                    often(random) ? 300 + random.nextInt(3000) : 0,
                    often(random) ? 300 + random.nextInt(3000) : 0);
        }
    }

    /**
     * @param errors of 1,000 batches, so many are an error at commit: the process exits, the batch is there or not
     * @param fullMs a disk is full so often, on average; 0 for never
     * @param tightMs so often there is little room on some disk; 0 for never
     * @param decayMs so often some disk loses its newest batches, or bits of it rot; 0 for never
     * @param rawRows rows are all changes ever written, from the first, instead of a snapshot of what they come to
     */
    record Disks(long latencyNanos, int slow, int errors, int fullMs, int tightMs, int decayMs, boolean rawRows) {
        static Disks good(boolean rawRows) {
            return new Disks(500_000, 0, 0, 0, 0, 0, rawRows);
        }

        private static Disks draw(SplittableRandom random) {
            return new Disks(
                    1 + random.nextLong(random.nextInt(4) == 0 ? 100 * NANOS_PER_MS : 4 * NANOS_PER_MS),
                    often(random) ? random.nextInt(random.nextInt(3) == 0 ? 300 : 20) : 0,
                    often(random) ? 1 + random.nextInt(10) : 0,
                    random.nextInt(3) == 0 ? 500 + random.nextInt(5000) : 0,
                    random.nextInt(6) == 0 ? 500 + random.nextInt(5000) : 0,
                    random.nextInt(3) == 0 ? 100 + random.nextInt(2000) : 0,
                    random.nextInt(16) == 0);
        }
    }

    /**
     * @param crashMs some node crashes so often, on average; 0 for never; likewise a pause, a loss of power of all
     * @param torn of 10,000 inputs, after so many the process dies between two effects
     */
    record Failures(int crashMs, int downMs, int torn, int pauseMs, int powerMs) {
        private static Failures draw(SplittableRandom random) {
            return new Failures(
                    random.nextInt(5) > 0 ? 50 + random.nextInt(random.nextInt(3) == 0 ? 300 : 3000) : 0,
                    1 + random.nextInt(random.nextBoolean() ? 100 : 3000),
                    sometimes(random, 60),
                    often(random) ? 300 + random.nextInt(4000) : 0,
                    random.nextInt(4) == 0 ? 1000 + random.nextInt(5000) : 0);
        }
    }

    /**
     * @param jumpMs some wall clock jumps so often, on average; 0 for never
     * @param oneJumps always the same one's
     * @param wild that one's wall clock is off by hours from the beginning
     * @param suspendMs all machines sleep so often, on average, and wake later by the wall clock alone; 0 for never
     */
    record Clocks(int jumpMs, boolean largeJumps, boolean oneJumps, boolean wild, int suspendMs) {
        private static Clocks draw(SplittableRandom random) {
            boolean wild = random.nextInt(4) == 0;
            return new Clocks(
                    often(random) ? 200 + random.nextInt(2000) : 0,
                    random.nextInt(3) == 0,
                    wild || often(random),
                    wild,
                    random.nextInt(4) == 0 ? 1000 + random.nextInt(10_000) : 0);
        }
    }

    /** How often something is done to the members, on average; 0 for never. */
    record Churn(int changeMs, boolean wipes, int transferMs, int snapshotMs) {
        private static Churn draw(SplittableRandom random, boolean spares) {
            return new Churn(
                    spares && random.nextInt(4) > 0 ? 100 + random.nextInt(2000) : 0,
                    random.nextInt(3) == 0,
                    random.nextInt(3) == 0 ? 50 + random.nextInt(random.nextInt(2) == 0 ? 300 : 3000) : 0,
                    random.nextInt(3) == 0 ? 50 + random.nextInt(1000) : 0);
        }
    }

    /**
     * @param everyNanos something is proposed so often, on average
     * @param readMs somebody reads so often, on average
     * @param delays of messages, one in this many is delayed; likewise the others; 0 for none
     * @param topics how many names are in use
     */
    record Traffic(
            long everyNanos,
            int readMs,
            int patienceMs,
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
            int topics) {
        private static Traffic draw(SplittableRandom random) {
            return new Traffic(
                    NANOS_PER_MS * (1 + random.nextInt(random.nextInt(3) == 0 ? 100 : 20)),
                    1 + random.nextInt(random.nextInt(3) == 0 ? 10 : 200),
                    50 + random.nextInt(4000),
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
                    1 + random.nextInt(5));
        }
    }

    /**
     * Who works on messages. Of 1,000 things that clients ask, {@code share} are theirs; none in half of the seeds. Of
     * 1,000 of those so many are an operator's, of dead letters, a transaction, an RRMQ take; of 100 that a worker has
     * done with, so many failed, or only last longer.
     *
     * @param batch a pull asks for at most so many
     * @param leaseMs leases last up to twice that
     * @param fates of 100 workers that got something, so many die or stand still over it
     */
    record Consumers(
            int share,
            int subscriptions,
            int workers,
            int batch,
            int leaseMs,
            int operators,
            int exhumes,
            int transactions,
            int takes,
            int nacks,
            int extensions,
            int fates,
            int byKey,
            SubscriptionLimits limits) {
        private static Consumers draw(SplittableRandom random) {
            return new Consumers(
                    often(random) ? 300 + random.nextInt(600) : 0,
                    1 + random.nextInt(4),
                    1 + random.nextInt(5),
                    1 + random.nextInt(random.nextInt(3) == 0 ? 30 : 4),
                    10 + random.nextInt(random.nextInt(3) == 0 ? 5000 : 500),
                    10 + random.nextInt(100),
                    sometimes(random, 100),
                    sometimes(random, 200),
                    random.nextInt(3) == 0 ? 1 + random.nextInt(300) : 0,
                    sometimes(random, 200),
                    sometimes(random, 30),
                    sometimes(random, 50),
                    random.nextInt(3) == 0 ? 100 : random.nextInt(3) == 0 ? 50 : 0,
                    random.nextInt(3) > 0
                            ? SubscriptionLimits.DEFAULT
                            : new SubscriptionLimits(
                                    1 + random.nextInt(8),
                                    2 + random.nextInt(40),
                                    1 + random.nextInt(20),
                                    1 + random.nextInt(10),
                                    runs(random.nextInt(60)),
                                    1 + random.nextInt(10),
                                    1 + random.nextInt(6),
                                    1 + random.nextInt(random.nextBoolean() ? 2 : 20)));
        }

        /** In one of three so few that what comes back can be all of them. */
        private static int runs(int drawn) {
            return drawn % 3 == 0 ? 1 + drawn / 3 % 4 : 3 + drawn;
        }

        boolean isOn() {
            return share > 0;
        }
    }

    /**
     * Who has an account and writes. Of 1,000 things that clients ask, {@code share} are theirs; none in three of four
     * seeds.
     *
     * @param lifetimeMs of sessions, up to twice that
     */
    record Persons(int share, int names, int lifetimeMs) {
        private static Persons draw(SplittableRandom random) {
            return new Persons(
                    random.nextInt(4) == 0 ? 200 + random.nextInt(700) : 0,
                    2 + random.nextInt(6),
                    1 + random.nextInt(random.nextBoolean() ? 100 : 2000));
        }

        boolean isOn() {
            return share > 0;
        }
    }

    /**
     * Nodes of several builds in one of four seeds; else of one, which in one of four knows the first feature level only.
     *
     * @param several whoever starts may come with another build than before
     * @param newest the highest level that any build knows
     * @param everyNanos somebody asks for what newer builds know so often, on average
     * @param back some nodes go back to a build that is older
     */
    record Builds(boolean several, int newest, long everyNanos, boolean back) {
        static final Builds FIRST = new Builds(false, FeatureLevel.FIRST, 0, false);

        private static Builds draw(SplittableRandom random) {
            int newest = 2 + random.nextInt(2);
            long everyNanos = NANOS_PER_MS * (1 + random.nextInt(200));
            boolean back = random.nextBoolean();
            return switch (random.nextInt(4)) {
                case 0 -> new Builds(true, newest, everyNanos, back);
                case 1 -> FIRST;
                default -> new Builds(false, FeatureLevel.NEWEST, everyNanos, false);
            };
        }

        boolean isOn() {
            return newest > FeatureLevel.FIRST;
        }
    }

    static Options draw(SplittableRandom random) {
        int voters = switch (random.nextInt(8)) {
            case 0, 1 -> 1;
            case 2, 3, 4 -> 3;
            case 5 -> 5;
            default -> 1 + random.nextInt(MAX_NODES);
        };
        int spares = random.nextInt(3) == 0 ? random.nextInt(MAX_NODES - voters + 1) : 0;
        long heartbeatMs = 40 + random.nextInt(120);
        return new Options(
                voters,
                spares,
                Links.draw(random),
                Disks.draw(random),
                Failures.draw(random),
                Clocks.draw(random),
                Churn.draw(random, spares > 0 || random.nextInt(4) == 0),
                Traffic.draw(random),
                limits(random),
                replica(random),
                RaftTiming.ofMillis(heartbeatMs, heartbeatMs * (3 + random.nextInt(5))),
                Consumers.draw(random),
                random.nextInt(voters < 5 ? 4 : 2) == 0 ? 100 + random.nextInt(1500) : 0,
                random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0,
                voters > 2 && random.nextInt(4) == 0 ? 50 + random.nextInt(1000) : 0,
                voters > 2 && random.nextInt(4) == 0 ? 200 + random.nextInt(2000) : 0,
                // The last that are drawn: whoever came before is what it was.
                Persons.draw(random),
                Builds.draw(random));
    }

    /** All nodes run one build, of the first feature level. */
    Options ofOneBuild() {
        return new Options(
                voters,
                spares,
                links,
                disks,
                failures,
                clocks,
                churn,
                traffic,
                limits,
                replica,
                timing,
                consumers,
                islandMs,
                subscribers,
                forgetMs,
                deafMs,
                persons,
                Builds.FIRST);
    }

    int nodes() {
        return voters + spares;
    }

    /** Whether a majority of clocks is right all the time, whoever is a member. */
    boolean timeIsKnown() {
        boolean allRight = clocks.jumpMs() == 0 && !clocks.wild();
        boolean oneWrong = clocks.oneJumps() && voters >= 3 && churn.changeMs() == 0;
        return allRight || oneWrong;
    }

    private static TopicLimits limits(SplittableRandom random) {
        return random.nextInt(3) > 0
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
    }

    private static ReplicaConfig replica(SplittableRandom random) {
        return new ReplicaConfig(
                1 << (6 + random.nextInt(12)),
                1 + random.nextInt(64),
                random.nextInt(2048),
                random.nextInt(3) == 0 ? 0 : random.nextInt(2_000_000),
                1 << (12 + random.nextInt(8)),
                random.nextInt(4096),
                random.nextInt(100),
                64 + random.nextInt(4096),
                1024 + random.nextInt(1 << 16),
                random.nextInt(1 << (10 + random.nextInt(8))),
                1 + random.nextInt(32),
                FeatureLevel.FIRST);
    }

    private static boolean often(SplittableRandom random) {
        return random.nextBoolean();
    }

    /** None in one of four. */
    private static int sometimes(SplittableRandom random, int bound) {
        return random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(bound);
    }
}
