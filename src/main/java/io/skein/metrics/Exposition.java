package io.skein.metrics;

import java.util.Locale;

/** Figures in one of the two text formats. */
public record Exposition(String contentType, String text) {
    static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /** OpenMetrics for who names it and does not like plain text better (RFC 9110 §12.5.1). */
    static String contentType(String accept) {
        double openMetrics = quality(accept, "application/openmetrics-text");
        return openMetrics > 0 && openMetrics >= quality(accept, "text/plain") ? OPEN_METRICS : PROMETHEUS;
    }

    /** The best {@code q} that names the type; 0 when nothing does. */
    private static double quality(String accept, String type) {
        double best = 0;
        for (String range : accept.toLowerCase(Locale.ROOT).split(",")) {
            String[] parts = range.split(";");
            if (parts[0].strip().equals(type)) {
                best = Math.max(best, quality(parts));
            }
        }
        return best;
    }

    private static double quality(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i].strip();
            if (part.startsWith("q=")) {
                try {
                    return Double.parseDouble(part.substring(2));
                } catch (NumberFormatException notANumber) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
