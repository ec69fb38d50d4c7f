package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Command;
import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.raft.RaftTiming;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk with little room left: what frees room is taken, the rest waits until there is some. */
class TightDiskTest {
    private static final NodeId SELF = new NodeId("n1");
    private static final TopicName TOPIC = new TopicName("orders");

    private final List<Effect> answers = new ArrayList<>();
    private Replica replica;
    private long nanos = 1;

    @BeforeEach
    void lead() {
        var cluster = new ClusterConfiguration(
                new Configuration(List.of(new Member(SELF, 1, "127.0.0.1:1", true))), 1, new Lineage(1), 1000);
        Entry first = new Entry(1, 1, Entry.Kind.CONFIGURATION, cluster.encode());
        Image image = new Image(
                1,
                new HardState(1, Optional.empty()),
                new Image.TermStart(0, 0),
                List.of(new Image.TermStart(1, 1)),
                List.of(first),
                1,
                WriteBatch.Settled.NOTHING,
                1,
                List.of(new Image.ConfigurationStart(1, cluster)),
                List.of());
        replica = new Replica(
                SELF,
                1,
                image,
                List.of(new TopicMachine()),
                ReplicaConfig.DEFAULT,
                RaftTiming.DEFAULT,
                new SplittableRandom(1));
        feed(new Input.Started());
        for (int i = 0; i < 100 && !replica.isCaughtUp(); i++) {
            nanos += 50_000_000;
            feed(new Input.Tick());
        }
        assertTrue(replica.isCaughtUp());
    }

    /** With a disk that writes at once. */
    private void feed(Input input) {
        ArrayDeque<Input> inputs = new ArrayDeque<>(List.of(input));
        while (!inputs.isEmpty()) {
            for (Effect effect : replica.on(inputs.poll(), new Now(nanos, 2000 + nanos / 1_000_000))) {
                if (effect instanceof Effect.Persist persist) {
                    inputs.add(new Input.Persisted(persist.batch().number()));
                } else if (effect instanceof Effect.Reply || effect instanceof Effect.Refuse) {
                    answers.add(effect);
                }
            }
        }
    }

    private Effect propose(Command command) {
        answers.clear();
        feed(new Input.Proposed(List.of(new Proposal(7, command, Optional.empty()))));
        assertEquals(1, answers.size());
        return answers.get(0);
    }

    private static Command publish() {
        Message message = new Message("", List.of(), Format.RAW, "", new byte[] {1});
        return new TopicCommand.Publish(List.of(Publication.of(TOPIC, message)), false, true, Optional.empty());
    }

    @Test
    void whileTheDiskIsTightOnlyWhatFreesRoomIsTaken() {
        assertTrue(propose(publish()) instanceof Effect.Reply);

        feed(new Input.DiskTight(true));

        assertEquals(new Effect.Refuse(7, Effect.Refuse.Reason.DISK_FULL), propose(publish()));
        assertTrue(replica.isDiskFull());
        assertTrue(propose(new TopicCommand.Delete(TOPIC)) instanceof Effect.Reply);
        assertTrue(replica.isDiskFull());

        feed(new Input.DiskTight(false));

        assertTrue(propose(publish()) instanceof Effect.Reply);
    }
}
