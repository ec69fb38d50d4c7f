package io.skein.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** {@code k8s/}, as far as it can be read without a cluster. {@link OverlaysIT} looks at what kubectl makes of it. */
class ManifestsTest {
    private static final String BASE = "base";
    private static final List<String> OVERLAYS = List.of("overlays/dev", "overlays/production");

    @TempDir
    private Path directory;

    /** As an overlay would have it. */
    private static String base() throws IOException {
        return Manifests.text(BASE).replace("  SKEIN_HOST:", "  SKEIN_INSECURE: \"true\"\n  SKEIN_HOST:");
    }

    private List<String> complaints(String yaml) throws IOException {
        return Rules.complaints(Manifests.read(yaml), directory);
    }

    @Test
    void everyFileIsWhatKubernetesTakes() throws IOException {
        Manifests.read(Manifests.text(BASE));
        for (String overlay : OVERLAYS) {
            Manifests.read(Manifests.text(overlay));
        }
    }

    @TestFactory
    Stream<DynamicTest> whatKubernetesWouldPassOverOrRefuseIsRefused() {
        return Stream.of(
                        List.of("replicas: 3", "replica: 3"),
                        List.of("path: /readyz", "paht: /readyz"),
                        List.of("replicas: 3", "replicas: three"),
                        List.of("replicas: 3", "replicas: 3\n  replicas: 4"),
                        List.of("kind: StatefulSet", "kind: StatefullSet"),
                        List.of("apiVersion: policy/v1", "apiVersion: policy/v1beta1"),
                        List.of("drop: [ALL]", "dorp: [ALL]"),
                        List.of("weight: 100", "wieght: 100"),
                        List.of("maxUnavailable: 1", "maxUnavailible: 1"),
                        List.of("policyTypes: [Ingress, Egress]", "policyTipes: [Ingress, Egress]"),
                        List.of("publishNotReadyAddresses: true", "publishNotReadyAddresses: yes please"),
                        List.of("secretName: skein\n", "secret_name: skein\n"),
                        List.of("targetLabel: cluster", "target: cluster"),
                        List.of("for: 30s", "fro: 30s"))
                .map(edit -> dynamicTest(edit.get(1), () -> {
                    String bent = edited(base() + Manifests.text("overlays/production"), edit.get(0), edit.get(1));
                    Exception refused = assertThrows(Exception.class, () -> Manifests.read(bent));
                    assertTrue(
                            refused instanceof JacksonException || refused instanceof IllegalArgumentException,
                            refused.toString());
                }));
    }

    private static String edited(String text, String from, String to) {
        assertTrue(text.contains(from), from);
        return text.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to));
    }

    @Test
    void theBaseFitsTogether() throws IOException {
        assertEquals(List.of(), complaints(base()));
    }

    @Test
    void theBaseByItselfIsNoClusterThatAnybodyMayReach() throws IOException {
        assertTrue(complaints(Manifests.text(BASE)).get(0).contains("--auth"));
    }

    /** What is put in place of what, and what is said of it. */
    private record Mistake(String from, String to, String complaint) {}

    @TestFactory
    Stream<DynamicTest> aMistakeIsFound() {
        return Stream.of(
                        new Mistake("serviceName: skein-peers", "serviceName: skein-peer", "no Service skein-peer"),
                        new Mistake("clusterIP: None", "type: ClusterIP", "not headless"),
                        new Mistake("publishNotReadyAddresses: true", "publishNotReadyAddresses: false", "not ready"),
                        new Mistake("podManagementPolicy: Parallel", "podManagementPolicy: OrderedReady", "for ever"),
                        new Mistake(
                                "  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: skein",
                                "  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: goose",
                                "select"),
                        new Mistake(
                                "  selector:\n    app.kubernetes.io/name: skein",
                                "  selector:\n    app.kubernetes.io/name: goose",
                                "selects no pod"),
                        new Mistake(
                                "  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: skein",
                                "  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: goose",
                                "selects no pod"),
                        new Mistake(
                                "                labelSelector:\n                  matchLabels:\n"
                                        + "                    app.kubernetes.io/name: skein",
                                "                labelSelector:\n                  matchLabels:\n"
                                        + "                    app.kubernetes.io/name: goose",
                                "keeps apart"),
                        new Mistake(
                                "          labelSelector:\n            matchLabels:\n"
                                        + "              app.kubernetes.io/name: skein",
                                "          labelSelector:\n            matchLabels:\n"
                                        + "              app.kubernetes.io/name: goose",
                                "spreads"),
                        new Mistake("targetPort: tcp", "targetPort: tpc", "no port is named tpc"),
                        new Mistake("targetPort: tcp", "targetPort: 5000", "are named"),
                        new Mistake("- port: raft", "- port: rfat", "no port is named rfat"),
                        new Mistake("containerPort: 5000", "containerPort: 5001", "SKEIN_TCP_PORT"),
                        new Mistake("SKEIN_RAFT_PORT: \"6000\"", "SKEIN_RAFT_PORT: \"6001\"", "SKEIN_RAFT_PORT"),
                        new Mistake(
                                "configMapRef:\n                name: skein",
                                "configMapRef:\n                name: s",
                                "no ConfigMap s"),
                        new Mistake("SKEIN_HOST:", "SKEIN_HOTS:", "did you mean SKEIN_HOST?"),
                        new Mistake(
                                "SKEIN_TCP_PORT: \"5000\"",
                                "SKEIN_TCP_PORT: \"5000\"\n  SKEIN_HEARTBEAT: 50",
                                "heartbeat"),
                        new Mistake("value: $(POD_NAME)\n", "value: $(POD_NAMES)\n", "stands after"),
                        new Mistake("value: $(POD_NAME)\n", "value: n1\n", "calls itself n1"),
                        new Mistake("value: $(POD_NAME).skein-peers", "value: $(POD_NAME)", "is found at skein-0"),
                        new Mistake(
                                "skein-1=skein-1.skein-peers:6000", "skein-1=skein-1.skein-peers:6001", "not found at"),
                        new Mistake(
                                "skein-1=skein-1.skein-peers:6000", "skein-1=skein-2.skein-peers:6000", "not found at"),
                        new Mistake(",skein-2=skein-2.skein-peers:6000", "", "formed by"),
                        new Mistake("enableServiceLinks: false", "enableServiceLinks: true", "taken for settings"),
                        new Mistake("maxUnavailable: 1", "maxUnavailable: 2", "a majority with them"),
                        new Mistake("maxUnavailable: 1", "maxUnavailable: 0", "could be moved"),
                        new Mistake("            - name: data\n", "            - name: date\n", "no volume date"),
                        new Mistake(
                                "        - name: tmp\n          emptyDir",
                                "        - name: temp\n          emptyDir",
                                "mounted nowhere"),
                        new Mistake("mountPath: /tmp", "mountPath: /var/tmp", "nothing is mounted at /tmp"),
                        new Mistake("SKEIN_DATA_DIR: /data", "SKEIN_DATA_DIR: /database", "lost with its pod"),
                        new Mistake("path: /livez", "path: /alive", "what no node has"),
                        new Mistake(
                                "path: /readyz\n              port: http",
                                "path: /readyz\n              port: web",
                                "no port is named web"),
                        new Mistake("path: /readyz\n", "path: /livez\n", "not /readyz"),
                        new Mistake(
                                "path: /readyz\n", "scheme: HTTPS\n              path: /readyz\n", "speak as the node"),
                        new Mistake("failureThreshold: 6\n", "failureThreshold: 1\n", "liveness slowly"),
                        new Mistake("runAsNonRoot: true", "runAsNonRoot: false", "as root"),
                        new Mistake("fsGroup: 10001", "fsGroup: 1000", "as 10001"),
                        new Mistake("type: RuntimeDefault", "type: Unconfined", "seccomp"),
                        new Mistake("allowPrivilegeEscalation: false", "privileged: false", "more rights"),
                        new Mistake("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "own program"),
                        new Mistake("drop: [ALL]", "drop: [NET_RAW]", "capabilities"),
                        new Mistake(
                                "automountServiceAccountToken: false\n", "hostIPC: false\n", "token for Kubernetes"),
                        new Mistake("cpu: 250m", "ephemeral-storage: 1Gi", "what it needs"),
                        new Mistake(
                                "            limits:\n",
                                "            limits:\n              cpu: \"1\"\n",
                                "heartbeats"),
                        new Mistake("member transfer --from", "member list", "hand over first"),
                        new Mistake("; sleep 5", "", "closes its door"),
                        new Mistake(
                                "terminationGracePeriodSeconds: 75",
                                "terminationGracePeriodSeconds: 30",
                                "30 s of grace"),
                        new Mistake(
                                "        - podSelector:\n            matchLabels:\n"
                                        + "              app.kubernetes.io/name: skein\n      ports:\n        - port: raft",
                                "        - podSelector: {}\n      ports:\n        - port: raft",
                                "others than the nodes"),
                        new Mistake("        - port: raft\n", "        - port: http\n", "nobody reaches"),
                        new Mistake("        - port: tcp\n", "", "clients do not reach"))
                .map(mistake ->
                        dynamicTest(mistake.complaint() + ": " + mistake.to().strip(), () -> {
                            List<String> found = complaints(edited(base(), mistake.from(), mistake.to()));
                            assertTrue(
                                    found.stream().anyMatch(complaint -> complaint.contains(mistake.complaint())),
                                    mistake.complaint() + " is not said: " + found);
                        }));
    }

    @Test
    void everyFileIsListed() throws IOException {
        for (String folder : Stream.concat(Stream.of(BASE), OVERLAYS.stream()).toList()) {
            JsonNode kustomization = Manifests.kustomization(folder);
            Set<String> listed = new TreeSet<>();
            kustomization.path("resources").forEach(resource -> listed.add(resource.asString()));
            kustomization
                    .path("patches")
                    .forEach(patch -> listed.add(patch.path("path").asString()));
            listed.remove("../../base");
            assertEquals(new TreeSet<>(Manifests.files(folder)), listed, folder);
        }
    }

    @Test
    void whatAnOverlayChangesIsThere() throws IOException {
        List<JsonNode> base = Manifests.documents(Manifests.text(BASE));
        for (String overlay : OVERLAYS) {
            for (JsonNode patch : Manifests.kustomization(overlay).path("patches")) {
                JsonNode change = Manifests.YAML.readTree(Files.readString(
                        Path.of("k8s", overlay, patch.path("path").asString())));
                JsonNode changed = base.stream()
                        .filter(document -> same(document, change, "/apiVersion")
                                && same(document, change, "/kind")
                                && same(document, change, "/metadata/name"))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(overlay + " changes what is not there: " + patch));
                assertTrue(
                        names(changed, "/spec/template/spec/containers")
                                .containsAll(names(change, "/spec/template/spec/containers")),
                        overlay + " would add a container");
                assertTrue(
                        names(change, "/spec/volumeClaimTemplates").isEmpty()
                                || names(changed, "/spec/volumeClaimTemplates")
                                        .equals(names(change, "/spec/volumeClaimTemplates")),
                        overlay + " replaces the claims by others");
            }
        }
    }

    private static boolean same(JsonNode one, JsonNode other, String pointer) {
        return one.at(pointer).equals(other.at(pointer));
    }

    private static List<String> names(JsonNode document, String pointer) {
        List<String> names = new ArrayList<>();
        StreamSupport.stream(document.at(pointer).spliterator(), false)
                .map(element -> element.has("name") ? element.path("name") : element.at("/metadata/name"))
                .forEach(name -> names.add(name.asString()));
        return names;
    }

    /** One source for both: a Prometheus that runs by itself, and the operator's. */
    @Test
    void thePrometheusRuleHasTheAlertsOfTheFile() throws IOException {
        Monitoring.RuleGroups file = Manifests.YAML.readValue(
                Files.readString(Path.of("grafana", "alerts.yml")), Monitoring.RuleGroups.class);
        Monitoring.PrometheusRule rule =
                Manifests.read(Manifests.text("overlays/production")).rules().get(0);
        assertEquals(file, rule.spec(), "k8s/prometheusrule.sh copies them");
    }
}
