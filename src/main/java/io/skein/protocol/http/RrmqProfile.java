package io.skein.protocol.http;

/** What the routes of the Raft REST message queue answer where its clients and tests differ (API.md section 4). */
public enum RrmqProfile {
    /** Nothing to take is 200, no majority 408; every node lists its topics. */
    LENIENT,
    /** Nothing to take is 404, no majority 503; only a leader with a majority lists topics; a GET has no body. */
    STRICT
}
