-- Mail between accounts: the chat.

CREATE TABLE mail (
    id              INTEGER PRIMARY KEY,         -- one order for all, never used twice
    from_id         INTEGER NOT NULL,            -- account
    to_id           INTEGER NOT NULL,            -- account
    time            INTEGER NOT NULL,            -- stamp of the log, epoch milliseconds
    content         TEXT    NOT NULL,
    read            INTEGER NOT NULL,            -- 1: by who received it
    crc             INTEGER NOT NULL             -- CRC32C over all but "read"
) STRICT;

-- Pages, newest first: the id stands at the end of every index.
CREATE INDEX mail_by_receiver ON mail (to_id);
CREATE INDEX mail_by_pair ON mail (from_id, to_id);
CREATE INDEX mail_by_sender ON mail (from_id);
CREATE INDEX mail_unread ON mail (to_id) WHERE read = 0;
CREATE INDEX mail_unread_by_pair ON mail (to_id, from_id) WHERE read = 0;

-- Ids of mails, so that none is used twice even when the last one was deleted.
CREATE TABLE mail_id (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    last    INTEGER NOT NULL
) STRICT;

-- Accounts that were deleted and whose mail, which nobody sees any more, is not yet removed.
CREATE TABLE mail_sweep (
    account_id      INTEGER PRIMARY KEY
) STRICT;

-- Every mail that is there.
CREATE VIEW mailbox AS
SELECT
    m.id                                                            AS id,
    s.name                                                          AS "from",
    r.name                                                          AS "to",
    m.time                                                          AS time,
    m.content                                                       AS content,
    m.read                                                          AS read
FROM mail m
JOIN account s ON s.id = m.from_id
JOIN account r ON r.id = m.to_id;
