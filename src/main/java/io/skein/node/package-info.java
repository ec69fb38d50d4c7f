/**
 * A node, assembled by hand in {@link io.skein.node.Node}, and its configuration: {@link io.skein.node.Setting} declares
 * what can be set, {@link io.skein.node.Settings} finds the effective values and their sources,
 * {@link io.skein.node.NodeConfig} is what the node is told. {@link io.skein.node.NodeProcess} is a node that is the whole
 * process: data directory, signals, exit codes; its clocks and all else that it finds around it are a
 * {@link io.skein.node.World}. {@link io.skein.node.CertificateFiles} are read, checked and watched
 * ({@code CertificateWatch}) for doors and peers.
 *
 * <p>May know every room below.
 */
package io.skein.node;
