package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.skein.cluster.PeerFrame.Purpose;
import io.skein.cluster.PeerFrame.Versions;
import io.skein.machine.IdempotencyKey;
import io.skein.raft.Entry;
import io.skein.raft.NodeId;
import io.skein.raft.Rpc;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.PeerMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerCodecTest {
    private static final NodeId N1 = new NodeId("n1");
    private static final byte[] SOME = {1, 2, 3, 0, -1};

    private final PeerCodec codec = new PeerCodec(0);

    private static List<Rpc> rpcs() {
        return List.of(
                new Rpc.PreVote(7, 41, 6),
                new Rpc.PreVoteReply(0, false),
                new Rpc.RequestVote(7, N1, 41, 6, true),
                new Rpc.RequestVoteReply(7, true),
                new Rpc.AppendEntries(
                        7,
                        N1,
                        41,
                        6,
                        List.of(
                                new Entry(42, 6, Entry.Kind.COMMANDS, SOME),
                                new Entry(43, 7, Entry.Kind.NOOP, new byte[0]),
                                new Entry(44, 7, Entry.Kind.CONFIGURATION, SOME)),
                        40,
                        5),
                new Rpc.AppendEntries(7, N1, 0, 0, List.of(), 0, 0),
                new Rpc.AppendEntriesReply(7, true, 44, 0, 0, 5),
                new Rpc.AppendEntriesReply(7, false, 0, 12, 3, 5),
                new Rpc.TimeoutNow(7),
                new Rpc.Amnesia(7, -99, 12),
                new Rpc.ReadIndex(7, -99),
                new Rpc.ReadIndexReply(7, -99, 44),
                new Rpc.ReadIndexReply(7, 98, -1));
    }

    private static List<PeerFrame> frames() {
        PeerFacts facts = new PeerFacts(N1, 0xC1, 0x11, false);
        List<PeerFrame> frames = new ArrayList<>(List.of(
                new PeerFrame.Hello(0, new Versions(1, 2), facts, Purpose.MEMBER),
                new PeerFrame.Hello(9, new Versions(1, 1), new PeerFacts(N1, 0, 0, true), Purpose.ASK),
                new PeerFrame.HelloReply(0, new Versions(1, 1), Optional.empty(), facts),
                new PeerFrame.HelloReply(0, new Versions(1, 1), Optional.of(HelloRefusal.OTHER_CLUSTER), facts),
                new PeerFrame.ForwardCall(1, new Forward(SOME, Optional.empty())),
                new PeerFrame.ForwardCall(2, new Forward(SOME, Optional.of(new IdempotencyKey(-1, 2, 3)))),
                new PeerFrame.Decided(1, new ForwardReply(SOME, 44, 7, 1_700_000_000_000L, true)),
                new PeerFrame.Unknown(3, "no majority"),
                new PeerFrame.AskCall(4, new Ask("facts", SOME)),
                new PeerFrame.Answered(4, Answer.of(SOME)),
                new PeerFrame.Answered(5, Answer.no("unknown-kind")),
                new PeerFrame.ChunkCall(6, new SnapshotChunk(77, 10, 15, 99, new byte[32], 44, 7, SOME)),
                new PeerFrame.Ping(1_000_000_007L),
                new PeerFrame.Pong(-5),
                new PeerFrame.Challenge(new byte[] {1, 2, 3}),
                new PeerFrame.Proof(N1, List.of(SOME, new byte[32])),
                new PeerFrame.NoSecret(true)));
        for (Reason reason : Reason.values()) {
            frames.add(new PeerFrame.Refused(8, reason));
        }
        for (SnapshotAck.Code code : SnapshotAck.Code.values()) {
            frames.add(new PeerFrame.Acked(6, new SnapshotAck(77, 15, code)));
        }
        rpcs().forEach(rpc -> frames.add(new PeerFrame.Message(new PeerMessage(rpc, 1_700_000_000_000L, 1024, -7))));
        return frames;
    }

    private byte[] encode(PeerFrame frame) {
        return codec.toProto(frame).toByteArray();
    }

    @Test
    void everyFrameComesBackAsItWas() {
        for (PeerFrame frame : frames()) {
            PeerFrame back = codec.decode(encode(frame));

            assertEquals(frame.getClass(), back.getClass());
            assertArrayEquals(encode(frame), encode(back), frame.toString());
        }
    }

    @Test
    void aLeadersWordOnTheHashOfTheMajorityIsTakenAsItIs() {
        PeerMessage word = new PeerMessage(new Rpc.TimeoutNow(7), 5, -1024, 99);
        assertEquals(new PeerFrame.Message(word), codec.decode(encode(new PeerFrame.Message(word))));
    }

    @Test
    void whatHoldsNoBytesComesBackEqual() {
        for (Rpc rpc : rpcs()) {
            PeerMessage message = new PeerMessage(rpc, 5, 6, 7);
            PeerMessage back = ((PeerFrame.Message) codec.decode(encode(new PeerFrame.Message(message)))).message();
            if (rpc instanceof Rpc.AppendEntries append && !append.entries().isEmpty()) {
                List<Entry> entries = ((Rpc.AppendEntries) back.rpc()).entries();
                assertEquals(append.entries().size(), entries.size());
                for (int i = 0; i < entries.size(); i++) {
                    Entry sent = append.entries().get(i);
                    assertEquals(sent.index(), entries.get(i).index());
                    assertEquals(sent.term(), entries.get(i).term());
                    assertEquals(sent.kind(), entries.get(i).kind());
                    assertArrayEquals(sent.payload(), entries.get(i).payload());
                }
            } else {
                assertEquals(message, back);
            }
        }
    }

    @Test
    void everyKindOfRpcAndOfFrameIsAmongTheExamples() {
        Set<Class<?>> known = new HashSet<>();
        rpcs().forEach(rpc -> known.add(rpc.getClass()));
        frames().forEach(frame -> known.add(frame.getClass()));
        known.add(PeerFrame.Reply.class);

        List<Class<?>> all = new ArrayList<>(Arrays.asList(Rpc.class.getPermittedSubclasses()));
        all.addAll(Arrays.asList(PeerFrame.class.getPermittedSubclasses()));
        all.addAll(Arrays.asList(PeerFrame.Reply.class.getPermittedSubclasses()));

        all.removeAll(known);
        assertEquals(List.of(), all);
    }

    @Test
    void aFrameOfAnotherGroupIsRefused() {
        byte[] other = new PeerCodec(3).toProto(new PeerFrame.Ping(1)).toByteArray();

        var refused = assertThrows(IllegalArgumentException.class, () -> codec.decode(other));

        assertTrue(refused.getMessage().contains("group 3"), refused.getMessage());
    }

    @Test
    void aHelloOfAnotherGroupCanBeReadAndSoBeAnswered() {
        byte[] other = new PeerCodec(3)
                .toProto(new PeerFrame.Hello(3, new Versions(1, 1), new PeerFacts(N1, 0, 0, true), Purpose.MEMBER))
                .toByteArray();

        assertEquals(3, ((PeerFrame.Hello) codec.decode(other)).group());
    }

    @Test
    void noBytesLeadToAnythingButAFrameOrASentence() {
        Random random = new Random(4711);
        List<byte[]> seeds = frames().stream().map(this::encode).toList();
        int frames = 0;
        int refused = 0;
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            switch (random.nextInt(4)) {
                case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
                case 1 -> {
                    for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                }
                case 2 -> {
                    bytes = new byte[random.nextInt(200)];
                    random.nextBytes(bytes);
                }
                default -> {
                    byte[] tail = seeds.get(random.nextInt(seeds.size()));
                    int cut = random.nextInt(bytes.length);
                    byte[] joined = Arrays.copyOf(bytes, cut + tail.length);
                    System.arraycopy(tail, 0, joined, cut, tail.length);
                    bytes = joined;
                }
            }
            try {
                codec.decode(bytes);
                frames++;
            } catch (IllegalArgumentException sentence) {
                assertTrue(
                        sentence.getMessage() != null && !sentence.getMessage().isBlank());
                refused++;
            } catch (RuntimeException | Error anythingElse) {
                fail("round " + round + ": " + Arrays.toString(bytes), anythingElse);
            }
        }
        assertTrue(frames > 500 && refused > 500, frames + " frames, " + refused + " refused");
    }
}
