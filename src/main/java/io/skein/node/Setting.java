package io.skein.node;

import java.util.Locale;

/**
 * Everything that can be set on a node, declared once: {@code --http-port}, {@code SKEIN_HTTP_PORT} and
 * {@code http-port} in the file are the same setting (DESIGN D12).
 */
public enum Setting {
    NODE_ID("n1", "ID", "name of this node, unique in its cluster"),
    DATA_DIR("skein-data", "DIR", "where this node keeps everything"),
    HOST("127.0.0.1", "HOST", "address to listen on; one that others reach (0.0.0.0) needs --auth, or --insecure"),
    HTTP_PORT("8080", "PORT", "HTTP, WebSocket and console; 0 takes a free one"),
    TCP_PORT("5000", "PORT", "TCP publishers and subscribers; 0: no TCP door"),
    RAFT_PORT("6000", "PORT", "where this node's peers find it; 0 takes a free one, for a node that has none"),
    PEERS("", "LIST", "all nodes of a new cluster, this one too; later only their addresses: n1=host:6000,n2=..."),
    JOIN("false", "BOOL", "start empty and wait to be added; with --peers: ask them"),
    HEARTBEAT("50ms", "TIME", "a leader lets no more than this pass without a word to its peers"),
    ELECTION_TIMEOUT("300ms", "TIME", "without a leader for this and up to as much again, a node stands for election"),
    STEP_DOWN_AFTER("10s", "TIME", "how long the role in RRMQ's /status goes on after a leader lost its majority"),
    RRMQ_PROFILE(
            "lenient", "lenient|strict", "statuses of RRMQ's routes: nothing to take 200|404, no majority 408|503"),
    ADVERTISE("", "HOST", "what clients and peers are told to connect to; default: --host"),
    DURABILITY("fsync", "fsync|relaxed", "relaxed: acknowledged before the disk has it; a loss of power may lose it"),
    LOG_BUDGET("256MiB", "SIZE", "log kept on disk for nodes that lag behind"),
    BACKUP_DIR("", "DIR", "the node writes backups of itself there, now and then; default: none"),
    BACKUP_EVERY("6h", "TIME", "from one backup to the next; with --backup-dir"),
    BACKUP_KEEP("7", "N", "of its own backups the newest so many stay; with --backup-dir"),
    AUTO_CREATE_TOPICS("true", "BOOL", "a first publish makes its topic; false: 404"),
    MAX_MESSAGE("1MiB", "SIZE", "largest body of one message"),
    ALLOWED_ORIGINS(
            "", "LIST", "origins whose pages may use this node, comma separated; * for any; own pages always may"),
    AUTH("false", "BOOL", "whoever asks shows a token; the first start makes an admin and prints its token once"),
    ADMIN_TOKEN("", "SECRET", "the admin's token, in place of one that the first start draws; 16 characters or more"),
    REGISTRATION("", "open|closed", "whether strangers may make accounts; default: closed with --auth, else open"),
    JWT_SECRET("", "SECRET", "HS256 key of an issuer whose JSON Web Tokens are believed; 32 characters or more"),
    JWT_KEYS("", "FILE", "JWK Set with the issuer's public keys (RS256, ES256)"),
    JWT_ISSUER("", "TEXT", "what iss must be; with --jwt-secret or --jwt-keys"),
    JWT_AUDIENCE("", "TEXT", "what must be in aud; with --jwt-secret or --jwt-keys"),
    METRICS_OPEN("false", "BOOL", "with --auth: /metrics asks for no token"),
    SQL(
            "false",
            "BOOL",
            "admins may ask the messages of this node in SQL, read-only: POST /v1/sql, the console's page SQL"),
    TLS_CERT("", "FILE", "certificate of this node for its clients, PEM, with what leads to its authority"),
    TLS_KEY("", "FILE", "private key of --tls-cert, PEM"),
    PEER_SECRET(
            "", "SECRET", "what only the nodes of the cluster know; better in SKEIN_PEER_SECRET_FILE than in a flag"),
    PEER_SECRET_PREVIOUS("", "SECRET", "the one before, still taken while node after node gets the new one"),
    PEER_CERT("", "FILE", "certificate of this node for its peers, PEM"),
    PEER_KEY("", "FILE", "private key of --peer-cert, PEM"),
    PEER_CA("", "FILE", "authority that signed the certificates of all peers, PEM"),
    INSECURE(
            "false",
            "BOOL",
            "serve others than this machine without --auth, or with a Raft port that believes anybody"),
    LOG_FORMAT("text", "text|json", "what is logged, on standard error: a line for people, or one JSON object a line"),
    LOG_LEVEL("info", "LEVEL", "how much is logged: trace, debug, info, warn, error or off; later: /v1/log"),
    PUBLISH_TIMEOUT("10s", "TIME", "how long an answer may take before it is \"unknown\" (504)");

    private final String defaultValue;
    private final String label;
    private final String description;

    Setting(String defaultValue, String label, String description) {
        this.defaultValue = defaultValue;
        this.label = label;
        this.description = description;
    }

    /** As in {@code --http-port} and in the file. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public String variable() {
        return "SKEIN_" + name();
    }

    /** Is never shown; also read from the file that the variable with {@code _FILE} names. */
    public boolean isSecret() {
        return label.equals("SECRET");
    }

    public String defaultValue() {
        return defaultValue;
    }

    public String label() {
        return label;
    }

    public String description() {
        return description;
    }
}
