-- Feature level 2. Other than the scripts before it, this one is not run when a database is opened but in the transaction
-- with the first rows of that level, when the whole cluster has it: until then the build before can open the database, and
-- from then on it refuses, as it knows no schema 5. So a script of a level only makes new tables.
-- The level itself stands in the configuration (log.proto).

-- Limits: how much may be published, and how many connections may be open.

CREATE TABLE traffic_limit (
    name                    TEXT    PRIMARY KEY,
    account_id              INTEGER NOT NULL,    -- 0: every account
    filter                  TEXT    NOT NULL,    -- of topics; empty: any
    shared                  INTEGER NOT NULL,    -- 1: all accounts have it together
    messages_per_second     INTEGER NOT NULL,    -- 0: as much as comes; here and below
    bytes_per_second        INTEGER NOT NULL,
    connections             INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
