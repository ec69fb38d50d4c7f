-- The database of one Skein node. One process writes it; anybody may read it or a backup of it:
--
--     SELECT topic, "offset", time, key, body FROM message WHERE topic = 'orders' ORDER BY "offset" DESC LIMIT 10;
--
-- Times are epoch milliseconds, stamped by the leader. "idx" is an index of the replicated log; (idx, place) is a
-- cursor: the place of one message in the log. Checksums are CRC32C; io.skein.store.Checksum says over what.

-- This node, and nobody else: never part of a snapshot or a backup.
CREATE TABLE node (
    only            INTEGER PRIMARY KEY CHECK (only = 1),
    id              TEXT    NOT NULL,            -- the name the node was started with
    incarnation     INTEGER NOT NULL,            -- random, made with this file and lost with it
    batch           INTEGER NOT NULL,            -- number of the last write batch, here or in the last row of "log"
    term            INTEGER NOT NULL,            -- Raft: current term
    voted_for       TEXT,                        -- Raft: NULL when no vote was given in this term
    compacted_idx   INTEGER NOT NULL,            -- the log is gone up to and with this entry
    compacted_term  INTEGER NOT NULL,            -- term of that entry
    commit_hint     INTEGER NOT NULL             -- entries up to here were committed and durable here; or as above
) STRICT;

-- How far the replicated state stands in the tables below.
CREATE TABLE state (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    idx     INTEGER NOT NULL,                    -- all entries up to and with this one are in the rows, no later one is
    term    INTEGER NOT NULL,                    -- of that entry
    time    INTEGER NOT NULL,                    -- stamp of that entry
    hash    INTEGER NOT NULL                     -- rolling hash over all changes up to it
) STRICT;

-- The replicated log. Payload: src/main/proto/log.proto.
CREATE TABLE log (
    idx     INTEGER PRIMARY KEY,
    term    INTEGER NOT NULL,
    kind    INTEGER NOT NULL,                    -- 0 begins a term, 1 commands, 2 configuration
    crc     INTEGER NOT NULL,                    -- over idx, term, kind and payload
    batch       INTEGER NOT NULL,                -- the write batch that it came with, and its hint: a batch that only
    commit_hint INTEGER NOT NULL,                -- appends leaves the row of the node as it is
    payload BLOB    NOT NULL
) STRICT;

-- Where terms begin in the log, so that nobody scans it for that.
CREATE TABLE term (
    idx     INTEGER PRIMARY KEY,                 -- first entry of the term
    term    INTEGER NOT NULL
) STRICT;

-- Configuration entries outlive the compaction of the log: the last at or below any index says who belonged.
CREATE TABLE configuration (
    idx     INTEGER PRIMARY KEY,
    payload BLOB    NOT NULL                     -- ConfigurationProto
) STRICT;

CREATE TABLE topic (
    id              INTEGER PRIMARY KEY,         -- never used twice: a topic made again has a new one
    name            TEXT    NOT NULL UNIQUE,
    created_idx     INTEGER NOT NULL,
    created_place   INTEGER NOT NULL,
    created_time    INTEGER NOT NULL,
    max_age_ms      INTEGER NOT NULL,            -- 0: no limit, here and below
    max_bytes       INTEGER NOT NULL,
    max_messages    INTEGER NOT NULL,
    on_full         TEXT    NOT NULL,            -- DROP_OLDEST or REJECT
    format          TEXT,                        -- the only one taken; NULL: any
    ttl_ms          INTEGER NOT NULL,
    next_offset     INTEGER NOT NULL,            -- the next message gets it
    total_bytes     INTEGER NOT NULL,            -- ever appended
    last_idx        INTEGER NOT NULL,            -- cursor of the last message ever appended
    last_place      INTEGER NOT NULL,
    last_time       INTEGER NOT NULL,            -- its stamp; created_time before the first
    open_time       INTEGER NOT NULL,            -- stamp of the first message after the last mark; -1: there is none
    low_water       INTEGER NOT NULL,            -- messages below are gone
    trimmed_idx     INTEGER NOT NULL,            -- cursor of the last message that is gone
    trimmed_place   INTEGER NOT NULL,
    trimmed_bytes   INTEGER NOT NULL             -- ever trimmed
) STRICT;

-- Ids of topics, so that none is used twice even when the last topic was deleted.
CREATE TABLE topic_id (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    last    INTEGER NOT NULL
) STRICT;

-- Closed stretches of a topic; retention by bytes and age, and a seek by offset, go by them.
CREATE TABLE mark (
    topic_id        INTEGER NOT NULL,
    end             INTEGER NOT NULL,            -- offset after the stretch's last message
    last_idx        INTEGER NOT NULL,            -- cursor of its last message
    last_place      INTEGER NOT NULL,
    first_time      INTEGER NOT NULL,
    last_time       INTEGER NOT NULL,
    total_bytes     INTEGER NOT NULL,            -- ever appended to the topic up to "end"
    PRIMARY KEY (topic_id, end)
) STRICT, WITHOUT ROWID;

-- Messages of one topic that were written together. Whoever wants messages one by one: the view "message".
CREATE TABLE chunk (
    -- (settled index of the transaction) * 2^20 + number within it, numbered by first cursor. So the chunks of one
    -- transaction stand together, transactions stand in log order, and only chunks of one transaction overlap.
    id              INTEGER PRIMARY KEY,
    topic_id        INTEGER NOT NULL,
    base_offset     INTEGER NOT NULL,            -- of the first message; the others follow without a hole
    count           INTEGER NOT NULL,
    first_idx       INTEGER NOT NULL,            -- cursor of the first message
    first_place     INTEGER NOT NULL,
    last_idx        INTEGER NOT NULL,            -- cursor of the last message
    last_place      INTEGER NOT NULL,
    first_time      INTEGER NOT NULL,
    last_time       INTEGER NOT NULL,
    body_crc        INTEGER NOT NULL,
    head_crc        INTEGER NOT NULL,            -- over everything else, so that nobody reads the body to trust it
    positions       BLOB    NOT NULL,            -- for each message varints, see io.skein.store.Positions
    body            BLOB    NOT NULL             -- a JSON array of the messages as every door delivers them, UTF-8
) STRICT;

-- Its entries end with the row's id: the chunks of a topic in log order.
CREATE INDEX chunk_of_topic ON chunk (topic_id);

-- Topics with something left to remove: trimmed, or deleted and no longer in "topic". Emptied in small steps.
CREATE TABLE sweep (
    topic_id        INTEGER PRIMARY KEY
) STRICT;

-- Messages with a time to live of their own.
CREATE TABLE ttl (
    topic_id        INTEGER NOT NULL,
    "offset"        INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    expired         INTEGER NOT NULL,            -- 1 once it no longer counts
    PRIMARY KEY (topic_id, "offset")
) STRICT, WITHOUT ROWID;

-- Delayed messages: they get their offset when they are due.
CREATE TABLE scheduled (
    id              INTEGER PRIMARY KEY,
    idx             INTEGER NOT NULL,
    place           INTEGER NOT NULL,
    due             INTEGER NOT NULL,
    time            INTEGER NOT NULL,            -- when it was taken
    topic           TEXT    NOT NULL,
    key             TEXT    NOT NULL,
    format          TEXT    NOT NULL,
    content_type    TEXT    NOT NULL,
    headers         TEXT    NOT NULL,            -- JSON array: name, value, name, value...
    delay_ms        INTEGER NOT NULL,
    ttl_ms          INTEGER NOT NULL,
    expect_offset   INTEGER NOT NULL,            -- -1: any
    crc             INTEGER NOT NULL,
    body            BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX scheduled_by_cursor ON scheduled (idx, place);

-- Producers that number their publish commands, and the answers to the last of them (the last one always stays).
CREATE TABLE producer (
    id              INTEGER PRIMARY KEY,
    name            TEXT    NOT NULL UNIQUE,
    epoch           INTEGER NOT NULL
) STRICT;

CREATE TABLE producer_answer (
    producer_id     INTEGER NOT NULL,
    number          INTEGER NOT NULL,
    time            INTEGER NOT NULL,
    answer          BLOB    NOT NULL,            -- OutcomeProto
    PRIMARY KEY (producer_id, number)
) STRICT, WITHOUT ROWID;

-- Idempotency keys that are remembered, by the place in the log of their command.
CREATE TABLE idempotency (
    idx             INTEGER NOT NULL,
    place           INTEGER NOT NULL,
    scope_high      INTEGER NOT NULL,            -- 128 bits over principal, route and the client's key
    scope_low       INTEGER NOT NULL,
    body_hash       INTEGER NOT NULL,
    time            INTEGER NOT NULL,
    brief_kind      INTEGER,                     -- the answer, when it is short; NULL: it is in "answer"
    brief_number    INTEGER,
    PRIMARY KEY (idx, place)
) STRICT, WITHOUT ROWID;

-- Answers to commands with a key that are too long for memory.
CREATE TABLE answer (
    idx             INTEGER NOT NULL,
    place           INTEGER NOT NULL,
    crc             INTEGER NOT NULL,
    answer          BLOB    NOT NULL,            -- OutcomeProto
    PRIMARY KEY (idx, place)
) STRICT, WITHOUT ROWID;

-- Every message that can still be read, one by one.
CREATE VIEW message AS
SELECT
    t.name                                                          AS topic,
    c.base_offset + m.key                                           AS "offset",
    m.value ->> '$.cursor'                                          AS cursor,
    m.value ->> '$.time'                                            AS time,
    m.value ->> '$.key'                                             AS key,
    m.value ->> '$.headers'                                         AS headers,
    m.value ->> '$.format'                                          AS format,
    m.value ->> '$.contentType'                                     AS content_type,
    m.value ->> '$.body'                                            AS body,
    m.value ->> '$.body64'                                          AS body64 -- instead of body when it is no text
FROM chunk c
JOIN topic t ON t.id = c.topic_id
JOIN json_each(CAST(c.body AS TEXT)) m
WHERE c.base_offset + c.count > t.low_water
  AND c.base_offset + m.key >= t.low_water
  AND NOT EXISTS (
    SELECT 1 FROM ttl
    WHERE ttl.topic_id = c.topic_id AND ttl."offset" = c.base_offset + m.key
      AND (ttl.expired = 1 OR ttl.expires_at <= (SELECT state.time FROM state)));
