package io.skein.subscription;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.subscription.SubscriptionCommand.Ack;
import io.skein.subscription.SubscriptionCommand.Acks;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.CreateQueue;
import io.skein.subscription.SubscriptionCommand.DeadLetter;
import io.skein.subscription.SubscriptionCommand.Delete;
import io.skein.subscription.SubscriptionCommand.DeleteTopic;
import io.skein.subscription.SubscriptionCommand.Discard;
import io.skein.subscription.SubscriptionCommand.Extend;
import io.skein.subscription.SubscriptionCommand.Nack;
import io.skein.subscription.SubscriptionCommand.Nacks;
import io.skein.subscription.SubscriptionCommand.Pause;
import io.skein.subscription.SubscriptionCommand.Pull;
import io.skein.subscription.SubscriptionCommand.Redrive;
import io.skein.subscription.SubscriptionCommand.Seek;
import io.skein.subscription.SubscriptionCommand.Settle;
import io.skein.subscription.SubscriptionCommand.Take;
import io.skein.subscription.SubscriptionCommand.Transact;
import io.skein.subscription.SubscriptionOutcome.Aborted;
import io.skein.subscription.SubscriptionOutcome.Counted;
import io.skein.subscription.SubscriptionOutcome.Done;
import io.skein.subscription.SubscriptionOutcome.Lent;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.subscription.SubscriptionOutcome.Settled;
import io.skein.subscription.SubscriptionOutcome.Taken;
import io.skein.subscription.SubscriptionOutcome.Transacted;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.skein.wire.AckProto;
import io.skein.wire.CommandProto;
import io.skein.wire.LeasesProto;
import io.skein.wire.SeekProto;
import io.skein.wire.StartProto;
import io.skein.wire.SubscriptionCommandProto;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Commands and outcomes as bytes. What stands in a log must be read for ever: the hexadecimal texts never change. */
class CommandCodecTest {
    private static final SubscriptionName S = new SubscriptionName("s");
    private static final TopicName Q = new TopicName("q");
    private static final Leases ONE = new Leases(1, 2, 3, 1, new Cursor(40, 0));
    private static final Leases MANY = new Leases(1, 2, 300, 256, new Cursor(40, 5));
    private static final Message PLAIN = new Message("k", List.of(), Format.RAW, "", new byte[] {1, (byte) 0xFF});

    static final Map<Command, String> GOLDEN = new LinkedHashMap<>();

    static {
        GOLDEN.put(
                new Configure(S, SubscriptionConfig.of(new TopicFilter("a/#")), new Start.Earliest()),
                "421a0a180a017312110a03612f2310b0ea0118052204e807904e1a00");
        GOLDEN.put(
                new Configure(
                        S,
                        new SubscriptionConfig(
                                new TopicFilter("a"),
                                1,
                                0,
                                List.of(),
                                Optional.of(new TopicName("d")),
                                SubscriptionConfig.Order.KEY,
                                true),
                        new Start.At(List.of(new Start.TopicOffset(7, 300), new Start.TopicOffset(8, 0)))),
                "42200a1e0a0173120c0a016110012a0164300138011a0b0802120207081a03ac0200");
        GOLDEN.put(new Pause(S, true), "420712050a01731001");
        GOLDEN.put(new Delete(S), "42031a0173");
        GOLDEN.put(
                new Pull(S, 256, "w", 5, List.of(new Keys(2, 10, List.of(0L, -1L)))),
                "422522230a01731080021a017720052a160802100a1a100000000000000000ffffffffffffffff");
        GOLDEN.put(
                new Ack(S, List.of(ONE, MANY)), "421f2a1d0a017312080801100218032828120e0801100218ac0220ff0128283005");
        GOLDEN.put(new Nack(S, List.of(ONE), -1, "bad"), "421432120a0173120808011002180328282203626164");
        GOLDEN.put(new Nack(S, List.of(ONE), 0, ""), "4211320f0a0173120808011002180328281801");
        GOLDEN.put(new Extend(S, List.of(MANY), 60_000), "42193a170a0173120e0801100218ac0220ff012828300518e0d403");
        GOLDEN.put(new Seek(S, new Start.Latest()), "420942070a017312020801");
        GOLDEN.put(new Redrive(S, Optional.empty(), 10), "42074a050a0173200a");
        GOLDEN.put(new Redrive(S, Optional.of(List.of(new OffsetRange(1, 0, 5))), 0), "420d4a0b0a017310011a0408011805");
        GOLDEN.put(new Discard(S, Optional.of(List.of())), "420752050a01731001");
        GOLDEN.put(new Settle(), "42025a00");
        GOLDEN.put(new Settle(List.of(ONE)), "420c5a0a0a080801100218032828");
        GOLDEN.put(new DeadLetter(new Cursor(40, 1), 3, List.of(PLAIN)), "421362110a040828100110031a07120201ff1a016b");
        GOLDEN.put(
                new Transact(
                        List.of(Publication.of(Q, PLAIN)),
                        true,
                        List.of(new Acks(S, List.of(ONE))),
                        List.of(new Nacks(S, List.of(MANY), 9, "r"))),
                "42396a370a0a0a0171120201ff1a016b10011a0d0a01731208080110021803282822180a0173120e0801100218ac0220ff0128283005180a220172");
        GOLDEN.put(
                new Transact(List.of(), false, List.of(new Acks(S, List.of(ONE))), List.of(), "http"),
                "42176a151a0d0a017312080801100218032828" + "2a0468747470");
        GOLDEN.put(new Take(Q), "4203720171");
        GOLDEN.put(new CreateQueue(Q), "42037a0171");
        GOLDEN.put(new DeleteTopic(Q), "420482010171");
    }

    private static final List<Outcome> OUTCOMES = List.of(
            new Done(true),
            new Counted(5, false),
            new Counted(5, true),
            new Pulled(1, new Cursor(40, 0), 99, List.of(new Lent(2, 0, 1, 1), new Lent(2, 5, 256, 3))),
            new Settled(3, List.of()),
            new Settled(3, List.of(new Refused(MANY, Rejection.LEASE_LOST))),
            new Transacted(List.of(new TopicOutcome.Accepted(4, new Cursor(5, 0), 6)), 1, 2),
            new Aborted(List.of(new Refused(ONE, Rejection.LEASE_LOST))),
            new Taken(4, -1),
            new Taken(4, 0));

    @TestFactory
    Stream<DynamicTest> commandsAreTheseBytesForEver() {
        return GOLDEN.entrySet().stream()
                .map(golden -> dynamicTest(golden.getKey().toString(), () -> {
                    var command = (SubscriptionCommand) golden.getKey();
                    byte[] bytes = CommandCodec.toProto(command).toByteArray();
                    assertEquals(golden.getValue(), HexFormat.of().formatHex(bytes));

                    Command read = CommandCodec.fromProto(
                                    CommandProto.parseFrom(HexFormat.of().parseHex(golden.getValue())))
                            .orElseThrow();
                    assertEquals(
                            golden.getValue(),
                            HexFormat.of()
                                    .formatHex(CommandCodec.toProto((SubscriptionCommand) read)
                                            .toByteArray()));
                    if (!(command instanceof DeadLetter) && !(command instanceof Transact)) {
                        assertEquals(command, read);
                    }
                }));
    }

    @Test
    void outcomesComeBack() {
        Set<Class<?>> kinds = new HashSet<>();
        for (Outcome outcome : OUTCOMES) {
            assertEquals(outcome, OutcomeCodec.decode(OutcomeCodec.encode(outcome)));
            kinds.add(outcome.getClass());
        }
        assertEquals(Set.of(SubscriptionOutcome.class.getPermittedSubclasses()), kinds);
        Outcome rejected = Rejected.of(Rejection.LEASE_LOST, "no");
        assertEquals(rejected, OutcomeCodec.decode(OutcomeCodec.encode(rejected)));
        Outcome topics = new TopicOutcome.Done(true);
        assertEquals(topics, OutcomeCodec.decode(OutcomeCodec.encode(topics)));
    }

    @Test
    void whatIsShortFitsBesideAKey() {
        var machine = new SubscriptionMachine(new TopicMachine());
        var at = new Moment(1, 0, 2);
        for (Outcome outcome : OUTCOMES) {
            machine.brief(at, outcome)
                    .ifPresent(brief -> assertEquals(outcome, machine.fromBrief(at, brief), brief.toString()));
        }
        assertEquals(
                4,
                OUTCOMES.stream().filter(o -> machine.brief(at, o).isPresent()).count());
    }

    @Test
    void whatNoCommandHoldsIsRefused() throws InvalidProtocolBufferException {
        for (LeasesProto wrong : List.of(
                LeasesProto.newBuilder().setMore(-1).build(),
                LeasesProto.newBuilder().setFirst(-1).build(),
                LeasesProto.newBuilder()
                        .setFirst(Long.MAX_VALUE)
                        .setMore(Long.MAX_VALUE)
                        .build(),
                LeasesProto.newBuilder().setLeaseIndex(-1).build())) {
            refused(SubscriptionCommandProto.newBuilder()
                    .setAck(AckProto.newBuilder().setName("s").addLeases(wrong)));
        }
        refused(SubscriptionCommandProto.newBuilder().setDelete(""));
        refused(SubscriptionCommandProto.newBuilder().setTake("a/+"));
        refused(SubscriptionCommandProto.newBuilder()
                .setSeek(SeekProto.newBuilder()
                        .setName("s")
                        .setTo(StartProto.newBuilder().setKindValue(2).addTopics(1))));
        refused(SubscriptionCommandProto.newBuilder()
                .setSeek(SeekProto.newBuilder()
                        .setName("s")
                        .setTo(StartProto.newBuilder().setKindValue(9))));

        assertEquals(Optional.empty(), CommandCodec.fromProto(CommandProto.getDefaultInstance()));
        assertEquals(Optional.empty(), CommandCodec.fromProto(CommandProto.parseFrom(new byte[] {0x42, 0})));
        assertThrows(IllegalArgumentException.class, () -> OutcomeCodec.decode(new byte[] {0x22, 0}));
        assertThrows(IllegalArgumentException.class, () -> OutcomeCodec.decode(new byte[] {1, 2, 3}));
    }

    private static void refused(SubscriptionCommandProto.Builder command) {
        CommandProto proto = CommandProto.newBuilder().setSubscription(command).build();
        assertThrows(IllegalArgumentException.class, () -> CommandCodec.fromProto(proto), proto.toString());
    }
}
