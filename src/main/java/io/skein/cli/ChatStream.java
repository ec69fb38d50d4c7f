package io.skein.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;

/**
 * What happens to one's mail, as it happens: the server-sent events of {@code /v1/mail/stream}, one after the other into
 * a queue; while that is full the node waits. A stream that ends, or says nothing for long, is begun anew, also at
 * another node; its {@code open} then tells to list what went by.
 */
final class ChatStream implements Runnable {
    /** Nodes say something every 15 s. */
    private static final Duration SILENCE = Duration.ofSeconds(40);

    /** @param name as in the stream; {@code failed} with {@code problem} when it cannot go on */
    record Event(String name, JsonObject data) {}

    private final ChatLink link;
    private final BlockingQueue<Object> events;
    private volatile InputStream stream;
    private volatile long heardNanos = System.nanoTime();

    ChatStream(ChatLink link, BlockingQueue<Object> events) {
        this.link = link;
        this.events = events;
    }

    void start() {
        Thread thread = new Thread(this, "chat-stream");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try {
            while (true) {
                try (InputStream opened = link.stream("/v1/mail/stream")) {
                    heardNanos = System.nanoTime();
                    stream = opened;
                    read(new BufferedReader(new InputStreamReader(opened, StandardCharsets.UTF_8)));
                } catch (IOException ended) {
                    // As when it ends without a fault.
                }
            }
        } catch (CommandProblem problem) {
            put(new Event("failed", new JsonObject().put("problem", problem.getMessage())));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(BufferedReader lines) throws IOException, InterruptedException {
        String name = "message";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            heardNanos = System.nanoTime();
            if (line.isEmpty()) {
                name = "message";
            } else if (line.startsWith("event:")) {
                name = line.substring(6).strip();
            } else if (line.startsWith("data:")) {
                events.put(new Event(name, data(line.substring(5).strip())));
            }
        }
    }

    private static JsonObject data(String text) throws IOException {
        try {
            return new JsonObject(text);
        } catch (DecodeException broken) {
            throw new IOException(broken);
        }
    }

    private void put(Event event) {
        try {
            events.put(event);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A node that stands still keeps its connections; called once in a while. */
    void endIfSilent() {
        InputStream open = stream;
        if (open != null && System.nanoTime() - heardNanos > SILENCE.toNanos()) {
            try {
                open.close();
            } catch (IOException closed) {
                // That is what is wanted.
            }
        }
    }
}
