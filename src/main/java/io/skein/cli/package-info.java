/**
 * The commands. {@link io.skein.cli.SkeinCommand} is their root; each is one class. Human words on a terminal,
 * {@code --json} for scripts; a problem is one sentence on standard error and an exit code.
 *
 * <p>May know every room; nobody knows this one but {@code Main}.
 */
package io.skein.cli;
