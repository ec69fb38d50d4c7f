package io.skein.bench;

/**
 * Workers of a durable subscription that is made for the run, and deleted after it.
 *
 * @param url {@code http://host:port} or {@code https://host:port}
 * @param token for a node that asks for one; empty when there is none
 * @param authority PEM of who signed the node's certificate; empty: those that the JDK knows
 * @param workers connections, 1 to 1,000
 * @param credit messages in the hand of each, 1 to 10,000
 * @param backlog messages that wait when they begin, 1 to 100 million
 * @param bytes of a body
 * @param perSecond published meanwhile; 0: nothing
 * @param wakes messages that are published one by one to one who waits, after that
 */
public record WorkConfig(
        String url,
        String token,
        String authority,
        int workers,
        int credit,
        long backlog,
        int bytes,
        double perSecond,
        int wakes) {
    public WorkConfig {
        LoadConfig.check("workers", workers, 1, 1000);
        LoadConfig.check("credit", credit, 1, 10_000);
        LoadConfig.check("backlog", backlog, 1, 100_000_000);
        LoadConfig.check("bytes", bytes, Stamp.LENGTH, 1 << 20);
        LoadConfig.check("rate", Math.round(perSecond), 0, 10_000_000);
        LoadConfig.check("wakes", wakes, 0, 1_000_000);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "WorkConfig[" + url + ", " + workers + " workers with " + credit + " each, " + backlog + " waiting, "
                + bytes + " bytes, " + perSecond + "/s, " + wakes + " wakes]";
    }

    Target target() {
        return Target.of(url, token, authority);
    }

    public static WorkConfig defaults(String url) {
        return new WorkConfig(url, "", "", 1, 256, 100_000, 256, 0, 1000);
    }

    public WorkConfig withToken(String secret) {
        return new WorkConfig(url, secret, authority, workers, credit, backlog, bytes, perSecond, wakes);
    }

    public WorkConfig withWorkers(int count, int creditOfEach) {
        return new WorkConfig(url, token, authority, count, creditOfEach, backlog, bytes, perSecond, wakes);
    }

    public WorkConfig withBacklog(long messages) {
        return new WorkConfig(url, token, authority, workers, credit, messages, bytes, perSecond, wakes);
    }

    public WorkConfig withBytes(int count) {
        return new WorkConfig(url, token, authority, workers, credit, backlog, count, perSecond, wakes);
    }

    public WorkConfig withRate(double rate) {
        return new WorkConfig(url, token, authority, workers, credit, backlog, bytes, rate, wakes);
    }

    public WorkConfig withWakes(int count) {
        return new WorkConfig(url, token, authority, workers, credit, backlog, bytes, perSecond, count);
    }

    public WorkConfig withAuthority(String pem) {
        return new WorkConfig(url, token, pem, workers, credit, backlog, bytes, perSecond, wakes);
    }
}
