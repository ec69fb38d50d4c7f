package io.skein.machine;

/**
 * The answer is no.
 *
 * @param detail a sentence that names what, which and the limit
 * @param actual the figure the caller needs to go on (actual offset, expected sequence, limit), or -1
 */
public record Rejected(Rejection reason, String detail, long actual) implements Outcome {
    public static Rejected of(Rejection reason, String detail) {
        return new Rejected(reason, detail, -1);
    }

    @Override
    public boolean tookEffect() {
        return false;
    }
}
