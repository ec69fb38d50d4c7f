package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Due;
import io.skein.subscription.Leases;
import io.skein.subscription.Mark;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.Start;
import io.skein.subscription.SubscriptionCommand;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.topic.Message;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A restart gives the subscriptions back as they were. */
class SubscriptionRestartTest {
    @TempDir
    Path directory;

    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private static final SubscriptionName S = new SubscriptionName("s");

    private static SubscriptionConfig config(String filter, int maxDeliveries) {
        return new SubscriptionConfig(
                new TopicFilter(filter),
                1_000,
                maxDeliveries,
                List.of(0L, 500L),
                Optional.empty(),
                SubscriptionConfig.Order.TOPIC,
                false);
    }

    private static Pulled pull(Author author, SubscriptionName name, int max) {
        return (Pulled) author.take(new SubscriptionCommand.Pull(name, max, "w", 0, List.of()))
                .outcome();
    }

    @Test
    void whatIsLentIsLentAfterARestart() throws Exception {
        Pulled pulled;
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.publish("a", "1", "2", "3");
            open.author.take(new SubscriptionCommand.Configure(S, config("a", 5), new Start.Earliest()));
            pulled = pull(open.author, S, 2);
            open.settle();
        }
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            assertEquals(2, pull(open.author, S, 5).lent().get(0).first());
            var ack = new SubscriptionCommand.Ack(
                    S, List.of(pulled.leases(pulled.lent().get(0))));
            assertEquals(
                    "Settled[done=2, refused=[]]",
                    open.author.take(ack).outcome().toString());
        }
    }

    @Test
    void aMessageLentAndAcknowledgedWithinABatchLeavesNoRow() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.publish("a", "1", "2", "3");
            open.author.take(new SubscriptionCommand.Configure(S, config("a", 5), new Start.Earliest()));
            Pulled pulled = pull(open.author, S, 3);
            open.author.take(new SubscriptionCommand.Ack(
                    S, List.of(pulled.leases(pulled.lent().get(0)))));
            open.settle();

            assertEquals(List.of(), open.sql("SELECT * FROM run"));
            assertEquals(List.of("3"), open.sql("SELECT next FROM position"));
        }
    }

    @Test
    void aDatabaseOfTheFirstVersionIsBroughtUpToDate() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.configure("a", TopicConfig.DEFAULT);
            open.author.publish("a", "1", "2");
            open.settle();
        }
        try (Connection old = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("gen-1/skein.db"));
                Statement statement = old.createStatement()) {
            for (String table : List.of(
                    "pin", "subscription", "subscription_id", "position", "run", "dead_letter_mark", "dead_letter")) {
                statement.execute("DROP TABLE " + table);
            }
            statement.execute("DROP VIEW mailbox");
            for (String table : List.of("mail", "mail_id", "mail_sweep")) {
                statement.execute("DROP TABLE " + table);
            }
            for (String table : List.of("account", "account_number", "session", "token", "access_rule")) {
                statement.execute("DROP TABLE " + table);
            }
            statement.execute("ALTER TABLE topic DROP COLUMN acknowledged");
            statement.execute("PRAGMA user_version = 1");
            Database.checkSchema(old, directory);
        }
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.take(new SubscriptionCommand.Configure(S, config("a", 5), new Start.Earliest()));
            assertEquals(2, pull(open.author, S, 5).lent().get(0).count());
            open.author.configure("a", TopicConfig.DEFAULT.withAcknowledged(true));
            open.settle();
            assertEquals(List.of("1"), open.sql("SELECT acknowledged FROM topic"));
        }
    }

    /** Random commands, settled now and then, restarted now and then, with entries left that are only in the log. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void subscriptionsAreTheSameAfterAnyRestart(long seed) throws Exception {
        Random random = new Random(seed);
        List<Leases> leases = new ArrayList<>();
        boolean saw = false;
        for (int life = 0; life < 6; life++) {
            List<String> state;
            try (OpenStore open = OpenStore.at(vertx, directory)) {
                for (int step = 0; step < 60; step++) {
                    step(open.author, random, leases);
                    if (random.nextInt(6) == 0) {
                        open.settle();
                    }
                }
                open.write(random.nextBoolean() ? open.author.logOnly() : open.author.settling());
                state = open.author.state();
                saw |= state.stream().anyMatch(line -> line.startsWith("DeadSet"));
            }
            try (OpenStore open = OpenStore.at(vertx, directory)) {
                assertEquals(String.join("\n", state), String.join("\n", open.author.state()), "seed " + seed);
                open.settle();
            }
            try (OpenStore open = OpenStore.at(vertx, directory)) {
                assertEquals(String.join("\n", state), String.join("\n", open.author.state()), "seed " + seed);
            }
        }
        assertTrue(saw, "no dead letter");
    }

    private static void step(Author author, Random random, List<Leases> leases) {
        author.later(random.nextInt(300));
        SubscriptionName name = new SubscriptionName("s" + random.nextInt(3));
        String topic = "t" + random.nextInt(3);
        switch (random.nextInt(16)) {
            case 0, 1, 2 -> author.publish(topic, "1", "2", "3");
            case 3 ->
                author.take(new SubscriptionCommand.Configure(
                        name,
                        config(random.nextBoolean() ? "#" : topic, random.nextInt(3)),
                        random.nextBoolean() ? new Start.Latest() : new Start.Earliest()));
            case 4, 5, 6 -> {
                if (author.subscriptions.find(name).isPresent()) {
                    Pulled pulled = pull(author, name, 1 + random.nextInt(9));
                    pulled.lent().forEach(lent -> leases.add(pulled.leases(lent)));
                }
            }
            case 7, 8 -> author.take(new SubscriptionCommand.Ack(name, some(leases, random)));
            case 9, 10 -> author.take(new SubscriptionCommand.Nack(name, some(leases, random), -1, "bad"));
            case 11, 12 -> due(author);
            case 13 ->
                author.take(
                        random.nextBoolean()
                                ? new SubscriptionCommand.Redrive(name, Optional.empty(), random.nextInt(3))
                                : new SubscriptionCommand.Discard(name, Optional.of(chosen(author, name))));
            case 14 -> author.take(new SubscriptionCommand.Take(new TopicName(topic)));
            default -> operate(author, random, name, topic);
        }
    }

    private static void operate(Author author, Random random, SubscriptionName name, String topic) {
        switch (random.nextInt(6)) {
            case 0 -> author.take(new SubscriptionCommand.Delete(name));
            case 1 -> author.take(new SubscriptionCommand.Seek(name, new Start.Earliest()));
            case 2 -> author.take(new SubscriptionCommand.DeleteTopic(new TopicName(topic)));
            case 3 -> author.delete(topic);
            case 4 ->
                author.configure(
                        topic,
                        new TopicConfig(
                                0, 0, random.nextInt(40), TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0, true));
            default -> author.take(new SubscriptionCommand.Pause(name, random.nextBoolean()));
        }
    }

    private static List<Leases> some(List<Leases> leases, Random random) {
        List<Leases> some = new ArrayList<>(leases.subList(Math.max(0, leases.size() - 20), leases.size()));
        Collections.shuffle(some, random);
        return some.subList(0, Math.min(some.size(), 8));
    }

    private static List<OffsetRange> chosen(Author author, SubscriptionName name) {
        return author.subscriptions.dead(name, 0, 0, 2).stream()
                .map(range -> new OffsetRange(range.topic(), range.first(), 1))
                .toList();
    }

    private static void due(Author author) {
        for (Due due : author.subscriptions.due(author.time(), 5)) {
            if (due instanceof Due.Propose propose) {
                author.take(propose.command());
            } else if (due instanceof Due.Fetch fetch) {
                Mark mark = author.subscriptions.mark(fetch.place()).orElseThrow();
                List<Message> bodies = Collections.nCopies((int) Math.min(2, mark.count()), Author.message("dead"));
                author.take(new SubscriptionCommand.DeadLetter(mark.at(), mark.first(), bodies));
            }
        }
    }
}
