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

    void print(Delivered message) {
        if (json) {
            out.writeBytes(json(message));
            out.println();
        } else if (body) {
            out.writeBytes(message.body());
            out.println();
        } else {
            String key = message.key().isEmpty() ? "" : " [" + message.key() + "]";
            String again = message.delivery() > 1 ? " (delivery " + message.delivery() + ")" : "";
            out.printf(
                    "%s  %s %d%s%s  %s%n",
                    Readable.text(message.time()), message.topic(), message.offset(), key, again, message.text());
        }
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
