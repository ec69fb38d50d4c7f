-- Accounts: who there is, and who may what. No password and no token stands here, only hashes.

CREATE TABLE account (
    id              INTEGER PRIMARY KEY,         -- never used twice, nor is a version, nor the id of a session or token
    name            TEXT    NOT NULL,
    role            TEXT    NOT NULL,            -- ADMIN or MEMBER
    password        TEXT    NOT NULL,            -- a slow salted hash; empty: none
    version         INTEGER NOT NULL,            -- of the password
    created_time    INTEGER NOT NULL
) STRICT;

-- The case of names does not count.
CREATE UNIQUE INDEX account_by_name ON account (name COLLATE NOCASE);

-- Numbers of accounts, passwords, sessions and tokens, so that none is used twice even when the last one was removed.
CREATE TABLE account_number (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    last    INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
    id              INTEGER PRIMARY KEY,
    account_id      INTEGER NOT NULL,
    bearer          BLOB    NOT NULL,            -- SHA-256 of the token
    created_time    INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX session_of_account ON session (account_id);

-- Tokens for programs.
CREATE TABLE token (
    id              INTEGER PRIMARY KEY,
    account_id      INTEGER NOT NULL,            -- may no more than this account may
    name            TEXT    NOT NULL,
    bearer          BLOB    NOT NULL,            -- SHA-256 of the token
    scopes          TEXT    NOT NULL,            -- JSON array: action, filter, action, filter...; empty: all the account may
    created_time    INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL             -- 0: it does not end by itself
) STRICT;

CREATE INDEX token_of_account ON token (account_id);

-- Who may do what with which topics.
CREATE TABLE access_rule (
    account_id      INTEGER NOT NULL,            -- 0: every member
    filter          TEXT    NOT NULL,            -- of topics
    action          TEXT    NOT NULL,            -- PUBLISH, SUBSCRIBE or MANAGE
    allow           INTEGER NOT NULL,            -- 0: forbidden, whatever other rules allow
    PRIMARY KEY (account_id, filter, action)
) STRICT, WITHOUT ROWID;
