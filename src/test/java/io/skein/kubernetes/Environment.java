package io.skein.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The variables of one pod, as the kubelet makes them. */
final class Environment {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\(([A-Z_][A-Z0-9_]*)\\)");

    private Environment() {}

    static List<String> references(String value) {
        return REFERENCE.matcher(value).results().map(found -> found.group(1)).toList();
    }

    /**
     * @param secrets where the Secrets that are mounted are laid down, as the paths that name them cannot be here
     */
    static Map<String, String> of(Manifests manifests, int ordinal, Path secrets) throws IOException {
        PodSpec pod = manifests.nodes().getSpec().getTemplate().getSpec();
        Container container = pod.getContainers().get(0);
        Map<String, String> variables = new LinkedHashMap<>();
        container
                .getEnvFrom()
                .forEach(source -> variables.putAll(manifests
                        .find(ConfigMap.class, source.getConfigMapRef().getName())
                        .orElseThrow()
                        .getData()));
        for (EnvVar variable : container.getEnv()) {
            variables.put(
                    variable.getName(),
                    variable.getValue() == null ? field(manifests, variable, ordinal) : expanded(variable, variables));
        }
        for (VolumeMount mount : container.getVolumeMounts()) {
            Path here = secrets.resolve(mount.getName());
            if (isSecret(manifests, pod, mount, here)) {
                variables.replaceAll((name, value) -> value.startsWith(mount.getMountPath() + "/")
                        ? here + value.substring(mount.getMountPath().length())
                        : value);
            }
        }
        return variables;
    }

    private static String field(Manifests manifests, EnvVar variable, int ordinal) {
        String path = variable.getValueFrom().getFieldRef().getFieldPath();
        if (!path.equals("metadata.name")) {
            throw new IllegalArgumentException("what is " + path + "?");
        }
        return manifests.nodes().getMetadata().getName() + "-" + ordinal;
    }

    /** What is not known before stays as it is. */
    private static String expanded(EnvVar variable, Map<String, String> before) {
        return REFERENCE
                .matcher(variable.getValue())
                .replaceAll(found -> Matcher.quoteReplacement(before.getOrDefault(found.group(1), found.group())));
    }

    private static boolean isSecret(Manifests manifests, PodSpec pod, VolumeMount mount, Path here) throws IOException {
        for (Volume volume : pod.getVolumes()) {
            if (volume.getName().equals(mount.getName()) && volume.getSecret() != null) {
                Files.createDirectories(here);
                Map<String, String> data = manifests
                        .find(Secret.class, volume.getSecret().getSecretName())
                        .orElseThrow()
                        .getData();
                for (Map.Entry<String, String> file : data.entrySet()) {
                    Files.write(here.resolve(file.getKey()), Base64.getDecoder().decode(file.getValue()));
                }
                return true;
            }
        }
        return false;
    }
}
