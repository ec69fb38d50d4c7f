package io.skein.cluster;

/** What others said, as it may stand in a log: it can begin no line of its own, and fill no disk. */
final class Quoted {
    /** Characters. */
    static final int MAX = 300;

    private Quoted() {}

    /** Control characters, and what else a terminal would obey, as they are written in Java. */
    static String of(String text) {
        StringBuilder quoted = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (i == MAX) {
                return quoted.append("...").toString();
            }
            char c = text.charAt(i);
            switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE,
                        Character.UNASSIGNED -> quoted.append(String.format("\\u%04x", (int) c));
                default -> quoted.append(c);
            }
        }
        return quoted.toString();
    }
}
