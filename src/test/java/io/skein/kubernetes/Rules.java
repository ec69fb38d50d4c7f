package io.skein.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must fit together in manifests that are applied together. Each complaint is a sentence. */
final class Rules {
    /** In the image, see {@code Dockerfile}. */
    static final long USER = 10001;
    /** Within which a node ends after the signal: NodeProcess. */
    private static final long STOP_SECONDS = 25;

    private static final String RAFT = "raft";

    private final Manifests manifests;
    private final StatefulSet nodes;
    private final PodSpec pod;
    private final Container container;
    private final List<String> complaints = new ArrayList<>();

    private Rules(Manifests manifests) {
        this.manifests = manifests;
        this.nodes = manifests.nodes();
        this.pod = nodes.getSpec().getTemplate().getSpec();
        this.container = pod.getContainers().get(0);
    }

    /** @param scratch an empty folder, for the files that the pods are given */
    static List<String> complaints(Manifests manifests, Path scratch) throws IOException {
        Rules rules = new Rules(manifests);
        rules.selectors();
        rules.services();
        rules.ports();
        rules.configuration();
        rules.quorum();
        rules.volumes();
        rules.probes();
        rules.strangers();
        rules.rights();
        rules.end();
        rules.monitors();
        if (rules.complaints.isEmpty()) {
            rules.complaints.addAll(Members.complaints(manifests, scratch));
        }
        return rules.complaints;
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            complaints.add(otherwise);
        }
    }

    private Map<String, String> labels() {
        return nodes.getSpec().getTemplate().getMetadata().getLabels();
    }

    private boolean selects(Map<String, String> selector) {
        return selector != null && !selector.isEmpty() && labels().entrySet().containsAll(selector.entrySet());
    }

    private boolean selects(LabelSelector selector) {
        return selector != null && selects(selector.getMatchLabels());
    }

    private void selectors() {
        check(selects(nodes.getSpec().getSelector()), "the StatefulSet does not select its own pods");
        for (Service service : manifests.all(Service.class)) {
            check(
                    selects(service.getSpec().getSelector()),
                    "Service " + service.getMetadata().getName() + " selects no pod");
        }
        for (NetworkPolicy policy : manifests.all(NetworkPolicy.class)) {
            check(
                    selects(policy.getSpec().getPodSelector()),
                    "NetworkPolicy " + policy.getMetadata().getName() + " selects no pod");
        }
        pod.getTopologySpreadConstraints()
                .forEach(spread -> check(selects(spread.getLabelSelector()), "spreads pods that are not there"));
        var apart = pod.getAffinity().getPodAntiAffinity();
        Stream.concat(
                        apart.getPreferredDuringSchedulingIgnoredDuringExecution().stream()
                                .map(preferred -> preferred.getPodAffinityTerm()),
                        apart.getRequiredDuringSchedulingIgnoredDuringExecution().stream())
                .forEach(term -> check(selects(term.getLabelSelector()), "keeps apart pods that are not there"));
    }

    private void services() {
        String name = nodes.getSpec().getServiceName();
        manifests
                .find(Service.class, name)
                .ifPresentOrElse(
                        service -> {
                            check(
                                    "None".equals(service.getSpec().getClusterIP()),
                                    "Service " + name + " gives pods no names: it is not headless");
                            check(
                                    Boolean.TRUE.equals(service.getSpec().getPublishNotReadyAddresses()),
                                    "Service " + name + " hides pods that are not ready: no cluster would form");
                        },
                        () -> complaints.add("there is no Service " + name + ", the StatefulSet's serviceName"));
        check(
                "Parallel".equals(nodes.getSpec().getPodManagementPolicy()),
                "one pod after the other: the first would wait for the others for ever");
    }

    private Set<String> portNames() {
        return container.getPorts().stream().map(ContainerPort::getName).collect(Collectors.toSet());
    }

    private void port(IntOrString port, String where) {
        if (port != null && port.getStrVal() != null) {
            check(portNames().contains(port.getStrVal()), where + ": no port is named " + port.getStrVal());
        }
    }

    private void ports() {
        for (Service service : manifests.all(Service.class)) {
            for (ServicePort port : service.getSpec().getPorts()) {
                check(
                        port.getTargetPort() != null && port.getTargetPort().getStrVal() != null,
                        "Service " + service.getMetadata().getName() + ": target ports are named");
                port(port.getTargetPort(), "Service " + service.getMetadata().getName());
            }
        }
        for (NetworkPolicy policy : manifests.all(NetworkPolicy.class)) {
            Stream.concat(
                            policy.getSpec().getIngress().stream().flatMap(rule -> rule.getPorts().stream()),
                            policy.getSpec().getEgress().stream().flatMap(rule -> rule.getPorts().stream()))
                    .forEach(port -> port(
                            port.getPort(),
                            "NetworkPolicy " + policy.getMetadata().getName()));
        }
        Map<String, String> settings = constants();
        for (ContainerPort port : container.getPorts()) {
            String variable = "SKEIN_" + port.getName().toUpperCase(Locale.ROOT) + "_PORT";
            check(
                    String.valueOf(port.getContainerPort()).equals(settings.get(variable)),
                    "port " + port.getName() + " is not what " + variable + " says");
        }
    }

    /** Variables that are the same in all pods. */
    private Map<String, String> constants() {
        Map<String, String> all = new LinkedHashMap<>();
        for (EnvFromSource source : container.getEnvFrom()) {
            String name = source.getConfigMapRef().getName();
            manifests
                    .find(ConfigMap.class, name)
                    .ifPresentOrElse(
                            map -> all.putAll(map.getData()), () -> complaints.add("there is no ConfigMap " + name));
        }
        return all;
    }

    private void configuration() {
        Set<String> before = new HashSet<>(constants().keySet());
        for (EnvVar variable : container.getEnv()) {
            if (variable.getValue() != null) {
                Environment.references(variable.getValue())
                        .forEach(name -> check(
                                before.contains(name),
                                variable.getName() + " uses " + name + ", which stands after it"));
            }
            before.add(variable.getName());
        }
        Set<String> prefixes = manifests.all(Service.class).stream()
                .map(service -> service.getMetadata().getName().toUpperCase(Locale.ROOT) + "_")
                .collect(Collectors.toSet());
        boolean collides = prefixes.stream().anyMatch(prefix -> prefix.startsWith("SKEIN_"));
        check(
                !collides || Boolean.FALSE.equals(pod.getEnableServiceLinks()),
                "the Services' own variables would be taken for settings");
    }

    private void quorum() {
        int replicas = nodes.getSpec().getReplicas();
        List<PodDisruptionBudget> budgets = manifests.all(PodDisruptionBudget.class).stream()
                .filter(budget -> selects(budget.getSpec().getSelector()))
                .toList();
        check(budgets.size() == 1, "there is not one PodDisruptionBudget for the pods");
        for (PodDisruptionBudget budget : budgets) {
            IntOrString may = budget.getSpec().getMaxUnavailable();
            int missing = may == null || may.getIntVal() == null ? replicas : may.getIntVal();
            check(missing > 0, "no pod could be moved");
            check(
                    replicas < 3 || replicas - missing > replicas / 2,
                    "of " + replicas + " nodes " + missing + " may be missing, and a majority with them");
        }
    }

    private void volumes() {
        Set<String> claims = nodes.getSpec().getVolumeClaimTemplates().stream()
                .map(claim -> claim.getMetadata().getName())
                .collect(Collectors.toSet());
        Set<String> volumes = new HashSet<>(claims);
        pod.getVolumes().forEach(volume -> volumes.add(volume.getName()));
        Set<String> mounted =
                container.getVolumeMounts().stream().map(VolumeMount::getName).collect(Collectors.toSet());
        mounted.forEach(name -> check(volumes.contains(name), "there is no volume " + name));
        volumes.forEach(name -> check(mounted.contains(name), "volume " + name + " is mounted nowhere"));
        String data = constants().getOrDefault("SKEIN_DATA_DIR", "");
        check(
                container.getVolumeMounts().stream()
                        .anyMatch(mount -> claims.contains(mount.getName())
                                && (data + "/").startsWith(mount.getMountPath() + "/")),
                "what the node keeps would be lost with its pod");
        check(
                container.getVolumeMounts().stream()
                        .anyMatch(mount -> mount.getMountPath().equals("/tmp")),
                "the file system is read-only, and nothing is mounted at /tmp");
        pod.getVolumes().stream()
                .filter(volume -> volume.getSecret() != null)
                .forEach(volume -> check(
                        manifests
                                .find(Secret.class, volume.getSecret().getSecretName())
                                .isPresent(),
                        "nobody makes the Secret " + volume.getSecret().getSecretName()));
    }

    private boolean speaksTls() {
        return constants().containsKey("SKEIN_TLS_CERT");
    }

    private void probes() {
        probe("startup", container.getStartupProbe());
        probe("liveness", container.getLivenessProbe());
        probe("readiness", container.getReadinessProbe());
        if (complaints.isEmpty()) {
            long ready = patience(container.getReadinessProbe());
            long alive = patience(container.getLivenessProbe());
            check(
                    ready * 4 <= alive,
                    "readiness fails fast and liveness slowly, not " + ready + " s and " + alive + " s");
            check("/readyz".equals(container.getReadinessProbe().getHttpGet().getPath()), "readiness is not /readyz");
            check("/livez".equals(container.getLivenessProbe().getHttpGet().getPath()), "liveness is not /livez");
        }
    }

    /** Seconds until it counts as failed. */
    private static long patience(Probe probe) {
        return (long) probe.getPeriodSeconds() * probe.getFailureThreshold();
    }

    private void probe(String which, Probe probe) {
        if (probe == null || probe.getHttpGet() == null) {
            complaints.add("there is no " + which + " probe");
            return;
        }
        port(probe.getHttpGet().getPort(), "the " + which + " probe");
        check(isRoute(probe.getHttpGet().getPath()), "the " + which + " probe asks for what no node has");
        check(
                speaksTls() == "HTTPS".equals(probe.getHttpGet().getScheme()),
                "the " + which + " probe does not speak as the node does");
    }

    /** As the contract has it, which another test compares with what the doors do. */
    private static boolean isRoute(String path) {
        try (InputStream in = Rules.class.getResourceAsStream("/openapi.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).contains("\n  " + path + ":\n    get:");
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    /** Who speaks at the Raft port as a node is one. */
    private void strangers() {
        List<NetworkPolicyIngressRule> ways = manifests.all(NetworkPolicy.class).stream()
                .filter(policy -> selects(policy.getSpec().getPodSelector()))
                .flatMap(policy -> policy.getSpec().getIngress().stream())
                .toList();
        check(ways.stream().anyMatch(this::leadsToRaft), "nobody reaches the Raft port");
        ways.stream()
                .filter(this::leadsToRaft)
                .forEach(way -> check(
                        !way.getFrom().isEmpty() && way.getFrom().stream().allMatch(this::isNode),
                        "others than the nodes reach the Raft port"));
        check(
                Stream.of("http", "tcp")
                        .allMatch(name -> ways.stream()
                                .flatMap(way -> way.getPorts().stream())
                                .anyMatch(port -> isNamed(port, name))),
                "clients do not reach their doors");
    }

    private boolean leadsToRaft(NetworkPolicyIngressRule way) {
        return way.getPorts().isEmpty() || way.getPorts().stream().anyMatch(port -> isNamed(port, RAFT));
    }

    private static boolean isNamed(NetworkPolicyPort port, String name) {
        return port.getPort() != null && name.equals(port.getPort().getStrVal());
    }

    private boolean isNode(NetworkPolicyPeer peer) {
        return peer.getNamespaceSelector() == null && peer.getIpBlock() == null && selects(peer.getPodSelector());
    }

    private void rights() {
        var ofPod = pod.getSecurityContext();
        var own = container.getSecurityContext();
        check(Boolean.TRUE.equals(ofPod.getRunAsNonRoot()), "it may run as root");
        check(
                Stream.of(ofPod.getRunAsUser(), ofPod.getRunAsGroup(), ofPod.getFsGroup())
                        .allMatch(id -> id != null && id == USER),
                "it does not run as " + USER);
        check(
                ofPod.getSeccompProfile() != null
                        && "RuntimeDefault".equals(ofPod.getSeccompProfile().getType()),
                "no seccomp profile");
        check(Boolean.FALSE.equals(own.getAllowPrivilegeEscalation()), "it may get more rights than it began with");
        check(Boolean.TRUE.equals(own.getReadOnlyRootFilesystem()), "it may change its own program");
        check(
                own.getCapabilities() != null
                        && List.of("ALL").equals(own.getCapabilities().getDrop())
                        && own.getCapabilities().getAdd().isEmpty(),
                "it keeps capabilities");
        check(Boolean.FALSE.equals(pod.getAutomountServiceAccountToken()), "it is given a token for Kubernetes");
        var resources = container.getResources();
        check(
                resources.getRequests().containsKey("cpu")
                        && resources.getRequests().containsKey("memory")
                        && resources.getLimits().containsKey("memory"),
                "it does not say what it needs");
        check(!resources.getLimits().containsKey("cpu"), "a limit for the CPU holds heartbeats back");
    }

    private void end() {
        List<String> command = container.getLifecycle() == null
                ? List.of()
                : container.getLifecycle().getPreStop().getExec().getCommand();
        String line = command.isEmpty() ? "" : command.get(command.size() - 1);
        check(line.contains("skein member transfer --from"), "a pod that ends does not hand over first");
        check(line.matches("(?s).*; sleep [0-9]+"), "a pod that ends closes its door before it is known");
        long sleep = line.matches("(?s).*; sleep [0-9]+") ? Long.parseLong(line.replaceAll("(?s).* ", "")) : 0;
        Long grace = pod.getTerminationGracePeriodSeconds();
        check(
                grace != null && grace > sleep + STOP_SECONDS,
                "a node may be killed before it has ended: " + grace + " s of grace");
    }

    private void monitors() {
        for (Monitoring.ServiceMonitor monitor : manifests.monitors()) {
            List<Service> watched = manifests.all(Service.class).stream()
                    .filter(service -> service.getMetadata()
                            .getLabels()
                            .entrySet()
                            .containsAll(
                                    monitor.spec().selector().getMatchLabels().entrySet()))
                    .toList();
            check(watched.size() == 1, "a ServiceMonitor watches " + watched.size() + " Services, each pod that often");
            for (Monitoring.Endpoint endpoint : monitor.spec().endpoints()) {
                check(
                        watched.stream()
                                .allMatch(service -> service.getSpec().getPorts().stream()
                                        .anyMatch(port -> port.getName().equals(endpoint.port()))),
                        "the ServiceMonitor's Service has no port " + endpoint.port());
                check(isRoute(endpoint.path()), "the ServiceMonitor asks for what no node has");
                check(
                        speaksTls() == "https".equals(endpoint.scheme()),
                        "the ServiceMonitor does not speak as the node does");
                if (endpoint.tlsConfig() != null) {
                    var ca = endpoint.tlsConfig().ca().secret();
                    check(
                            manifests
                                    .find(Secret.class, ca.getName())
                                    .filter(secret -> secret.getData().containsKey(ca.getKey()))
                                    .isPresent(),
                            "nobody makes " + ca.getKey() + " of the Secret " + ca.getName());
                }
            }
            check(
                    watched.stream()
                            .allMatch(service -> "skein"
                                    .equals(service.getMetadata()
                                            .getLabels()
                                            .get(monitor.spec().jobLabel()))),
                    "the job is not called skein");
        }
    }
}
