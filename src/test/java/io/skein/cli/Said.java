package io.skein.cli;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a command that was typed said; for one at a time, since the process has only one standard output. */
record Said(int exitCode, String out, String err) {
    JsonObject json() {
        return new JsonObject(out);
    }

    /** @param typed on standard input */
    static Said say(String typed, String... arguments) {
        return say(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)), Long.MAX_VALUE, arguments);
    }

    /**
     * @param typed standard input
     * @param lines after so many nobody reads standard output any more, like {@code head}
     */
    static synchronized Said say(InputStream typed, long lines, String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        InputStream in = System.in;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(new Pipe(outBytes, lines), true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
            System.setIn(typed);
            int exitCode = SkeinCommand.run(arguments);
            return new Said(
                    exitCode, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
            System.setIn(in);
        }
    }

    /** Breaks behind its last line. */
    private static final class Pipe extends OutputStream {
        private final OutputStream into;
        private long left;

        Pipe(OutputStream into, long lines) {
            this.into = into;
            this.left = lines;
        }

        @Override
        public void write(int one) throws IOException {
            if (left <= 0) {
                throw new IOException("Broken pipe");
            }
            into.write(one);
            left -= one == '\n' ? 1 : 0;
        }
    }
}
