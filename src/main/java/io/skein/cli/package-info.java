/**
 * The commands. {@link io.skein.cli.SkeinCommand} is their root; each is one class. Human words on a terminal,
 * {@code --json} for scripts; a problem is one sentence on standard error and an exit code.
 *
 * <p>How they are alike: {@link io.skein.cli.NodeCommand} asks a node and prints its answer,
 * {@link io.skein.cli.StateCommand} shows a state, once or with {@code --watch}; {@link io.skein.cli.Server} says which
 * nodes and who asks, {@link io.skein.cli.Api} asks a question, {@link io.skein.cli.Nodes} takes it from node to node as far as
 * {@link io.skein.cli.Again} says that it is worth it. {@link io.skein.cli.Spellings} knows lines of earlier releases,
 * {@link io.skein.cli.ExitCodes} what is said at the end. {@link io.skein.cli.Terminal} is what is known
 * of the terminal; {@link io.skein.cli.Table}, {@link io.skein.cli.Progress} and {@link io.skein.cli.TopScreen} write for
 * it. A new route of HTTP needs its command: {@code EveryRouteTest}.
 *
 * <p>May know every room; nobody knows this one but {@code Main}.
 */
package io.skein.cli;
