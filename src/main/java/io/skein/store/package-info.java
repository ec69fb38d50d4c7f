/**
 * The node's disk: one SQLite database behind one writer, readers beside it, and the tail of newest messages before it.
 *
 * <p>Walk it from {@link io.skein.store.Store}: a {@link io.skein.replica.WriteBatch} goes over the event bus to
 * {@code WriterVerticle}, which lets {@code BatchWriter} write it in one transaction with one fsync (several batches when
 * several wait) and says so. {@code LogRows}, {@code TopicRows}, {@code ChunkRows}, {@code ProducerRows},
 * {@code SubscriptionRows}, {@code AccountRows}, {@code MailRows} and {@code KeyRows} know one part of the schema each ({@code src/main/resources/schema});
 * {@code ImageLoader} brings it back. {@link io.skein.store.Reader} reads messages; {@code Seats} say how many
 * pages at a time; {@link io.skein.store.Holds} keep rows from {@code Sweep} for who is about to read them. {@code Scrubber}
 * looks for damage nobody has asked for.
 *
 * <p>For other nodes {@code SnapshotCopy} makes a {@link io.skein.store.SnapshotFile} beside the writer; on the other side
 * {@code Installation} verifies it and makes it the database, in a new generation of the {@link
 * io.skein.store.DataDirectory}. A node that can no longer keep what it promised sets its data aside there and begins as a
 * new one.
 *
 * <p>The same file is a backup: {@link io.skein.store.BackupFile} looks one through, and {@code Restoration} makes a
 * new node's data of it.
 *
 * <p>Invariants: what {@link io.skein.store.StoreHandler#written} says is durable and visible to readers; batches are
 * written in order of their numbers, each whole or not at all, none without the one before; the rows equal the changes
 * up to the settled index exactly; nothing leaves that does not match its checksum; after an error at COMMIT other than a
 * full disk nothing more is written; a snapshot is the state at one index exactly, chunks apart that retention has
 * removed; whatever stops the process, a data directory names a generation that is whole.
 *
 * <p><b>Reads without a gap</b> (DESIGN D16). Let S be {@link io.skein.store.Tail#visible()}: the settled index of the
 * last batch that was reported as written. Rows hold every message up to S, and any query begun after the report sees
 * them; they may hold more, which a reader leaves out by its {@code upTo}. The tail holds every message after its floor,
 * and the floor is never above S. So a page after cursor c comes
 *
 * <ul>
 *   <li>from the tail when it {@link io.skein.store.Tail#covers covers} c;
 *   <li>else from rows in (c, end of S]; the next page goes on from {@code next}, and once that is the end of S from the
 *       tail, or from rows again when S and the floor have moved on meanwhile.
 * </ul>
 *
 * {@link io.skein.store.Store#page} does this. Nothing is read twice and nothing left out, because both sides order by
 * cursor and a page says up to where it is complete. What retention removes meanwhile is the caller's to notice: rows that
 * are trimmed and gone before the query are simply not there, so whether there was a gap is judged by the topics' trims as
 * they are when {@link io.skein.store.Visibility} is asked, which is after the query.
 *
 * <p>May know: {@code replica}, {@code raft}, {@code machine} and the machines, {@code wire}, {@code frame}; of foreigners
 * Vert.x core, the Vert.x SQL client, {@code java.sql} and {@code org.sqlite}, the last three nowhere else.
 */
package io.skein.store;
