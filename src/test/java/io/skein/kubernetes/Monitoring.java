package io.skein.kubernetes;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.List;
import java.util.Map;

/** Of the Prometheus Operator's types ({@code monitoring.coreos.com/v1}) what is used here, by the operator's API reference. */
final class Monitoring {
    private Monitoring() {}

    record ServiceMonitor(String apiVersion, String kind, ObjectMeta metadata, ServiceMonitorSpec spec) {}

    record ServiceMonitorSpec(String jobLabel, LabelSelector selector, List<Endpoint> endpoints) {}

    record Endpoint(
            String port,
            String path,
            String interval,
            String scheme,
            TlsConfig tlsConfig,
            List<Relabeling> relabelings) {}

    record TlsConfig(String serverName, SecretOrConfigMap ca) {}

    record SecretOrConfigMap(SecretKeySelector secret) {}

    record Relabeling(List<String> sourceLabels, String targetLabel) {}

    record PrometheusRule(String apiVersion, String kind, ObjectMeta metadata, RuleGroups spec) {}

    /** The file of a Prometheus that runs by itself has the same form. */
    record RuleGroups(List<RuleGroup> groups) {}

    record RuleGroup(String name, String interval, List<Rule> rules) {}

    record Rule(
            String alert,
            String record,
            String expr,
            String forTime,
            String keep_firing_for,
            Map<String, String> labels,
            Map<String, String> annotations) {}
}
