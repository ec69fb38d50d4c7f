package io.skein.cli;

/** A command could not do what it was asked to; the message is a sentence for the person at the terminal. */
final class CommandProblem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final String code;

    CommandProblem(int exitCode, String message) {
        this(exitCode, message, "");
    }

    /** @param code of a node's answer */
    CommandProblem(int exitCode, String message, String code) {
        super(message, null, false, false);
        this.exitCode = exitCode;
        this.code = code;
    }

    /** Of the node's answer; empty when the problem is none. */
    String code() {
        return code;
    }

    int exitCode() {
        return exitCode;
    }
}
