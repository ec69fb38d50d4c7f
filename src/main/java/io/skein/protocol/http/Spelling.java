package io.skein.protocol.http;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name that a misspelt one was probably meant to be. */
final class Spelling {
    /** Longer names are not compared: the work grows with the square. */
    private static final int MAX_LENGTH = 64;

    private Spelling() {}

    /** {@code "; did you mean X?"}, or nothing when no known name is near. */
    static String hint(String written, Collection<String> known) {
        return nearest(written, known)
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
    }

    /** The rest of a sentence that says what is not known: the nearest, and all there are. */
    static String among(String written, Collection<String> known) {
        String hint = hint(written, known);
        return (hint.isEmpty() ? "." : hint) + (known.isEmpty() ? "" : " Known: " + String.join(", ", known) + ".");
    }

    static Optional<String> nearest(String written, Collection<String> known) {
        if (written.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String best = null;
        int distance = Integer.MAX_VALUE;
        for (String name : known) {
            int d = distance(written.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
            if (d < distance) {
                best = name;
                distance = d;
            }
        }
        return best != null && distance <= Math.max(2, best.length() / 3) ? Optional.of(best) : Optional.empty();
    }

    /** Levenshtein's. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
