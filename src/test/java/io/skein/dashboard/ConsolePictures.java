package io.skein.dashboard;

import io.skein.node.RunningNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes the pictures of the README anew, run by hand: {@code ./mvnw test -Dtest=ConsolePictures}. A cluster of three with a
 * shop's messages runs for two minutes, so that the charts have something to show.
 */
class ConsolePictures {
    private static final Path PICTURES = Path.of("src/test/resources/screenshots");
    private static final Duration RUNS = Duration.ofSeconds(Long.getLong("skein.pictures.seconds", 120));
    private static final int COLOURS = 256;
    private static final int MOST_BYTES = 80_000;

    private static final List<String> NAMES =
            List.of("Ada Lovelace", "Grace Hopper", "Alan Kay", "Barbara Liskov", "Leslie Lamport", "Radia Perlman");
    private static final List<String> REGIONS = List.of("eu", "eu", "eu", "us", "us", "apac");

    private final HttpClient client = HttpClient.newHttpClient();
    private final Random random = new Random(7);
    private String base;
    private int number = 880_000;

    @Test
    @Timeout(600)
    void allPages(@TempDir Path profile, @TempDir Path directory) throws Exception {
        ScheduledExecutorService shop = Executors.newScheduledThreadPool(2);
        try (Browser browser = Browser.open(profile);
                RunningNode first = patient(directory, "n1", Map.of("sql", "true"));
                RunningNode second = joining(directory, "n2", first, 2);
                RunningNode third = joining(directory, "n3", first, 3)) {
            second.awaitVoters(3);
            third.awaitVoters(3);
            base = "http://127.0.0.1:" + first.httpPort();
            stock();
            shop.scheduleAtFixedRate(() -> quietly(this::orders), 0, 100, TimeUnit.MILLISECONDS);
            shop.scheduleAtFixedRate(() -> quietly(this::work), 500, 250, TimeUnit.MILLISECONDS);
            long until = System.nanoTime() + RUNS.toNanos();
            browser.phone(1280);
            browser.go(base + "/");
            Awaitility.await().atMost(RUNS.plusSeconds(60)).until(() -> System.nanoTime() > until);
            take(browser, "overview", "#/overview", "#flock .member", "");
            take(browser, "topics", "#/topics", "#topics-body tbody tr", "");
            take(
                    browser,
                    "topic",
                    "#/topics/orders/eu?find=key:customer-7",
                    "#browse-body .message",
                    "document.querySelector('#browse-body .line')?.click()");
            take(browser, "subscriptions", "#/subscriptions", "#subscriptions-body tbody tr", "");
            take(
                    browser,
                    "subscription",
                    "#/subscriptions/billing",
                    "#letters-body .letter",
                    "document.querySelector('#letters-body .line')?.click()");
            take(browser, "cluster", "#/cluster", "#members .member", "");
            take(browser, "tail", "#/tail?filter=orders/%23", "#tail-body .message", "");
            take(browser, "connections", "#/connections", "#page-connections td", "");
            take(browser, "accounts", "#/accounts", "#page-accounts td", "");
            take(browser, "settings", "#/settings", "#page-settings td", "");
            take(
                    browser,
                    "sql",
                    "#/sql",
                    "#page-sql textarea",
                    "const box = document.querySelector('#page-sql textarea');"
                            + " box.value = \"SELECT topic, count(*) AS messages, max(time) AS newest FROM message GROUP BY topic ORDER BY messages DESC LIMIT 8\";"
                            + " box.dispatchEvent(new Event('input', {bubbles: true}));"
                            + " document.querySelector('#page-sql button.primary').click()");
        } finally {
            shop.shutdownNow();
        }
    }

    private static RunningNode joining(Path directory, String id, RunningNode known, int voters) throws Exception {
        if (voters == 2) {
            known.awaitVoters(1);
        }
        RunningNode node = patient(directory, id, Map.of("peers", known.id() + "=" + known.raftAddress()));
        known.awaitVoters(voters);
        return node;
    }

    /** The first goes on to lead, also on a machine that has much to do. */
    private static RunningNode patient(Path directory, String id, Map<String, String> more) throws Exception {
        Map<String, String> flags =
                new HashMap<>(Map.of("node-id", id, "heartbeat", "300ms", "election-timeout", "3s"));
        flags.putAll(more);
        return new RunningNode(directory.resolve(id), flags);
    }

    private void stock() throws Exception {
        send(
                "PUT",
                "/v1/topics/orders/eu",
                new JsonObject("{\"retention\":{\"maxAge\":\"7d\",\"maxBytes\":1073741824}}"));
        subscription("billing", "orders/#", 3);
        subscription("invoices", "orders/eu", 5);
        subscription("fraud-check", "payments/authorized", 5);
        subscription("warehouse", "orders/+", 5);
        for (String delay : List.of("2h", "1d", "3d")) {
            client.send(
                    HttpRequest.newBuilder(URI.create(base + "/t/reminders"))
                            .header("Skein-Delay", delay)
                            .POST(HttpRequest.BodyPublishers.ofString("the offer ends soon"))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
        }
        for (String name : List.of("ada", "grace")) {
            send("POST", "/v1/accounts", new JsonObject().put("username", name).put("password", "a long password"));
        }
    }

    private void subscription(String name, String filter, int maxDeliveries) throws Exception {
        send(
                "PUT",
                "/v1/subscriptions/" + name,
                new JsonObject()
                        .put("filter", filter)
                        .put("maxDeliveries", maxDeliveries)
                        .put("backoff", new JsonArray()));
    }

    private void orders() throws Exception {
        JsonArray batch = new JsonArray();
        int some = 18 + random.nextInt(14);
        for (int i = 0; i < some; i++) {
            JsonObject order = new JsonObject()
                    .put("id", ++number)
                    .put(
                            "customer",
                            new JsonObject()
                                    .put("name", NAMES.get(random.nextInt(NAMES.size())))
                                    .put("country", "DE"))
                    .put(
                            "lines",
                            new JsonArray()
                                    .add(new JsonObject()
                                            .put("sku", "SK-" + (10 + random.nextInt(90)))
                                            .put("quantity", 1 + random.nextInt(4))))
                    .put("total", random.nextInt(40_000) / 100.0);
            batch.add(message("orders/" + REGIONS.get(random.nextInt(REGIONS.size())), order.encode(), "JSON")
                    .put("key", "customer-" + random.nextInt(400)));
            if (i % 5 == 0) {
                batch.add(message(
                        "payments/" + (i % 2 == 0 ? "authorized" : "settled"),
                        "<payment order=\"" + number + "\"><amount currency=\"EUR\">" + (5 + random.nextInt(300))
                                + ".00</amount></payment>",
                        "XML"));
            }
            if (i % 4 == 0) {
                batch.add(message(
                        "sensors/hall-" + (1 + random.nextInt(2)) + "/temperature",
                        "{\"celsius\":" + (180 + random.nextInt(40)) / 10.0 + "}",
                        "JSON"));
            }
        }
        send("POST", "/v1/publish", new JsonObject().put("messages", batch));
    }

    private static JsonObject message(String topic, String body, String format) {
        return new JsonObject()
                .put("topic", topic)
                .put("body", body)
                .put("format", format)
                .put("headers", new JsonObject().put("source", "shop"));
    }

    /** Billing keeps up but for a few, invoices does not, nobody works for fraud-check. */
    private void work() throws Exception {
        settle("billing", 90);
        settle("warehouse", 90);
        settle("invoices", 12);
        if (random.nextInt(12) == 0) {
            JsonObject back = leases("billing", 1);
            send("POST", "/v1/subscriptions/billing/nack", back.put("reason", "the customer has no address"));
        }
    }

    private void settle(String subscription, int most) throws Exception {
        send("POST", "/v1/subscriptions/" + subscription + "/ack", leases(subscription, most));
    }

    private JsonObject leases(String subscription, int most) throws Exception {
        JsonObject pulled = send(
                "POST",
                "/v1/subscriptions/" + subscription + "/pull?consumer=" + subscription + "-1&max=" + most,
                null);
        return new JsonObject()
                .put(
                        "leases",
                        pulled.getJsonArray("messages", new JsonArray()).stream()
                                .map(message -> ((JsonObject) message).getString("lease"))
                                .collect(Collectors.collectingAndThen(Collectors.toList(), JsonArray::new)));
    }

    private interface Doing {
        void act() throws Exception;
    }

    /** The shop goes on: what is refused is only not in the picture. */
    private static void quietly(Doing doing) {
        try {
            doing.act();
        } catch (Exception passing) {
            System.err.println("the shop: " + passing);
        }
    }

    private JsonObject send(String method, String path, JsonObject body) throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(base + path))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body == null ? "" : body.encode()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 503) {
            throw new IOException(method + " " + path + ": " + answer.body());
        }
        return answer.body().startsWith("{") ? new JsonObject(answer.body()) : new JsonObject();
    }

    private static void take(Browser browser, String name, String hash, String ready, String then) throws IOException {
        browser.script("localStorage.setItem('skein.theme', 'light')");
        browser.screen(1280, 860);
        browser.script("location.hash = arguments[0]; location.reload()", hash);
        browser.await("a state is shown", () -> !browser.text("#node").isEmpty());
        browser.await(ready + " is there", () -> !browser.all(ready).isEmpty());
        browser.settle();
        if (!then.isEmpty()) {
            browser.script(then);
            browser.settle();
        }
        browser.screen(1280, (int) Math.min(1_100, browser.height()));
        browser.settle();
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(browser.screenshot()));
        Files.createDirectories(PICTURES);
        Files.write(PICTURES.resolve(name + ".png"), within(withPalette(picture)));
    }

    /** As a file of at most so many bytes: what is too much goes at the bottom. */
    private static byte[] within(BufferedImage picture) throws IOException {
        for (int height = picture.getHeight(); ; height -= 40) {
            var out = new ByteArrayOutputStream();
            ImageIO.write(picture.getSubimage(0, 0, picture.getWidth(), height), "png", out);
            if (out.size() <= MOST_BYTES) {
                return out.toByteArray();
            }
        }
    }

    /** With the colours that occur most, and each other one as the nearest of them. */
    private static BufferedImage withPalette(BufferedImage picture) {
        Map<Integer, Integer> seen = new HashMap<>();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                seen.merge(picture.getRGB(x, y) & 0xF8F8F8, 1, Integer::sum);
            }
        }
        List<Integer> most = new ArrayList<>(seen.keySet());
        most.sort((one, two) -> seen.get(two) - seen.get(one));
        List<Integer> kept = most.subList(0, Math.min(COLOURS, most.size()));
        // Of a rounded colour the exact one that occurs most: large areas stay as they are.
        Map<Integer, Map<Integer, Integer>> exact = new HashMap<>();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                int rgb = picture.getRGB(x, y) & 0xFFFFFF;
                exact.computeIfAbsent(rgb & 0xF8F8F8, rounded -> new HashMap<>())
                        .merge(rgb, 1, Integer::sum);
            }
        }
        int[] palette = kept.stream()
                .mapToInt(rounded -> exact.get(rounded).entrySet().stream()
                        .max(Map.Entry.comparingByValue())
                        .orElseThrow()
                        .getKey())
                .toArray();
        byte[][] parts = new byte[3][palette.length];
        for (int i = 0; i < palette.length; i++) {
            for (int part = 0; part < 3; part++) {
                parts[part][i] = (byte) (palette[i] >> 16 - 8 * part);
            }
        }
        var model = new IndexColorModel(8, palette.length, parts[0], parts[1], parts[2]);
        var small = new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, model);
        Map<Integer, Integer> places = new HashMap<>();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                int rgb = picture.getRGB(x, y) & 0xFFFFFF;
                int place = places.computeIfAbsent(rgb, wanted -> nearest(palette, wanted));
                small.getRaster().setSample(x, y, 0, place);
            }
        }
        return small;
    }

    private static int nearest(int[] palette, int rgb) {
        int best = 0;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < palette.length; i++) {
            long far = 0;
            for (int part = 0; part < 24; part += 8) {
                long apart = (palette[i] >> part & 0xFF) - (rgb >> part & 0xFF);
                far += apart * apart;
            }
            if (far < least) {
                least = far;
                best = i;
            }
        }
        return best;
    }
}
