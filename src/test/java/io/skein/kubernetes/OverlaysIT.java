package io.skein.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.node.NodeConfig;
import io.skein.node.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code kubectl apply -k} would send, with the Secrets that {@code k8s/secrets.sh} makes. */
@Timeout(120)
class OverlaysIT {
    @TempDir
    private Path directory;

    private Path scratch;

    @BeforeEach
    void hasKubectl() throws Exception {
        scratch = Files.createDirectory(directory.resolve("scratch"));
        try {
            String version = said("kubectl", "version", "--client");
            assumeTrue(version.matches("(?s).*Kustomize Version: v[5-9].*"), "kubectl is too old for k8s/: " + version);
        } catch (IOException none) {
            assumeTrue(false, "there is no kubectl here");
        }
    }

    private String said(String... command) throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs: " + List.of(command));
        assertEquals(0, process.exitValue(), Files.readString(err));
        return Files.readString(out);
    }

    private String dev() throws Exception {
        return said("kubectl", "kustomize", "k8s/overlays/dev");
    }

    private String production() throws Exception {
        return said("kubectl", "kustomize", "k8s/overlays/production") + "\n---\n" + said("k8s/secrets.sh", "skein");
    }

    private List<String> complaints(String yaml) throws IOException {
        return Rules.complaints(Manifests.read(yaml), scratch);
    }

    private NodeConfig config(String yaml, int ordinal) throws IOException {
        Map<String, String> environment = Environment.of(Manifests.read(yaml), ordinal, scratch);
        return NodeConfig.of(Settings.resolve(Map.of(), environment, Optional.empty()));
    }

    @Test
    void theClusterToTryThingsOutFitsTogether() throws Exception {
        String dev = dev();
        assertEquals(List.of(), complaints(dev));
        NodeConfig first = config(dev, 0);
        assertFalse(first.gate().locked());
        assertTrue(first.peerSecret().isEmpty());
        assertEquals(List.of(), Manifests.read(dev).rules(), "it needs nothing that a small cluster has not");
    }

    @Test
    void theClusterThatCountsFitsTogether() throws Exception {
        String production = production();
        assertEquals(List.of(), complaints(production));
        NodeConfig fourth = config(production, 3);
        assertTrue(fourth.gate().locked());
        assertTrue(fourth.peerSecret().isPresent());
        assertTrue(fourth.adminToken().isPresent());
        assertTrue(fourth.tls().isPresent());
        assertFalse(fourth.insecure());
    }

    /** What only production has: each check of it can fail. */
    @Test
    void aMistakeInWhatProductionAddsIsFound() throws Exception {
        String production = production();
        for (List<String> mistake : List.of(
                List.of("secretName: skein-tls", "secretName: tls", "nobody makes the Secret tls"),
                List.of("/etc/skein/secrets/peer-secret", "/etc/skein/secrets/secret", "cannot be read"),
                List.of("SKEIN_AUTH:", "SKEIN_AUHT:", "did you mean SKEIN_AUTH?"),
                List.of("scheme: HTTPS", "scheme: HTTP", "does not speak as the node does"),
                List.of("scheme: https", "scheme: http", "does not speak as the node does"),
                List.of("key: ca.crt", "key: ca.pem", "nobody makes ca.pem"),
                List.of("path: /metrics", "path: /metric", "what no node has"),
                List.of("component: peers\n      app.kubernetes.io/name: skein\n", "name: skein\n", "2 Services"),
                List.of("jobLabel: app.kubernetes.io/name", "jobLabel: name", "not called skein"),
                List.of("        - name: POD_NAME\n", "        - name: POD\n", "stands after"))) {
            assertTrue(production.contains(mistake.get(0)), mistake.get(0));
            List<String> found = complaints(production.replace(mistake.get(0), mistake.get(1)));
            assertTrue(
                    found.stream().anyMatch(complaint -> complaint.contains(mistake.get(2))),
                    mistake.get(1) + ": " + found);
        }
    }

    @Test
    void everySecretIsAnother() throws Exception {
        String first = said("k8s/secrets.sh", "skein");
        String second = said("k8s/secrets.sh", "skein");
        for (String key : List.of("admin-token", "peer-secret", "tls.key")) {
            assertFalse(line(first, key).equals(line(second, key)), key);
        }
        assertEquals(64, new ProcessBuilder("k8s/secrets.sh").start().waitFor());
    }

    private static String line(String yaml, String key) {
        return yaml.lines()
                .filter(line -> line.strip().startsWith(key + ":"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theCertificateNamesThePodsAndTheService() throws Exception {
        config(production(), 0);
        String text = said(
                "openssl",
                "x509",
                "-noout",
                "-text",
                "-in",
                scratch.resolve("tls/tls.crt").toString());
        for (String name :
                List.of("DNS:skein,", "DNS:skein.skein.svc,", "DNS:skein-0.skein-peers", "DNS:skein-4.skein-peers")) {
            assertTrue(text.contains(name), name);
        }
    }
}
