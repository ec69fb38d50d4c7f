/**
 * The hall: one interface for all doors.
 *
 * <p>Who comes in: a door has a {@link io.skein.broker.Gate} and nothing else. It gives a {@link io.skein.broker.Guest}, who
 * has a broker of his own ({@code GuardedBroker}), his {@link io.skein.broker.Accounts} and his {@link
 * io.skein.broker.Mailbox}. {@code Access} is the one place that knows who may what: it gives each guest a permit of the
 * account machine, and a new one in the turn of the replica that changes what it rests on.
 *
 * <p>How much may come in is {@code Throttle}'s matter, which the guests' brokers ask before anything is proposed: limits of
 * the account machine, and what is used of them at this node.
 *
 * <p>Behind the gate, start at {@link io.skein.broker.Broker}; {@link io.skein.broker.LocalBroker} is the one of a node. A publish goes to
 * the {@link io.skein.cluster.Proposer}; a read is {@code Reads}' matter. A stream is a {@code Session}, one of the node's
 * {@code Streams}, on its subscriber's event loop: it reads pages from {@code History} (tail and rows) until one ends where
 * the log ends, and is live from then on: {@code Fanout} hands each batch to the {@code Sessions} of every loop.
 *
 * <p>Why there is neither gap nor double: a page that ends the log was read on the replica's context, and its answer
 * reaches the session's loop in order with the live batches. What came before it is skipped because the session was not
 * live, what comes after it is after {@code through}.
 *
 * <p>Why what retention takes away is told: a page's reader says up to which trim it was told, and {@code Losses} gathers
 * those since, of all topics that match, in the very turn of the replica that decides what the page may hold. A page costs
 * that turn what it holds and what was trimmed since the last, never what matches.
 *
 * <p>A pull of a durable subscription ({@link io.skein.broker.Subscriptions}) stands in the line of its subscription
 * ({@code PullLines}) until this node's own state says that there is something for it; then it is a command, and what that
 * lent is read here as a {@link io.skein.broker.Loan}, page by page: the newest from the tail, older from rows, which stay
 * for it ({@link io.skein.store.Holds}). Acks are commands at once; the proposer makes one entry of all that come in a turn.
 * What needs rows to be decided, keys and places in time, this node reads before it proposes. What became of one message is
 * the state's word and, beyond it, what this node's log holds ({@code Traces}).
 *
 * <p>Mail is {@code LocalMail}'s: commands, pages from rows that were settled first, and {@code MailWatches}, which hands
 * what was applied to those who watch, each on its own context, or a gap to who does not keep up.
 *
 * <p>What operators ask is the matter of {@code LocalTopics}, {@code LocalMembers} and {@code LocalBackups}; what the node is fit for, and says
 * to who comes all the same, that of {@code Health}.
 *
 * <p>Bounds: streams (reads that wait are streams), filters and page sizes in {@link io.skein.broker.BrokerConfig}; a loop
 * that does not keep up loses batches on their way to it, and its sessions read them from the store; no session holds
 * messages. {@link io.skein.broker.Allowances} is what all clients of the node together may make it hold, whatever door they came
 * by; connections are counted in {@link io.skein.broker.BrokerConfig}.
 *
 * <p>May know: {@code cluster}, {@code store}, {@code replica}, {@code raft} (status only), {@code machine}, the machines,
 * {@code frame}.
 */
package io.skein.broker;
