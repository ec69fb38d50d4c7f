/**
 * Topics and their messages: append with dense offsets, retention, TTL, producer sequences, delayed messages.
 *
 * <p>Walk it from {@link io.skein.topic.TopicMachine}: a {@link io.skein.topic.TopicCommand} is decided into a
 * {@link io.skein.topic.TopicOutcome} and {@link io.skein.topic.TopicChange}s, and every change is then evolved. No body
 * is ever kept here: a topic is its figures, its marks (stretches of the log that retention by bytes and age removes
 * whole) and, where messages have a TTL of their own, those messages' expiries.
 *
 * <p>May know: {@code machine}, {@code wire}; nothing outside the pure part of {@code java.*}.
 *
 * <p>Invariants: offsets of a topic are dense and never used twice; {@code lowWater <= nextOffset}; the ends of the
 * marks rise from above {@code lowWater} to at most {@code nextOffset}; an {@code Appended} never spans a mark; a topic
 * id is never used twice; whatever decides depends only on what is listed below, so that a node that came back from its
 * rows decides like one that never stopped.
 *
 * <p>What is exact and what is not: offsets, the low water and the count always; the cursor of the last message that went
 * and the bytes kept are exact where whole stretches go (bytes, age) and where at most 100 messages are kept; where a
 * larger count ends a trim within a stretch, the cursor is that of the stretch's last message (never too early, so that
 * no gap is missed; whoever would be told of one for that asks the rows, which keep the message that went last) and the
 * bytes are in proportion. Bytes of expired messages count until their stretch goes.
 *
 * <p>What was decided where DESIGN and API are silent: clients neither publish to nor make topics that begin with
 * {@code $} (MALFORMED), but may change and delete those that exist; a message larger than its topic's {@code maxBytes}
 * is TOO_LARGE whatever {@code onFull} says; lowering a limit never trims where {@code onFull} is reject; the number of a
 * sequenced command that was refused stays free; a producer's first sequence is 1, a higher epoch counts from 1 again; a
 * delayed message expects no offset; a list that is refused whole is not remembered under its idempotency key.
 *
 * <p><b>What the store keeps of each change</b> so that its rows give the same state back:
 *
 * <table>
 * <caption>rows</caption>
 * <tr><td>Created</td><td>a topic: id, name, configuration, at, time; and the highest id ever given, for good</td></tr>
 * <tr><td>Configured</td><td>the topic's configuration</td></tr>
 * <tr><td>Deleted</td><td>everything of the topic goes; its delayed messages stay</td></tr>
 * <tr><td>Appended</td><td>bodies; the topic's nextOffset = nextOffset(), totalBytes += bytes, last = cursor of its last
 * message, lastTime = time, openTime = time if it was -1; when expiresAt is not MAX_VALUE a row (topic, offset,
 * expiresAt) for each message</td></tr>
 * <tr><td>Marked</td><td>a mark; the topic's openTime = -1</td></tr>
 * <tr><td>Trimmed</td><td>the topic's lowWater, last trimmed cursor, trimmedBytes; marks with {@code end <= lowWater} and
 * expiries with {@code offset < lowWater} go; when lowWater = nextOffset: openTime = -1</td></tr>
 * <tr><td>Expired</td><td>the message's expiry is marked as over (it stays until trimmed)</td></tr>
 * <tr><td>Pinned, Unpinned</td><td>a row (topic, offset) more or less; there may be several alike</td></tr>
 * <tr><td>Scheduled</td><td>at, due, time and the publication with its body</td></tr>
 * <tr><td>Unscheduled</td><td>that row goes</td></tr>
 * <tr><td>Produced</td><td>a row (producer, epoch, number, time, answer); the producer's rows of a lower epoch or with
 * {@code number <= this number - 1024} go</td></tr>
 * <tr><td>ProducerRemoved</td><td>all rows of the producer go</td></tr>
 * <tr><td>AnswersForgotten</td><td>the producer's rows with {@code number < last} go, the answer
 * of {@code last} becomes empty</td></tr>
 * </table>
 *
 * <p><b>What it gives back at start</b>, into an empty machine, in this order: LastTopic; for each topic, by id,
 * Created (with the present configuration), Trimmed (when anything was), Marked ascending, Head, TtlSet ascending,
 * Expired ascending for those marked so (instead of TtlSet), Pinned ascending; then Waiting, cursors ascending; then Produced, each
 * producer's numbers ascending. That is also what {@code snapshot} gives.
 */
package io.skein.topic;
