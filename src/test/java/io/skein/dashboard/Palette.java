package io.skein.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The colours of one theme, as style sheets name them, and how well they can be told apart (WCAG 2 §1.4.3). */
record Palette(Map<String, String> colours) {
    private static final Pattern COLOUR = Pattern.compile("(--[a-z0-9-]+): (#[0-9a-f]{6});");

    /** Light and dark; dark by choice must be dark by the system. */
    static List<Palette> both(String css) {
        Palette dark = of(css, ":root[data-theme=\"dark\"] {");
        assertEquals(dark, of(css, ":root:not([data-theme]) {"), "dark by choice and dark by the system");
        return List.of(of(css, ":root {"), dark);
    }

    private static Palette of(String css, String selector) {
        int from = css.indexOf(selector);
        return new Palette(COLOUR.matcher(css.substring(from, css.indexOf('}', from)))
                .results()
                .collect(Collectors.toMap(found -> found.group(1), found -> found.group(2))));
    }

    Palette with(Palette others) {
        Map<String, String> all = new HashMap<>(colours);
        all.putAll(others.colours);
        return new Palette(all);
    }

    /** One colour laid over another, as color-mix does in sRGB. */
    Palette mix(String name, String over, double share, String ground) {
        StringBuilder hex = new StringBuilder("#");
        for (int i = 0; i < 3; i++) {
            double mixed = share * part(colours.get(over), i) + (1 - share) * part(colours.get(ground), i);
            hex.append(String.format("%02x", Math.round(mixed)));
        }
        return with(new Palette(Map.of(name, hex.toString())));
    }

    void assertContrast(double least, String text, String ground) {
        double one = luminance(colours.get(text));
        double two = luminance(colours.get(ground));
        double contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
        assertTrue(contrast >= least, text + " " + colours.get(text) + " on " + ground + ": " + contrast);
    }

    private static double luminance(String hex) {
        double luminance = 0;
        double[] weights = {0.2126, 0.7152, 0.0722};
        for (int i = 0; i < 3; i++) {
            double part = part(hex, i) / 255.0;
            luminance += weights[i] * (part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4));
        }
        return luminance;
    }

    private static int part(String hex, int i) {
        return Integer.parseInt(hex.substring(1 + 2 * i, 3 + 2 * i), 16);
    }
}
