package io.skein.topic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.topic.TopicCommand.Cancel;
import io.skein.topic.TopicCommand.Configure;
import io.skein.topic.TopicCommand.Delete;
import io.skein.topic.TopicCommand.Expire;
import io.skein.topic.TopicCommand.Publish;
import io.skein.topic.TopicCommand.Release;
import io.skein.topic.TopicCommand.Sequence;
import io.skein.topic.TopicConfig.OnFull;
import io.skein.wire.CommandProto;
import io.skein.wire.DeleteProto;
import io.skein.wire.PublicationProto;
import io.skein.wire.PublishProto;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Commands as bytes. What stands in a log must be read for ever: the hexadecimal texts never change. */
class CommandCodecTest {
    private static final Message PLAIN = new Message("", List.of(), Format.RAW, "", new byte[] {1, 2, (byte) 0xFF});
    private static final Message RICH = new Message(
            "käse", List.of(new Header("h", "v"), new Header("i", "")), Format.JSON, "application/json", new byte[] {
                '{', '}'
            });

    private static final Map<Command, String> GOLDEN = Map.of(
            new Publish(
                    List.of(
                            Publication.of(new TopicName("a"), PLAIN),
                            new Publication(new TopicName("a"), PLAIN, 0, 7, 0),
                            new Publication(new TopicName("b/ü"), RICH, 300, 0, -1)),
                    false,
                    true,
                    Optional.empty()),
            "124e0a080a016112030102ff0a0912030102ff400748010a350a04622fc3bc12027b7d1a056bc3a4736522060a016812017622030a01"
                    + "69280132106170706c69636174696f6e2f6a736f6e38ac021801",
            new Publish(
                    List.of(Publication.of(new TopicName("a"), PLAIN)),
                    true,
                    false,
                    Optional.of(new Sequence("p", 2, 1_000)),
                    "http"),
            "121c0a080a016112030102ff100122080a0170100218e8072a0468747470",
            new Configure(new TopicName("a"), new TopicConfig(1, 2, 3, OnFull.REJECT, Optional.of(Format.XML), 4)),
            "1a110a0161120c080110021803200128033004",
            new Configure(new TopicName("a"), TopicConfig.DEFAULT),
            "1a050a01611200",
            new Configure(new TopicName("a"), TopicConfig.DEFAULT.withAcknowledged(true)),
            "1a070a016112023801",
            new Delete(new TopicName("a")),
            "22030a0161",
            new Cancel(new Cursor(5, 1)),
            "2a060a0408051001",
            new Release(new Cursor(5, 0), new Publication(new TopicName("a"), PLAIN, 9, 0, -1)),
            "32100a020805120a0a016112030102ff3809",
            new Expire(),
            "3a00");

    @TestFactory
    Stream<DynamicTest> commandsAreTheseBytesForEver() {
        return GOLDEN.entrySet().stream()
                .map(golden -> dynamicTest(golden.getKey().getClass().getSimpleName(), () -> {
                    byte[] bytes =
                            CommandCodec.toProto((TopicCommand) golden.getKey()).toByteArray();
                    assertEquals(golden.getValue(), HexFormat.of().formatHex(bytes));

                    Command read = read(golden.getValue());
                    assertEquals(
                            golden.getValue(),
                            HexFormat.of()
                                    .formatHex(CommandCodec.toProto((TopicCommand) read)
                                            .toByteArray()));
                }));
    }

    @Test
    void everyKindOfCommandHasItsGoldenBytes() {
        assertEquals(
                Stream.of(TopicCommand.class.getPermittedSubclasses()).collect(Collectors.toSet()),
                GOLDEN.keySet().stream().map(Object::getClass).collect(Collectors.toSet()));
    }

    @Test
    void everythingOfAPublicationComesBack() throws InvalidProtocolBufferException {
        var publish = (Publish) read(GOLDEN.entrySet().stream()
                .filter(golden -> golden.getKey() instanceof Publish p && p.mayCreate())
                .findFirst()
                .orElseThrow()
                .getValue());

        Publication first = publish.messages().get(0);
        Publication second = publish.messages().get(1);
        Publication third = publish.messages().get(2);
        assertEquals(new TopicName("a"), second.topic(), "that of the message before");
        assertEquals(-1, first.expectOffset());
        assertEquals(0, second.expectOffset());
        assertEquals(7, second.ttlMs());
        assertEquals(300, third.delayMs());
        assertEquals("käse", third.message().key());
        assertEquals(RICH.headers(), third.message().headers());
        assertEquals(Format.JSON, third.message().format());
        assertEquals("application/json", third.message().contentType());
        assertArrayEquals(PLAIN.body(), second.message().body());
    }

    @Test
    void whatIsNoCommandIsRefusedAndNeverMisread() {
        assertEquals(Optional.empty(), CommandCodec.fromProto(CommandProto.getDefaultInstance()));
        assertThrows(
                IllegalArgumentException.class,
                () -> CommandCodec.fromProto(CommandProto.newBuilder()
                        .setDelete(DeleteProto.newBuilder().setTopic("a/+"))
                        .build()));
        assertThrows(
                IllegalArgumentException.class,
                () -> CommandCodec.fromProto(CommandProto.newBuilder()
                        .setPublish(PublishProto.newBuilder().addMessages(PublicationProto.getDefaultInstance()))
                        .build()),
                "the first message of a list names its topic");
        assertThrows(
                IllegalArgumentException.class,
                () -> CommandCodec.fromProto(CommandProto.newBuilder()
                        .setPublish(PublishProto.newBuilder()
                                .addMessages(PublicationProto.newBuilder()
                                        .setTopic("a")
                                        .setFormatValue(17)))
                        .build()));
    }

    private static Command read(String hex) throws InvalidProtocolBufferException {
        return CommandCodec.fromProto(CommandProto.parseFrom(HexFormat.of().parseHex(hex)))
                .orElseThrow();
    }
}
