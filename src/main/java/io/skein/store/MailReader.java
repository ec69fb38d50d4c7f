package io.skein.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Pages of mail, newest first, over the reader's connections: a page costs what it holds, however much mail there is.
 * What is applied and not settled is not in it: the caller settles first.
 */
public final class MailReader {
    private static final String RECEIVED =
            "SELECT id FROM mail INDEXED BY mail_by_receiver WHERE to_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

    private static final String SENT =
            "SELECT id FROM mail INDEXED BY mail_by_sender WHERE from_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

    private static final String RECEIVED_FROM = """
            SELECT id FROM mail INDEXED BY mail_by_pair
            WHERE from_id = ?4 AND to_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3""";

    private static final String SENT_TO = """
            SELECT id FROM mail INDEXED BY mail_by_pair
            WHERE from_id = ?1 AND to_id = ?4 AND id < ?2 ORDER BY id DESC LIMIT ?3""";

    /** The newest of two; what is both, as one wrote to oneself, is there once. */
    private static final String EITHER = "SELECT id FROM (%s) UNION SELECT id FROM (%s) ORDER BY id DESC LIMIT ?3";

    private static final String UNREAD = """
            SELECT id FROM mail INDEXED BY mail_unread
            WHERE to_id = ?1 AND read = 0 AND id < ?2 ORDER BY id DESC LIMIT ?3""";

    private static final String UNREAD_FROM = """
            SELECT id FROM mail INDEXED BY mail_unread_by_pair
            WHERE to_id = ?1 AND from_id = ?4 AND read = 0 AND id < ?2 ORDER BY id DESC LIMIT ?3""";

    /** Of the chosen ones as many as come to so many bytes, the first whatever its size; and how many were chosen. */
    private static final String PAGE = """
            WITH chosen AS MATERIALIZED (%s),
                measured AS (
                    SELECT c.id AS id, sum(octet_length(m.content)) OVER (ORDER BY c.id DESC) AS bytes
                    FROM chosen c CROSS JOIN mail m ON m.id = c.id)
            SELECT m.id, m.from_id, s.name, m.to_id, r.name, m.time, m.content, m.read, m.crc,
                (SELECT count(*) FROM chosen)
            FROM measured c
            CROSS JOIN mail m ON m.id = c.id
            LEFT JOIN account s ON s.id = m.from_id
            LEFT JOIN account r ON r.id = m.to_id
            WHERE c.bytes <= ?5 OR c.id = (SELECT max(id) FROM chosen)
            ORDER BY c.id DESC""";

    private static final String PAGE_OF_ALL = PAGE.formatted(EITHER.formatted(RECEIVED, SENT));
    private static final String PAGE_WITH = PAGE.formatted(EITHER.formatted(RECEIVED_FROM, SENT_TO));
    private static final String PAGE_OF_UNREAD = PAGE.formatted(UNREAD);
    private static final String PAGE_OF_UNREAD_FROM = PAGE.formatted(UNREAD_FROM);

    private final Pool pool;
    private final Consumer<Throwable> failed;

    /** @param failed told of what goes wrong, among it what is not as it was written */
    MailReader(Pool pool, Consumer<Throwable> failed) {
        this.pool = pool;
        this.failed = failed;
    }

    /**
     * @param mails newest first; fewer than were asked for when they come to too many bytes, or some went meanwhile
     * @param next below this id the next page begins; empty: there is no more
     */
    public record Page(List<StoredMail> mails, OptionalLong next) {}

    /**
     * What an account received or sent.
     *
     * @param with only what was exchanged with this account; empty: all
     * @param unreadOnly only what the account received and has not read
     * @param before only ids below this one
     * @param limit so many at most
     * @param maxBytes of contents in UTF-8, unless the first alone has more
     */
    public Future<Page> page(
            long account, OptionalLong with, boolean unreadOnly, long before, int limit, long maxBytes) {
        String page = unreadOnly
                ? with.isPresent() ? PAGE_OF_UNREAD_FROM : PAGE_OF_UNREAD
                : with.isPresent() ? PAGE_WITH : PAGE_OF_ALL;
        // One more than is asked for says whether there are more.
        return pool.preparedQuery(page)
                .execute(Tuple.of(account, before, limit + 1, with.orElse(0), maxBytes))
                .map(rows -> page(rows, limit))
                .onFailure(failed::accept);
    }

    private static Page page(RowSet<Row> rows, int limit) {
        List<StoredMail> mails = new ArrayList<>();
        long last = 0;
        int seen = 0;
        boolean hasMore = false;
        for (Row row : rows) {
            if (seen == limit) {
                break;
            }
            seen++;
            last = row.getLong(0);
            hasMore = seen < row.getLong(9);
            // Mail of an account that is gone only waits to be removed.
            if (row.getString(2) != null && row.getString(4) != null) {
                mails.add(mail(row));
            }
        }
        return new Page(mails, hasMore ? OptionalLong.of(last) : OptionalLong.empty());
    }

    private static StoredMail mail(Row row) {
        StoredMail mail = new StoredMail(
                row.getLong(0),
                row.getLong(1),
                row.getString(2),
                row.getLong(3),
                row.getString(4),
                row.getLong(5),
                row.getString(6),
                row.getInteger(7) == 1);
        if (Checksum.ofMail(mail.id(), mail.from(), mail.to(), mail.time(), mail.content()) != row.getLong(8)) {
            throw new Damaged("mail " + mail.id() + " is not what was written");
        }
        return mail;
    }
}
