package io.skein.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A node beside the ceilings of its machine.
 *
 * @param load where the node is, and the throughput load: its door, publishers, window and batch
 * @param folder an existing folder on the node's disk; nothing stays there
 * @param time for each figure
 * @param rounds every figure is taken so often, in turn, 1 to 100
 * @param connections of the HTTP figures
 * @param clients of the fan-out figures
 * @param ownProcess whether the bare server is a process of its own, as the node is
 */
public record RatiosConfig(
        LoadConfig load,
        Path folder,
        Duration time,
        int rounds,
        int connections,
        List<Integer> clients,
        boolean ownProcess) {

    /** Three rounds of 3 s for each figure: about four minutes. */
    public static RatiosConfig defaults(String url, Path folder) {
        return new RatiosConfig(
                LoadConfig.defaults(url), folder, Duration.ofSeconds(3), 3, 64, List.of(1, 100, 1000), true);
    }

    public RatiosConfig {
        clients = List.copyOf(clients);
        if (rounds < 1 || rounds > 100) {
            throw new IllegalArgumentException("rounds " + rounds + " is not within 1 to 100");
        }
        clients.forEach(count -> load.withSubscribers(count, 1));
    }
}
