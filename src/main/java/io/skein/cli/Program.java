package io.skein.cli;

/** How this program was called, so that lines which it prints can be copied: {@code ./skein}, or plainly skein. */
final class Program {
    private Program() {}

    /** The start script says by what name it was called. */
    static String name() {
        String called = System.getProperty("skein.command", "");
        return called.isEmpty() || called.contains(" ") ? "skein" : called;
    }

    /** A line to copy. */
    static String line(String arguments) {
        return name() + " " + arguments;
    }
}
