package io.skein.node;

/** The node cannot start as it was told to; the message is a sentence for the operator (exit code 64). */
public final class ConfigurationProblem extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ConfigurationProblem(String message) {
        super(message);
    }
}
