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
