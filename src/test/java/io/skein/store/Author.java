package io.skein.store;

import io.skein.account.AccountChange;
import io.skein.account.AccountMachine;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Decision;
import io.skein.machine.FeatureLevel;
import io.skein.machine.FeatureRaised;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.IdempotencyWindow;
import io.skein.machine.KeyChange;
import io.skein.machine.Lineage;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.StateHash;
import io.skein.mailbox.MailMachine;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.Image;
import io.skein.replica.WriteBatch;
import io.skein.replica.WriteBatch.Settled;
import io.skein.subscription.SubscriptionMachine;
import io.skein.topic.Format;
import io.skein.topic.Header;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.skein.wire.BatchProto;
import io.skein.wire.CommandProto;
import io.skein.wire.KeyProto;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What stands above the store in these tests: the real machines, without Raft. Every command is an entry of its own,
 * committed at once; a batch takes what has gathered.
 */
final class Author {
    static final Lineage LINEAGE = new Lineage(77);
    static final NodeId NODE = new NodeId("n1");

    final TopicMachine machine = new TopicMachine();
    final SubscriptionMachine subscriptions = new SubscriptionMachine(machine);
    final AccountMachine accounts = new AccountMachine();
    final MailMachine mails = new MailMachine(accounts);
    final IdempotencyWindow keys = new IdempotencyWindow();
    private final List<Entry> entries = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();
    private final List<TopicChange.Appended> appended = new ArrayList<>();
    private Optional<HardState> hardState = Optional.empty();
    private long batch;
    private long term;
    private long index;
    private long time;
    private long hash;
    private Settled settled;

    /** Rebuilds the state from rows and takes the entries above them once more. */
    Author(Image image) {
        for (Change change : image.rows()) {
            evolve(change);
        }
        batch = image.lastBatch();
        term = image.hardState().term();
        settled = image.settled();
        index = settled.index();
        time = Math.max(1_000_000, settled.time());
        hash = settled.hash();
        for (Entry entry : image.entries()) {
            redo(entry);
        }
        if (term == 0) {
            vote(1);
            configuration(FeatureLevel.FIRST);
        }
    }

    private void configuration(int level) {
        Configuration members = new Configuration(List.of(new Member(NODE, 7, "localhost:1", true)));
        entry(Entry.Kind.CONFIGURATION, new ClusterConfiguration(members, 99, LINEAGE, time, level).encode());
    }

    /** From here on the cluster is at this feature level; to be settled before anything is read back. */
    void raise(int level) {
        configuration(level);
        FeatureRaised raised = new FeatureRaised(level);
        StateHash rolling = new StateHash(hash);
        raised.hashInto(rolling);
        hash = rolling.value();
        changes.add(raised);
    }

    private void redo(Entry entry) {
        index = entry.index();
        if (entry.kind() == Entry.Kind.COMMANDS) {
            try {
                BatchProto proto = BatchProto.parseFrom(entry.payload());
                time = proto.getTime();
                CommandProto command = proto.getCommands(0);
                KeyProto key = command.getKey();
                apply(
                        machine.fromProto(command)
                                .or(() -> subscriptions.fromProto(command))
                                .or(() -> accounts.fromProto(command))
                                .or(() -> mails.fromProto(command))
                                .orElseThrow(),
                        command.hasKey()
                                ? Optional.of(
                                        new IdempotencyKey(key.getScopeHigh(), key.getScopeLow(), key.getBodyHash()))
                                : Optional.empty());
            } catch (Exception notOurs) {
                throw new AssertionError(notOurs);
            }
        }
    }

    void vote(long newTerm) {
        term = newTerm;
        hardState = Optional.of(new HardState(newTerm, Optional.of(NODE)));
    }

    private void entry(Entry.Kind kind, byte[] payload) {
        index++;
        entries.add(new Entry(index, term, kind, payload));
    }

    long index() {
        return index;
    }

    long time() {
        return time;
    }

    void later(long ms) {
        time += ms;
    }

    private void evolve(Change change) {
        if (change instanceof KeyChange keyChange) {
            keys.evolve(keyChange);
        } else if (machine.owns(change)) {
            machine.evolve(change);
            subscriptions.observe(change);
        } else if (accounts.owns(change)) {
            accounts.evolve(change);
            mails.observe(change);
        } else if (mails.owns(change)) {
            mails.evolve(change);
        } else {
            subscriptions.evolve(change);
        }
    }

    private Machine owner(Command command) {
        return List.of(machine, subscriptions, accounts, mails).stream()
                .filter(one -> one.owns(command))
                .findFirst()
                .orElseThrow();
    }

    Decision take(Command command) {
        return take(command, Optional.empty());
    }

    Decision take(Command command, Optional<IdempotencyKey> key) {
        time++;
        CommandProto.Builder proto = owner(command).toProto(command).toBuilder();
        key.ifPresent(k -> proto.setKey(KeyProto.newBuilder()
                .setScopeHigh(k.scopeHigh())
                .setScopeLow(k.scopeLow())
                .setBodyHash(k.bodyHash())));
        entry(
                Entry.Kind.COMMANDS,
                BatchProto.newBuilder().setTime(time).addCommands(proto).build().toByteArray());
        return apply(command, key);
    }

    private Decision apply(Command command, Optional<IdempotencyKey> key) {
        Moment at = new Moment(index, 0, time);
        Decision decision = owner(command).decide(at, command);
        List<Change> all = new ArrayList<>(decision.changes());
        key.ifPresent(k -> all.addAll(keys.remember(k, at, decision.outcome(), owner(command))));
        StateHash rolling = new StateHash(hash);
        for (Change change : all) {
            change.hashInto(rolling);
            evolve(change);
            if (change instanceof TopicChange.Appended messages) {
                appended.add(messages);
            }
        }
        hash = rolling.value();
        changes.addAll(all);
        return decision;
    }

    Decision publish(String topic, String... bodies) {
        List<Publication> publications = new ArrayList<>();
        for (String body : bodies) {
            publications.add(Publication.of(new TopicName(topic), message(body)));
        }
        return take(new TopicCommand.Publish(publications, false, true, Optional.empty()));
    }

    static Message message(String body) {
        return new Message(
                "key",
                List.of(new Header("color", "blue")),
                Format.RAW,
                "text/plain",
                body.getBytes(StandardCharsets.UTF_8));
    }

    Decision configure(String topic, TopicConfig config) {
        return take(new TopicCommand.Configure(new TopicName(topic), config));
    }

    Decision delete(String topic) {
        return take(new TopicCommand.Delete(new TopicName(topic)));
    }

    long id(String topic) {
        return machine.find(new TopicName(topic)).orElseThrow().id();
    }

    /** What was appended since the last call, for the tail. */
    List<TopicChange.Appended> deliveries() {
        List<TopicChange.Appended> taken = List.copyOf(appended);
        appended.clear();
        return taken;
    }

    /** The entries that have gathered; the changes stay for later. */
    WriteBatch logOnly() {
        return batch(false, 0);
    }

    /** Everything that has gathered. */
    WriteBatch settling() {
        return batch(true, 0);
    }

    WriteBatch batch(boolean settle, long compactTo) {
        batch++;
        Optional<Settled> newlySettled = Optional.empty();
        List<Change> taken = List.of();
        if (settle) {
            settled = new Settled(index, term, time, hash);
            newlySettled = Optional.of(settled);
            taken = List.copyOf(changes);
            changes.clear();
        }
        WriteBatch written =
                new WriteBatch(batch, 0, List.copyOf(entries), hardState, taken, newlySettled, compactTo, index);
        entries.clear();
        hardState = Optional.empty();
        return written;
    }

    Settled settled() {
        return settled;
    }

    /** Everything the machines know, as the changes that would rebuild it. */
    List<String> state() {
        List<String> state = new ArrayList<>();
        machine.snapshot(change -> state.add(shown(change)));
        subscriptions.snapshot(change -> state.add(shown(change)));
        accounts.snapshot(change -> state.add(shown(change)));
        mails.snapshot(change -> state.add(shown(change)));
        keys.snapshot(change -> state.add(shown(change)));
        return state;
    }

    private static String shown(Change change) {
        if (change instanceof TopicChange.Produced produced) {
            return "Produced " + produced.producer() + " " + produced.epoch() + " " + produced.number() + " "
                    + produced.time() + " " + Arrays.toString(produced.answer());
        }
        if (change instanceof KeyChange.KeyRemembered remembered) {
            return "Key " + remembered.key() + " " + remembered.index() + " " + remembered.place() + " "
                    + remembered.time() + " " + remembered.brief();
        }
        if (change instanceof AccountChange) {
            // What hides itself in texts is in the hash.
            StateHash whole = new StateHash(0);
            change.hashInto(whole);
            return change + " " + whole.value();
        }
        return change.toString();
    }

    Scope everything() {
        return new Scope(List.of(), this::lowWater);
    }

    Scope of(String... topics) {
        List<Long> ids = new ArrayList<>();
        for (String topic : topics) {
            machine.find(new TopicName(topic)).ifPresent(view -> ids.add(view.id()));
        }
        return new Scope(ids, id -> ids.contains(id) ? lowWater(id) : Scope.NOTHING);
    }

    long lowWater(long id) {
        return machine.find(id).map(view -> view.lowWater()).orElse(Scope.NOTHING);
    }

    Cursor end() {
        return Cursor.endOf(index);
    }
}
