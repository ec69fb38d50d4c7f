/**
 * What is wrong with a node, a cluster or a data directory, and what to do. Facts are gathered elsewhere (the command
 * {@code doctor} asks nodes, {@link io.skein.store.Checkup} looks at a directory) and are values here; each check is a
 * function of them. Begin with {@link io.skein.doctor.Finding} and {@link io.skein.doctor.ClusterChecks}.
 *
 * <p>May know {@code store}'s word on a directory, and nothing else. Reads no clock, asks nobody.
 */
package io.skein.doctor;
