package io.skein.cli;

import io.skein.frame.Delivered;
import io.skein.frame.MessageJson;
import io.skein.frame.Utf8Buffer;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Prints messages to standard output, a line each, as they were asked for. */
final class MessagePrinter {
    private final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);

    @Option(names = "--body", description = "prints bodies alone, as they are, a line each")
    private boolean body;

    @Option(names = "--json", description = "prints each message as one JSON line")
    private boolean json;

    /** @return false: nobody reads standard output any more, like behind {@code | head -1} */
    boolean print(Delivered message) {
        if (json) {
            out.writeBytes(json(message));
            out.println();
        } else if (body) {
            out.writeBytes(message.body());
            out.println();
        } else {
            String again = message.delivery() > 1 ? " (delivery " + message.delivery() + ")" : "";
            out.println(line(message.time(), message.topic(), message.offset(), message.key(), again, message.text()));
        }
        // Who writes into a pipe that is closed hears it here only.
        return !out.checkError();
    }

    /** For people: whatever is in it moves no cursor. */
    static String line(long time, String topic, long offset, String key, String again, String body) {
        return Readable.text(time) + "  "
                + Readable.oneLine(
                        topic + " " + offset + (key.isEmpty() ? "" : " [" + key + "]") + again + "  " + body);
    }

    /** A body alone, as it is. */
    static void printBody(byte[] body) {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        out.writeBytes(body);
        out.println();
        out.flush();
    }

    private static byte[] json(Delivered message) {
        List<String> headers = new ArrayList<>();
        message.headers().forEach((name, value) -> headers.addAll(List.of(name, value)));
        byte[] plain = MessageJson.encode(
                message.topic(),
                message.offset(),
                message.cursor(),
                message.time(),
                message.key(),
                headers.toArray(String[]::new),
                message.format(),
                message.contentType(),
                message.body());
        if (message.lease().isEmpty()) {
            return plain;
        }
        Utf8Buffer lent = new Utf8Buffer(plain.length + 128);
        MessageJson.lent(lent, plain, message.lease(), message.delivery());
        return lent.toByteArray();
    }
}
