package io.skein.simulator;

import io.skein.account.AccountMachine;
import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.FeatureRaised;
import io.skein.machine.KeyChange.KeyRemembered;
import io.skein.machine.KeyChange.KeysForgotten;
import io.skein.mailbox.MailChange;
import io.skein.mailbox.MailMachine;
import io.skein.subscription.SubscriptionMachine;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows of the durable changes, folded as they come: a shadow of the machines, the keys, and what memory does not
 * keep (bodies that wait, answers). What a start reads back is the shadow's snapshot; some seeds read back every change
 * ever written instead, and both must come to the same.
 */
final class Rows {
    private final TopicMachine machine;
    private final SubscriptionMachine subscriptions;
    private final AccountMachine accounts = new AccountMachine(PeopleTruth.ACCOUNT_LIMITS);
    private final MailMachine mails = new MailMachine(accounts, PeopleTruth.MAIL_LIMITS);
    private final Options options;
    private final Ledger ledger;
    private final PeopleTruth people;
    private final Ledger.Stored stored;
    private final boolean raw;
    private final List<Change> all = new ArrayList<>();
    private final ArrayDeque<KeyRemembered> keys = new ArrayDeque<>();
    private final Map<Cursor, byte[]> answers = new HashMap<>();
    private final Map<Cursor, Publication> bodies = new HashMap<>();
    /** By producer: epoch and number of its last command. */
    private final Map<String, TopicChange.Produced> producers = new HashMap<>();

    private Cursor forgotten = Cursor.ORIGIN;

    Rows(Options options, Ledger ledger, PeopleTruth people) {
        this(options, ledger, people, new Ledger.Stored());
    }

    private Rows(Options options, Ledger ledger, PeopleTruth people, Ledger.Stored stored) {
        this.options = options;
        this.raw = options.disks().rawRows();
        this.machine = new TopicMachine(options.limits());
        this.subscriptions =
                new SubscriptionMachine(machine, options.consumers().limits());
        this.ledger = ledger;
        this.people = people;
        this.stored = stored;
    }

    Rows copy() {
        Rows copy = new Rows(options, ledger, people, stored.copy());
        machine.snapshot(copy::evolve);
        subscriptions.snapshot(copy::evolve);
        accounts.snapshot(copy::evolve);
        mails.snapshot(copy::evolve);
        copy.all.addAll(all);
        copy.keys.addAll(keys);
        copy.answers.putAll(answers);
        copy.bodies.putAll(bodies);
        copy.producers.putAll(producers);
        copy.forgotten = forgotten;
        return copy;
    }

    Ledger.Stored stored() {
        return stored;
    }

    void add(Change change) {
        if (raw) {
            all.add(change);
        }
        if (change instanceof KeyRemembered remembered) {
            keys.add(remembered);
            if (remembered.brief().isEmpty()) {
                answers.put(new Cursor(remembered.index(), remembered.place()), remembered.answer());
            }
        } else if (change instanceof FeatureRaised) {
            return; // what it says stands in the configuration
        } else if (change instanceof KeysForgotten gone) {
            forget(new Cursor(gone.index(), gone.place()));
        } else if (!machine.owns(change)) {
            if (change instanceof MailChange.Sent mail) {
                people.written(mail, mails.lastId());
            }
            evolve(change);
        } else {
            ledger.written(stored, (TopicChange) change);
            evolve(change);
            if (change instanceof TopicChange.Scheduled waiting) {
                bodies.put(waiting.at(), waiting.publication());
            } else if (change instanceof TopicChange.Unscheduled gone) {
                check(bodies.remove(gone.at()) != null, "nothing waited at " + gone.at());
            } else if (change instanceof TopicChange.Produced produced) {
                follow(produced);
            } else if (change instanceof TopicChange.ProducerRemoved removed) {
                producers.remove(removed.producer());
            }
        }
    }

    private void evolve(Change change) {
        if (machine.owns(change)) {
            machine.evolve(change);
            subscriptions.observe(change);
        } else if (mails.owns(change)) {
            mails.evolve(change);
        } else if (accounts.owns(change)) {
            accounts.evolve(change);
            mails.observe(change);
        } else {
            subscriptions.evolve(change);
        }
    }

    private void forget(Cursor through) {
        forgotten = through;
        while (!keys.isEmpty() && !cursorOf(keys.peekFirst()).isAfter(through)) {
            answers.remove(cursorOf(keys.pollFirst()));
        }
    }

    private static Cursor cursorOf(KeyRemembered key) {
        return new Cursor(key.index(), key.place());
    }

    /** A producer's commands are taken one after the other, and a new epoch begins anew. */
    private void follow(TopicChange.Produced next) {
        TopicChange.Produced last = producers.put(next.producer(), next);
        boolean follows = last == null
                ? next.number() == 1
                : next.epoch() == last.epoch()
                        ? next.number() == last.number() + 1
                        : next.epoch() > last.epoch() && next.number() == 1;
        check(follows, "producer took " + next + " after " + last);
    }

    /** The changes that rebuild the machines. */
    List<Change> read() {
        if (raw) {
            return all;
        }
        List<Change> rows = new ArrayList<>(keys.size() + 64);
        machine.snapshot(rows::add);
        subscriptions.snapshot(rows::add);
        accounts.snapshot(rows::add);
        mails.snapshot(rows::add);
        rows.addAll(keys);
        return rows;
    }

    TopicMachine machine() {
        return machine;
    }

    SubscriptionMachine subscriptions() {
        return subscriptions;
    }

    AccountMachine accounts() {
        return accounts;
    }

    MailMachine mails() {
        return mails;
    }

    /** The body that waits there; empty when it was released or cancelled. */
    Optional<Publication> body(Cursor place) {
        return Optional.ofNullable(bodies.get(place));
    }

    /** Messages of a topic from an offset on, as many as are kept in a row and within so many bytes; at least one. */
    List<Message> messages(long topic, long first, long most, int maxBytes) {
        List<Message> messages = new ArrayList<>();
        long lowWater = machine.find(topic).map(TopicView::lowWater).orElse(Long.MAX_VALUE);
        int bytes = 0;
        for (long offset = first; offset >= lowWater && offset < first + most; offset++) {
            Optional<Message> message = ledger.message(stored, topic, offset);
            bytes += message.map(Message::size).orElse(0);
            if (message.isEmpty() || !messages.isEmpty() && bytes > maxBytes) {
                break;
            }
            messages.add(message.get());
        }
        return messages;
    }

    /** The answer kept for a key; empty when the key is forgotten. */
    Optional<byte[]> answer(Cursor place) {
        byte[] answer = answers.get(place);
        check(answer != null || !place.isAfter(forgotten), "no row holds the answer kept at " + place);
        return Optional.ofNullable(answer);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("rows: " + what);
        }
    }
}
