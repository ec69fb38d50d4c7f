package io.skein.cli;

/** A command could not do what it was asked to; the message is a sentence for the person at the terminal. */
final class CommandProblem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    CommandProblem(int exitCode, String message) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
