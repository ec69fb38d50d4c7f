package io.skein.kubernetes;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What is applied together, read as Kubernetes' own types. A field that Kubernetes does not know, a value of another type
 * and a field given twice are refused.
 *
 * @param monitors and rules are the Prometheus Operator's
 */
record Manifests(
        List<HasMetadata> objects, List<Monitoring.ServiceMonitor> monitors, List<Monitoring.PrometheusRule> rules) {
    private static final Path FOLDER = Path.of("k8s");

    private static final Map<String, Class<?>> TYPES = Map.of(
            "apps/v1 StatefulSet", StatefulSet.class,
            "v1 Service", Service.class,
            "v1 ConfigMap", ConfigMap.class,
            "v1 Secret", Secret.class,
            "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
            "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class,
            "monitoring.coreos.com/v1 ServiceMonitor", Monitoring.ServiceMonitor.class,
            "monitoring.coreos.com/v1 PrometheusRule", Monitoring.PrometheusRule.class);

    /** Kubernetes' types keep what they do not know for later; here it is a mistake. */
    private static final class NothingUnknown extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasAnySetter(MapperConfig<?> config, Annotated annotated) {
            return Boolean.FALSE;
        }
    }

    /** {@code for} is no name for a field in Java. */
    private interface RuleNames {
        @JsonProperty("for")
        String forTime();
    }

    static final ObjectMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .annotationIntrospector(new NothingUnknown())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addMixIn(Monitoring.Rule.class, RuleNames.class)
            .build();

    /** @throws IllegalArgumentException for what is not as Kubernetes wants it */
    static Manifests read(String yaml) {
        Manifests read = new Manifests(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (JsonNode document : documents(yaml)) {
            String type = text(document, "apiVersion") + " " + text(document, "kind");
            Class<?> known = TYPES.get(type);
            if (known == null) {
                throw new IllegalArgumentException("of which type is a " + type + "?");
            }
            Object object = YAML.treeToValue(document, known);
            if (object instanceof Monitoring.ServiceMonitor monitor) {
                read.monitors.add(monitor);
            } else if (object instanceof Monitoring.PrometheusRule rule) {
                read.rules.add(rule);
            } else {
                read.objects.add((HasMetadata) object);
            }
        }
        return read;
    }

    static List<JsonNode> documents(String yaml) {
        try (MappingIterator<JsonNode> all = YAML.readerFor(JsonNode.class).readValues(yaml)) {
            return all.readAll().stream().filter(node -> !node.isNull()).toList();
        }
    }

    private static String text(JsonNode document, String name) {
        return document.path(name).asString("nothing");
    }

    /** All files of a folder of {@code k8s/}, kustomization files left out. */
    static String text(String folder) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String file : files(folder)) {
            all.append("---\n").append(Files.readString(FOLDER.resolve(folder).resolve(file)));
        }
        return all.toString();
    }

    static List<String> files(String folder) throws IOException {
        try (var found = Files.list(FOLDER.resolve(folder))) {
            return found.map(file -> file.getFileName().toString())
                    .filter(file -> !file.equals("kustomization.yaml"))
                    .sorted()
                    .toList();
        }
    }

    static JsonNode kustomization(String folder) throws IOException {
        return YAML.readTree(Files.readString(FOLDER.resolve(folder).resolve("kustomization.yaml")));
    }

    <T extends HasMetadata> List<T> all(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T extends HasMetadata> Optional<T> find(Class<T> type, String name) {
        return all(type).stream()
                .filter(object -> name.equals(object.getMetadata().getName()))
                .findFirst();
    }

    /** The one there is. */
    StatefulSet nodes() {
        return all(StatefulSet.class).get(0);
    }
}
