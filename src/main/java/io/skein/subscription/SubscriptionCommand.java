package io.skein.subscription;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import java.util.List;
import java.util.Optional;

/** What can be asked of the subscription machine. Each is one entry, also where it touches topics (DESIGN section 2). */
public sealed interface SubscriptionCommand extends Command {
    /**
     * Makes the subscription or changes its configuration.
     *
     * @param from where it begins: a new one in all topics, another in those that a changed filter adds
     */
    record Configure(SubscriptionName name, SubscriptionConfig config, Start from) implements SubscriptionCommand {
        @Override
        public int size() {
            return 256 + startSize(from);
        }
    }

    record Pause(SubscriptionName name, boolean paused) implements SubscriptionCommand {
        @Override
        public boolean frees() {
            return true;
        }
    }

    /** Dead letters stay in their topic. */
    record Delete(SubscriptionName name) implements SubscriptionCommand {
        @Override
        public boolean frees() {
            return true;
        }
    }

    /**
     * Lends messages.
     *
     * @param max at most so many; 1 to {@code Limits.MAX_PULL_MESSAGES}
     * @param consumer who asks, for people to read; may be empty
     * @param leaseMs 0: as the subscription says
     * @param keys what the leader read of {@code SubscriptionMachine.keysWanted}; none where keys do not matter
     */
    record Pull(SubscriptionName name, int max, String consumer, long leaseMs, List<Keys> keys)
            implements SubscriptionCommand {
        public Pull {
            keys = List.copyOf(keys);
        }

        @Override
        public int size() {
            int size = 64;
            for (Keys one : keys) {
                size += 32 + 10 * one.hashes().size();
            }
            return size;
        }
    }

    /** Messages are done with. @param leases at most {@code Limits.MAX_LEASES} of them */
    record Ack(SubscriptionName name, List<Leases> leases) implements SubscriptionCommand {
        public Ack {
            leases = List.copyOf(leases);
        }

        @Override
        public boolean frees() {
            return true;
        }

        @Override
        public int size() {
            return 32 + 32 * leases.size();
        }
    }

    /**
     * Messages could not be worked on.
     *
     * @param delayMs how long they wait; -1: as the subscription's backoff says
     * @param reason goes with those that become dead letters; may be empty
     */
    record Nack(SubscriptionName name, List<Leases> leases, long delayMs, String reason)
            implements SubscriptionCommand {
        public Nack {
            leases = List.copyOf(leases);
        }

        @Override
        public int places() {
            return SubscriptionCommand.places(leases);
        }

        @Override
        public int size() {
            return 64 + 32 * leases.size() + reason.length();
        }
    }

    /** The leases last longer, from now. @param leaseMs 0: as the subscription says */
    record Extend(SubscriptionName name, List<Leases> leases, long leaseMs) implements SubscriptionCommand {
        public Extend {
            leases = List.copyOf(leases);
        }

        @Override
        public int size() {
            return 32 + 32 * leases.size();
        }
    }

    /** Moves the positions; all leases are lost, nothing waits any more. What is on its way to the dead letters goes on. */
    record Seek(SubscriptionName name, Start to) implements SubscriptionCommand {
        @Override
        public int size() {
            return 64 + startSize(to);
        }
    }

    /**
     * Hands dead letters out again, from the dead-letter topic, as if for the first time.
     *
     * @param chosen those that the leader found to match a filter, none of them twice; empty: all
     * @param rate so many a second, after those that an earlier redrive has not let go yet, which go on at this rate too; 0: at
     *     once
     */
    record Redrive(SubscriptionName name, Optional<List<OffsetRange>> chosen, int rate) implements SubscriptionCommand {
        public Redrive {
            chosen = chosen.map(List::copyOf);
        }

        @Override
        public int size() {
            return 64 + 32 * chosen.map(List::size).orElse(0);
        }
    }

    /** Forgets dead letters; they stay in their topic. @param chosen as in {@link Redrive} */
    record Discard(SubscriptionName name, Optional<List<OffsetRange>> chosen) implements SubscriptionCommand {
        public Discard {
            chosen = chosen.map(List::copyOf);
        }

        @Override
        public boolean frees() {
            return true;
        }

        @Override
        public int size() {
            return 64 + 32 * chosen.map(List::size).orElse(0);
        }
    }

    /**
     * Proposed by the leader when leases end, delays are over, redriven messages have their turn, or a topic may drop
     * what every subscription has acknowledged.
     *
     * @param ended leases that the leader saw end, for people who read the log; nothing is decided by it, and it may not be
     *     all of them
     */
    record Settle(List<Leases> ended) implements SubscriptionCommand {
        public Settle {
            ended = List.copyOf(ended);
        }

        public Settle() {
            this(List.of());
        }

        @Override
        public int size() {
            return 64 + 32 * ended.size();
        }

        /** Each step may mark one run. */
        @Override
        public int places() {
            return MAX_STEPS;
        }

        @Override
        public boolean frees() {
            return true;
        }
    }

    /** More than any {@link SubscriptionLimits#steps}. */
    int MAX_STEPS = 10_000;

    /**
     * Proposed by the leader with the bodies it read for a mark. Never refused for limits: the copy creates its topic and
     * ignores {@code onFull}, format validation and the size limit.
     *
     * @param messages the first of the marked messages, from {@code first} on, as they are in their topic
     */
    record DeadLetter(Cursor mark, long first, List<Message> messages) implements SubscriptionCommand {
        public DeadLetter {
            messages = List.copyOf(messages);
        }

        @Override
        public Optional<Cursor> body() {
            return Optional.of(mark);
        }

        @Override
        public int places() {
            return Math.max(1, messages.size());
        }

        @Override
        public int size() {
            int size = 64;
            for (Message message : messages) {
                size += message.size();
            }
            return size;
        }
    }

    /**
     * All or nothing: messages are published, leases acknowledged and given back.
     *
     * @param messages as in {@code TopicCommand.Publish}; may be none
     * @param door as there
     */
    record Transact(List<Publication> messages, boolean mayCreate, List<Acks> acks, List<Nacks> nacks, String door)
            implements SubscriptionCommand {
        public Transact {
            messages = List.copyOf(messages);
            acks = List.copyOf(acks);
            nacks = List.copyOf(nacks);
        }

        public Transact(List<Publication> messages, boolean mayCreate, List<Acks> acks, List<Nacks> nacks) {
            this(messages, mayCreate, acks, nacks, "");
        }

        @Override
        public int places() {
            int places = messages.size();
            for (Nacks nack : nacks) {
                places += SubscriptionCommand.places(nack.leases());
            }
            return Math.max(1, places);
        }

        @Override
        public int size() {
            int size = 64;
            for (Publication publication : messages) {
                size += publication.message().size();
            }
            for (Acks ack : acks) {
                size += 64 + 32 * ack.leases().size();
            }
            for (Nacks nack : nacks) {
                size += 64 + 32 * nack.leases().size() + nack.reason().length();
            }
            return size;
        }
    }

    record Acks(SubscriptionName name, List<Leases> leases) {
        public Acks {
            leases = List.copyOf(leases);
        }
    }

    /** @param delayMs as in {@link Nack} */
    record Nacks(SubscriptionName name, List<Leases> leases, long delayMs, String reason) {
        public Nacks {
            leases = List.copyOf(leases);
        }
    }

    /**
     * RRMQ: takes the first message of a topic for good, lease and ack in one. The queue's subscription is made, from
     * earliest, if there is none yet.
     */
    record Take(TopicName topic) implements SubscriptionCommand {}

    /** RRMQ: makes a topic that must not exist, and its queue's subscription with it. */
    record CreateQueue(TopicName topic) implements SubscriptionCommand {}

    /** Deletes a topic with its messages and its queue's subscription; others that follow it go on without. */
    record DeleteTopic(TopicName topic) implements SubscriptionCommand {
        @Override
        public boolean frees() {
            return true;
        }
    }

    private static int places(List<Leases> leases) {
        long messages = 1;
        for (Leases lease : leases) {
            messages += lease.count();
        }
        // A list of more is refused, and marks nothing.
        return (int) Math.min(messages, MAX_STEPS + 1);
    }

    private static int startSize(Start start) {
        return start instanceof Start.At at ? 16 * at.offsets().size() : 0;
    }
}
