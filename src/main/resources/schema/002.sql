-- Subscriptions: who has seen what.

-- 1: a work queue, which drops what every subscription has settled.
ALTER TABLE topic ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 0;

-- Messages that somebody is about to copy: they and all after them stay, whatever retention says.
CREATE TABLE pin (
    topic_id        INTEGER NOT NULL,
    "offset"        INTEGER NOT NULL,
    times           INTEGER NOT NULL,            -- so many want it
    PRIMARY KEY (topic_id, "offset")
) STRICT, WITHOUT ROWID;

CREATE TABLE subscription (
    id              INTEGER PRIMARY KEY,         -- never used twice: a subscription made again has a new one
    name            TEXT    NOT NULL UNIQUE,
    created_idx     INTEGER NOT NULL,
    created_place   INTEGER NOT NULL,
    created_time    INTEGER NOT NULL,
    filter          TEXT    NOT NULL,            -- of topics
    lease_ms        INTEGER NOT NULL,
    max_deliveries  INTEGER NOT NULL,            -- 0: no limit
    backoff_ms      TEXT    NOT NULL,            -- JSON array
    dead_letter     TEXT,                        -- topic; NULL: $dead/<name>
    by_key          INTEGER NOT NULL,            -- 1: of each key one message at a time
    paused          INTEGER NOT NULL,
    turn            INTEGER NOT NULL,            -- id of the topic that last gave a message
    delivered       INTEGER NOT NULL,            -- messages, ever
    redelivered     INTEGER NOT NULL,            -- of those, not for the first time
    acknowledged    INTEGER NOT NULL,            -- messages, ever
    rate            INTEGER NOT NULL             -- of redriven messages, a second
) STRICT;

-- Ids of subscriptions, so that none is used twice even when the last one was deleted.
CREATE TABLE subscription_id (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    last    INTEGER NOT NULL
) STRICT;

-- How far a subscription is in a topic; no row: at offset 0.
CREATE TABLE position (
    subscription_id INTEGER NOT NULL,
    topic_id        INTEGER NOT NULL,
    next            INTEGER NOT NULL,            -- everything below is in table "run", or settled
    PRIMARY KEY (subscription_id, topic_id)
) STRICT, WITHOUT ROWID;

-- Messages of a topic, in a row, that a subscription has begun with and not settled.
CREATE TABLE run (
    subscription_id INTEGER NOT NULL,
    topic_id        INTEGER NOT NULL,
    first           INTEGER NOT NULL,            -- offset of the first message
    count           INTEGER NOT NULL,
    state           TEXT    NOT NULL,            -- LEASED, DELAYED, READY, PACED, UNREAD: see io.skein.subscription.Run
    deliveries      INTEGER NOT NULL,
    time            INTEGER NOT NULL,            -- when something happens to it by itself; 0: nothing does
    lease_idx       INTEGER NOT NULL,            -- the pull that lent it last
    lease_place     INTEGER NOT NULL,
    consumer        TEXT    NOT NULL,
    key             INTEGER NOT NULL,            -- hash of its key; 0: none, or keys do not matter
    PRIMARY KEY (subscription_id, topic_id, first)
) STRICT, WITHOUT ROWID;

-- Messages that failed too often and are about to be copied to the topic of dead letters.
CREATE TABLE dead_letter_mark (
    idx             INTEGER NOT NULL,
    place           INTEGER NOT NULL,
    subscription_id INTEGER NOT NULL,
    topic_id        INTEGER NOT NULL,
    first           INTEGER NOT NULL,
    count           INTEGER NOT NULL,
    deliveries      INTEGER NOT NULL,
    reason          TEXT    NOT NULL,
    time            INTEGER NOT NULL,
    PRIMARY KEY (idx, place)
) STRICT, WITHOUT ROWID;

-- Dead letters of a subscription, in a row, in the topic they were copied to.
CREATE TABLE dead_letter (
    subscription_id INTEGER NOT NULL,
    topic_id        INTEGER NOT NULL,
    first           INTEGER NOT NULL,
    count           INTEGER NOT NULL,
    PRIMARY KEY (subscription_id, topic_id, first)
) STRICT, WITHOUT ROWID;
