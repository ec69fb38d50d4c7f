package io.skein.protocol.http;

import java.util.Set;

/**
 * Limits of the HTTP door, each with the answer that is given when it is reached.
 *
 * @param version of the program, for the capability document
 * @param tcpPort port of the TCP door, 0 when it is closed; for the capability document and {@code GET /status}
 * @param maxMessageBytes body of one message: 413 above
 * @param maxBatchBytes body of {@code POST /v1/publish}: 413 above
 * @param maxPageBytes messages in one answer of {@code GET /t}: the page ends early, but never empty
 * @param maxStreams open streams of one door instance: one more gets a status event and its end
 * @param allowedOrigins foreign web origins that may read and write; {@code *} for all; empty: own origin only
 * @param heartbeatMs a stream silent for this long gets a comment
 * @param retryMs what a stream's client is told to wait before it comes again; up to as much is added by chance
 * @param bodyTimeoutMs a request whose body has not come within this gets 408
 * @param publishTimeoutMs the last resort when the broker does not answer: 504, outcome unknown
 * @param maxWaitMs longest {@code wait}: 400 above
 * @param stallTimeoutMs a stream whose client takes nothing for this long is cut
 * @param rrmqProfile which statuses the routes of RRMQ answer with where its clients differ
 */
public record HttpConfig(
        String version,
        int tcpPort,
        int maxMessageBytes,
        int maxBatchBytes,
        int maxPageBytes,
        int maxStreams,
        Set<String> allowedOrigins,
        long heartbeatMs,
        long retryMs,
        long bodyTimeoutMs,
        long publishTimeoutMs,
        long maxWaitMs,
        long stallTimeoutMs,
        RrmqProfile rrmqProfile) {
    public HttpConfig {
        allowedOrigins = Set.copyOf(allowedOrigins);
        positive("max message bytes", maxMessageBytes);
        positive("max batch bytes", maxBatchBytes);
        positive("max page bytes", maxPageBytes);
        positive("max streams", maxStreams);
        positive("heartbeat", heartbeatMs);
        positive("retry", retryMs);
        positive("body timeout", bodyTimeoutMs);
        positive("publish timeout", publishTimeoutMs);
        positive("max wait", maxWaitMs);
        positive("stall timeout", stallTimeoutMs);
    }

    /** With the lenient profile. */
    public HttpConfig(
            String version,
            int tcpPort,
            int maxMessageBytes,
            int maxBatchBytes,
            int maxPageBytes,
            int maxStreams,
            Set<String> allowedOrigins,
            long heartbeatMs,
            long retryMs,
            long bodyTimeoutMs,
            long publishTimeoutMs,
            long maxWaitMs,
            long stallTimeoutMs) {
        this(
                version,
                tcpPort,
                maxMessageBytes,
                maxBatchBytes,
                maxPageBytes,
                maxStreams,
                allowedOrigins,
                heartbeatMs,
                retryMs,
                bodyTimeoutMs,
                publishTimeoutMs,
                maxWaitMs,
                stallTimeoutMs,
                RrmqProfile.LENIENT);
    }

    public static HttpConfig defaults(String version, int tcpPort) {
        return new HttpConfig(
                version, tcpPort, 1 << 20, 8 << 20, 4 << 20, 10_000, Set.of(), 15_000, 1_000, 30_000, 30_000, 120_000,
                300_000);
    }

    public HttpConfig withAllowedOrigins(Set<String> origins) {
        return new HttpConfig(
                version,
                tcpPort,
                maxMessageBytes,
                maxBatchBytes,
                maxPageBytes,
                maxStreams,
                origins,
                heartbeatMs,
                retryMs,
                bodyTimeoutMs,
                publishTimeoutMs,
                maxWaitMs,
                stallTimeoutMs,
                rrmqProfile);
    }

    public HttpConfig withMaxMessageBytes(int bytes) {
        return new HttpConfig(
                version,
                tcpPort,
                bytes,
                maxBatchBytes,
                maxPageBytes,
                maxStreams,
                allowedOrigins,
                heartbeatMs,
                retryMs,
                bodyTimeoutMs,
                publishTimeoutMs,
                maxWaitMs,
                stallTimeoutMs,
                rrmqProfile);
    }

    public HttpConfig withRrmqProfile(RrmqProfile profile) {
        return new HttpConfig(
                version,
                tcpPort,
                maxMessageBytes,
                maxBatchBytes,
                maxPageBytes,
                maxStreams,
                allowedOrigins,
                heartbeatMs,
                retryMs,
                bodyTimeoutMs,
                publishTimeoutMs,
                maxWaitMs,
                stallTimeoutMs,
                profile);
    }

    private static void positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be above 0, not " + value);
        }
    }
}
