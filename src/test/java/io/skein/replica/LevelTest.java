package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skein.machine.Command;
import io.skein.machine.FeatureLevel;
import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.wire.ConfigurationProto;
import java.util.List;
import org.junit.jupiter.api.Test;

class LevelTest {
    private static final Configuration ALONE =
            new Configuration(List.of(new Member(new NodeId("n1"), 1, "127.0.0.1:1", true)));

    /** Of a later build. */
    private record Novel(int needs) implements Command {}

    private static ClusterConfiguration at(int level) {
        return new ClusterConfiguration(ALONE, 7, new Lineage(1), 5, level);
    }

    @Test
    void aLeaderWhoseMembersAllCanWritesTheLevelInAnEntryOfItsOwn() {
        LoneReplica first = new LoneReplica(FeatureLevel.FIRST);
        LoneReplica next = new LoneReplica(2);

        assertEquals(FeatureLevel.FIRST, first.replica.featureLevel());
        assertEquals(2, next.replica.featureLevel());
        assertEquals(first.replica.lastIndex() + 1, next.replica.lastIndex());
        assertEquals(ALONE, next.replica.configuration());
    }

    @Test
    void theLevelIsPartOfTheStateFromTheSecondOn() {
        assertEquals(new LoneReplica(1).replica.stateHash(), new LoneReplica(1).replica.stateHash());
        assertNotEquals(new LoneReplica(1).replica.stateHash(), new LoneReplica(2).replica.stateHash());
    }

    @Test
    void whatNeedsAHigherLevelIsNotProposed() {
        LoneReplica node = new LoneReplica(2);
        long last = node.replica.lastIndex();

        assertEquals(new Refuse(7, Reason.FEATURE_LEVEL), node.propose(new Novel(3)));
        assertEquals(last, node.replica.lastIndex());
    }

    @Test
    void atTheFirstLevelAConfigurationIsWhatItWasBeforeThereWereLevels() throws InvalidProtocolBufferException {
        byte[] before = ConfigurationProto.parseFrom(at(2).encode()).toBuilder()
                .clearFeatureLevel()
                .build()
                .toByteArray();

        assertArrayEquals(before, at(1).encode());
        assertEquals(at(1), ClusterConfiguration.decode(before));
        assertEquals(at(3), ClusterConfiguration.decode(at(3).encode()));
    }
}
