package io.skein.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image that {@code k8s/image.sh} makes, and skein-0 of {@code k8s/overlays/production} in it, alone: user 10001, a root
 * that cannot be written, no capabilities, a network of its own, the Secrets where they are mounted. With
 * {@code -Dskein.image=DIR} an image that was made before.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImageIT {
    /** As a container runtime would: a root of its own, then the user, and no way back. */
    private static final String CONTAINER = """
            set -eu
            root=$1 data=$2 secrets=$3 variables=$4
            mount --bind "$root" "$root"
            mount --bind "$data" "$root/data"
            mount --bind "$secrets" "$root/etc/skein"
            mount -t tmpfs tmpfs "$root/tmp"
            mount -t proc proc "$root/proc"
            mount -t tmpfs tmpfs "$root/dev"
            for device in null random urandom; do
                : >"$root/dev/$device"
                mount --bind "/dev/$device" "$root/dev/$device"
            done
            mount -o remount,bind,ro "$root"
            ip link set lo up
            shift 4
            chroot=$(command -v chroot)
            set -a
            . "$variables"
            exec /usr/bin/setpriv --no-new-privs --bounding-set=-all,+sys_chroot,+setuid,+setgid "$chroot" --userspec=10001:10001 "$root" "$@"
            """;

    private Path directory;
    private Path image;
    private Path root;
    private JsonObject config;
    private Path variables;
    private Process container;

    @BeforeAll
    void build(@TempDir Path temporary) throws Exception {
        directory = temporary;
        assumeTrue(said("id", "-u").strip().equals("0"), "only root may unpack an image and run it as another user");
        assumeTrue(
                exit("unshare", "--mount", "--net", "--pid", "--fork", "true") == 0,
                "this machine lets nobody make a root and a network of his own");
        assumeTrue(exit("kubectl", "version", "--client") == 0, "there is no kubectl here");
        for (String tool : List.of("jlink", "ip", "nsenter", "setpriv", "curl", "openssl")) {
            assumeTrue(exit("sh", "-c", "command -v " + tool) == 0, "there is no " + tool + " here");
        }
        String made = System.getProperty("skein.image", "");
        image = made.isEmpty() ? directory.resolve("image") : Path.of(made);
        if (made.isEmpty()) {
            System.out.print(said("k8s/image.sh", image.toString()));
        }
        unpack();
        mounts();
    }

    @AfterAll
    void stop() throws Exception {
        if (container != null) {
            container.descendants().forEach(ProcessHandle::destroyForcibly);
            container.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
    }

    private Process start(Path out, String... command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
        return builder.start();
    }

    private int exit(String... command) throws InterruptedException {
        try {
            Process process = start(directory.resolve("out"), command);
            return process.waitFor(120, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (IOException none) {
            return -1;
        }
    }

    private String said(String... command) throws Exception {
        assertEquals(0, exit(command), () -> List.of(command) + ": " + out());
        return out();
    }

    private String out() {
        try {
            return Files.readString(directory.resolve("out"));
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private Path blob(String digest) {
        assertTrue(digest.startsWith("sha256:"), digest);
        return image.resolve("blobs/sha256").resolve(digest.substring("sha256:".length()));
    }

    private JsonObject json(JsonObject descriptor) throws Exception {
        Path file = blob(descriptor.getString("digest"));
        assertEquals(descriptor.getLong("size"), Files.size(file));
        return new JsonObject(Files.readString(file));
    }

    private static String digest(InputStream from) throws Exception {
        try (DigestInputStream in = new DigestInputStream(from, MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return "sha256:" + HexFormat.of().formatHex(in.getMessageDigest().digest());
        }
    }

    /** By the OCI image specification: everything is named by its hash. */
    private void unpack() throws Exception {
        JsonObject index = new JsonObject(Files.readString(image.resolve("index.json")));
        JsonObject manifest = json(index.getJsonArray("manifests").getJsonObject(0));
        config = json(manifest.getJsonObject("config"));
        root = Files.createDirectory(directory.resolve("root"));
        JsonArray layers = manifest.getJsonArray("layers");
        JsonArray diffs = config.getJsonObject("rootfs").getJsonArray("diff_ids");
        assertEquals(layers.size(), diffs.size());
        for (int i = 0; i < layers.size(); i++) {
            Path layer = blob(layers.getJsonObject(i).getString("digest"));
            assertEquals(diffs.getString(i), digest(new GZIPInputStream(Files.newInputStream(layer))));
            said("tar", "-C", root.toString(), "-xzf", layer.toString());
        }
        try (Stream<Path> blobs = Files.list(image.resolve("blobs/sha256"))) {
            for (Path file : blobs.toList()) {
                assertEquals("sha256:" + file.getFileName(), digest(Files.newInputStream(file)));
            }
        }
    }

    /** What the kubelet makes of the manifests. */
    private void mounts() throws Exception {
        Manifests production = Manifests.read(
                said("kubectl", "kustomize", "k8s/overlays/production") + "\n---\n" + said("k8s/secrets.sh", "skein"));
        Path secrets = Files.createDirectory(directory.resolve("secrets"));
        Map<String, String> environment = Environment.of(production, 0, secrets);
        Path data = Files.createDirectory(directory.resolve("data"));
        said("chown", "-R", "0:10001", secrets.toString(), data.toString());
        said("chmod", "-R", "u=rwX,g=rX,o=", secrets.toString());
        said("chmod", "2775", data.toString());
        said("chmod", "755", directory.toString());
        Files.createDirectories(root.resolve("etc/skein"));
        Files.writeString(root.resolve("etc/hosts"), "127.0.0.1 localhost skein-0.skein-peers\n");
        Files.writeString(root.resolve("etc/resolv.conf"), "nameserver 127.0.0.1\noptions ndots:5\n");
        List<String> lines = new ArrayList<>();
        config.getJsonObject("config").getJsonArray("Env").forEach(variable -> lines.add(quoted((String) variable)));
        environment.forEach(
                (name, value) -> lines.add(quoted(name + "=" + value.replace(secrets.toString(), "/etc/skein"))));
        // Alone it is a cluster at once.
        lines.add(quoted("SKEIN_PEERS=skein-0=skein-0.skein-peers:6000"));
        variables = Files.write(directory.resolve("variables"), lines);
    }

    private static String quoted(String variable) {
        int equals = variable.indexOf('=') + 1;
        return variable.substring(0, equals) + "'" + variable.substring(equals) + "'";
    }

    private List<String> entry() {
        List<String> command = new ArrayList<>();
        for (String part : List.of("Entrypoint", "Cmd")) {
            config.getJsonObject("config").getJsonArray(part).forEach(word -> command.add((String) word));
        }
        return command;
    }

    private Process run(Path out, List<String> command) throws IOException {
        List<String> line = new ArrayList<>(
                List.of("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", CONTAINER, "sh"));
        line.addAll(List.of(
                root.toString(),
                directory.resolve("data").toString(),
                directory.resolve("secrets").toString(),
                variables.toString()));
        line.addAll(command);
        return start(out, line.toArray(String[]::new));
    }

    private long node() {
        return container.descendants().findFirst().orElseThrow().pid();
    }

    /** In the container, as {@code kubectl exec} does. */
    private String in(String... command) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                "nsenter",
                "--target",
                "" + node(),
                "--mount",
                "--net",
                "--pid",
                "--root",
                "--setuid",
                "10001",
                "--setgid",
                "10001",
                "/bin/sh",
                "-c",
                "cd /data; set -a; . /proc/self/fd/0; exec \"$@\"",
                "sh"));
        line.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectInput(variables.toFile())
                .redirectOutput(directory.resolve("out").toFile());
        Process process = builder.start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs: " + List.of(command));
        assertEquals(0, process.exitValue(), () -> List.of(command) + ": " + out());
        return out();
    }

    @Test
    @Order(1)
    void theArchiveOfClassesIsOneThatItsJvmTakes() throws Exception {
        assertTrue(Files.size(root.resolve("opt/skein/target/skein.jsa")) > 0);
        Files.writeString(variables, Files.readString(variables) + "SKEIN_JAVA_OPTS=-Xshare:on\n");
        Path said = directory.resolve("version");
        Process version = run(said, List.of("/opt/skein/skein", "--version"));
        assertTrue(version.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, version.exitValue(), Files.readString(said));
        assertTrue(Files.readString(said).startsWith("skein "), Files.readString(said));
    }

    @Test
    @Order(2)
    void theNodeOfTheManifestsIsReadyInIt() throws Exception {
        container = run(directory.resolve("log"), entry());
        String port = "https://127.0.0.1:8080/readyz";
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> !container.isAlive()
                        || container.descendants().findFirst().isPresent()
                                && exit("nsenter", "--target", "" + node(), "--net", "curl", "-skf", port) == 0);
        assertTrue(container.isAlive(), log());
        assertTrue(out().contains("[+]leader ok"), out());
        assertFalse(log().contains("Google"), "it does not ask the name servers that it is told: " + log());
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"), StandardCharsets.UTF_8);
    }

    @Test
    @Order(3)
    void commandsAreAtHand() throws Exception {
        assertTrue(in("skein", "publish", "greetings", "hello").contains("greetings offset 0"));
        assertTrue(in("skein", "subscribe", "greetings", "--from", "earliest", "--count", "1")
                .contains("hello"));
        assertTrue(in("skein", "member", "list").contains("skein-0.skein-peers:6000"));
    }

    /** There is nobody to hand over to; it says so, and the pod ends all the same. */
    @Test
    @Order(4)
    void whatComesBeforeTheSignalRunsInIt() throws Exception {
        Manifests base = Manifests.read(Manifests.text("base"));
        List<String> hook = base.nodes()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getLifecycle()
                .getPreStop()
                .getExec()
                .getCommand();
        String said =
                in(hook.stream().map(word -> word.replace("sleep 5", "sleep 0")).toArray(String[]::new));
        assertTrue(said.contains("not-transferred"), said);
    }

    @Test
    @Order(5)
    void theSignalEndsItInOrder() throws Exception {
        assertEquals(0, exit("kill", "-TERM", "" + node()));
        assertTrue(container.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, container.exitValue(), log());
    }
}
