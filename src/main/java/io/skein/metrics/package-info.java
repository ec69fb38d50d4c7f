/**
 * The node's figures for Prometheus (API.md section 6). Their names are a contract: dashboards and alerts in
 * {@code grafana/} use them, and the README says of each what it means. Whatever is added, renamed or taken away here is
 * added, renamed or taken away there; {@code PrometheusIT} compares.
 *
 * <p>Promises: one registry for each node, so that several nodes in one process do not mix; base units; histograms with a
 * dozen fixed buckets; no label whose values strangers choose (topics are labels on {@code /metrics/detailed} only, which is
 * bounded); counting costs the paths it counts next to nothing.
 *
 * <p>Walk: {@link io.skein.metrics.Metrics} is made first, from a registry, and hands out what the rooms report to: {@link
 * io.skein.metrics.StoreMeters} and {@link io.skein.metrics.ClusterMeters} implement those rooms' listeners, {@link
 * io.skein.metrics.MeteredBroker} stands before the broker and counts what passes ({@link io.skein.metrics.MessageMeters}), {@link io.skein.metrics.HttpMeters} and
 * {@link io.skein.metrics.DoorMeters} take what the doors' listeners say (the assembly joins them: this room does not know
 * the doors). What is a state, not an event, is a gauge over {@link io.skein.broker.NodeStatus}, read when somebody asks.
 * {@link io.skein.metrics.MetricsRoutes} answers the questions.
 *
 * <p>May know: broker, cluster, store, replica, and the values of topic, subscription, machine and raft that the broker's
 * interface hands out.
 */
package io.skein.metrics;
