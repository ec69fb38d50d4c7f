package io.skein.frame;

/** Durations as users write them: a whole number and {@code ms}, {@code s}, {@code m}, {@code h} or {@code d}. */
public final class Durations {
    private Durations() {}

    /**
     * Milliseconds of a text like {@code 250ms}, {@code 10s}, {@code 15m}, {@code 2h}, {@code 7d}.
     *
     * @throws Malformed when it is none, or longer than 2^63 - 1 milliseconds
     */
    public static long parseMs(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        long unitMs = switch (text.substring(digits)) {
            case "ms" -> 1;
            case "s" -> 1000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> 0;
        };
        if (digits == 0 || unitMs == 0) {
            throw Malformed.of("a duration is a whole number and a unit, like 250ms, 10s, 15m, 2h or 7d, not \""
                    + Json.shown(text) + "\"");
        }
        try {
            return Math.multiplyExact(Long.parseLong(text.substring(0, digits)), unitMs);
        } catch (ArithmeticException | NumberFormatException tooLong) {
            throw Malformed.of("the duration \"" + Json.shown(text) + "\" is too long");
        }
    }

    /** The shortest text that {@link #parseMs} reads as this. */
    public static String text(long ms) {
        if (ms % 1000 != 0 || ms == 0) {
            return ms + "ms";
        }
        if (ms % 86_400_000 == 0) {
            return ms / 86_400_000 + "d";
        }
        if (ms % 3_600_000 == 0) {
            return ms / 3_600_000 + "h";
        }
        return ms % 60_000 == 0 ? ms / 60_000 + "m" : ms / 1000 + "s";
    }
}
