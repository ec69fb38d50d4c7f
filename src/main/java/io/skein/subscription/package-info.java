/**
 * Durable named subscriptions: who has seen what. Positions, leases, ack and nack, backoff, dead letters, transactions
 * and the queues of RRMQ.
 *
 * <p>Walk it from {@link io.skein.subscription.SubscriptionMachine}: a {@link io.skein.subscription.SubscriptionCommand}
 * is decided into a {@link io.skein.subscription.SubscriptionOutcome} and changes, and every change is then evolved. No
 * body is ever kept or needed here, and no message that merely waits costs anything.
 *
 * <p>May know: {@code topic}, {@code machine}, {@code wire}; nothing outside the pure part of {@code java.*}.
 *
 * <p><b>The model.</b> For each topic that it follows a subscription has a <em>position</em>: the offset of the first
 * message that it has not begun with. Below it, what is not settled lies in <em>runs</em>
 * ({@link io.skein.subscription.Run}): messages with consecutive offsets in one state, LEASED, DELAYED, READY or PACED.
 * What lies below the position and in no run is settled. So a million waiting messages are one number, a batch that was
 * pulled is one run until it is acknowledged, and acknowledgements out of order cost the runs they leave behind. A message
 * that failed too often leaves its run for a {@link io.skein.subscription.Mark}, from there goes to the dead-letter
 * topic, and is from then on one of the subscription's <em>dead</em> offsets there. A redrive makes dead offsets runs of
 * the dead-letter topic, in which a subscription has no position of its own.
 *
 * <p><b>Two machines, one entry.</b> What touches topics too (transactions, dead letters, queues, work-queue trims) is a
 * command of this room. {@code SubscriptionMachine} asks {@code TopicMachine} for a draft and lets it decide the topics'
 * part; the decision carries the changes of both, and each machine evolves its own. What topics do by themselves this
 * machine is shown (<code>observe</code>): a new topic that a filter matches is followed from offset 0, a deleted one
 * takes positions, runs, marks and dead offsets in it along, an append wakes those who have nothing left. Retention is not
 * followed message by message: a position below a topic's low water counts as if it stood there.
 *
 * <p><b>Time.</b> A lease ends, a delay is over, when an entry says so ({@code Settle}, which the leader proposes when it
 * is due), never merely by the clock. So an ack that comes late is taken as long as nobody else has got the message and it
 * has another delivery left; after the last it is on its way to the dead letters, and the ack is refused.
 * Messages whose own TTL is over by the stamp of the command are not handed out.
 *
 * <p>Invariants: runs of a position do not overlap and lie below it; a message is in at most one run of a
 * subscription (and in a mark too only where a seek brought it back meanwhile), and a lease names at most one run of it; of one key at most one message is lent (order KEY); what
 * failed its last delivery is in a mark until it is copied, and a mark's first message is pinned in its topic; ids and
 * lease names are never used twice; whatever decides depends only on what is listed below and on the topic machine.
 *
 * <p>What was decided where DESIGN and API are silent: the topic of a subscription's own dead letters is not followed,
 * whatever the filter says; the default is a lease of 30 s, 5 deliveries, backoff 1 s and 10 s; a lease that expires
 * waits as after a nack; extend counts from now; dead letters carry the {@code skein-dead-*} headers in place of older
 * ones; a redriven message that fails again is dead where it is, without another copy; of a subscription's topics each
 * gives a few messages in its turn, by id; a queue's subscription ({@code $rrmq/...}) is neither made, changed, sought nor
 * deleted by clients, and never gives up a message; a queue's topic keeps its messages like any other.
 *
 * <p><b>What the store keeps of each change</b> so that its rows give the same state back. A change is a row:
 *
 * <table>
 * <caption>rows</caption>
 * <tr><td>Created</td><td>a subscription: id, name, configuration, at, time, all counters 0; and the highest id ever given,
 * for good</td></tr>
 * <tr><td>Configured</td><td>its configuration</td></tr>
 * <tr><td>Deleted</td><td>everything of the subscription goes</td></tr>
 * <tr><td>Counted</td><td>its counters</td></tr>
 * <tr><td>Positioned</td><td>a row (subscription, topic, next), new or changed; when it clears, the runs of both go</td></tr>
 * <tr><td>Left</td><td>the row and the runs of (subscription, topic) go</td></tr>
 * <tr><td>RunSet</td><td>a row (subscription, topic, first, ...), new or replaced</td></tr>
 * <tr><td>RunGone</td><td>that row goes</td></tr>
 * <tr><td>MarkSet</td><td>a row (subscription, at, ...), new or replaced</td></tr>
 * <tr><td>MarkGone</td><td>that row goes</td></tr>
 * <tr><td>DeadSet</td><td>a row (subscription, topic, first, count), new or replaced</td></tr>
 * <tr><td>DeadGone</td><td>that row goes</td></tr>
 * <tr><td>topic's Deleted</td><td>positions, runs, marks and dead stretches in the topic go</td></tr>
 * </table>
 *
 * <p><b>What it gives back at start</b>, after all of the topic machine's rows, into an empty machine, in this order:
 * LastSubscription; for each subscription, by id, Created (with the present configuration), Counted, Positioned (not
 * clearing), RunSet, MarkSet, DeadSet, each ascending. That is also what {@code snapshot} gives.
 */
package io.skein.subscription;
