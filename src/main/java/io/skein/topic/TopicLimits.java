package io.skein.topic;

/**
 * How much the machine remembers. The same on every node: what it refuses is part of the replicated outcome.
 *
 * @param topics at most so many exist; a delayed message that falls due makes its topic all the same
 * @param producers at most so many are known
 * @param producerWindow so many of its last sequences a producer may repeat and be answered as at first
 * @param answerBytes memory for the answers of all producers together; above it the longest idle lose theirs
 * @param producerIdleMs a producer that was silent for so long gives way to a new one
 * @param ttls messages with a TTL of their own that have not expired
 * @param scheduled delayed messages that wait
 * @param stepsPerCommand expiries, and topics over age, that one command settles; the next goes on
 */
public record TopicLimits(
        int topics,
        int producers,
        int producerWindow,
        int answerBytes,
        long producerIdleMs,
        int ttls,
        int scheduled,
        int stepsPerCommand) {
    public static final TopicLimits DEFAULT =
            new TopicLimits(100_000, 10_000, 1_024, 64 << 20, 7L * 24 * 3600 * 1000, 1_000_000, 1_000_000, 10_000);
}
