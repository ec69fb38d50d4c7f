package io.skein.protocol.tcp;

/**
 * Finds the end of a JSON or XML document byte by byte, by balance only: what is inside strings, comments, CDATA and the
 * like is stepped over, names and grammar are not looked at. A balanced document may still be malformed; one that is
 * well-formed is always balanced where it ends. All that matters is ASCII, so UTF-8 needs no decoding.
 */
abstract class DocumentScanner {
    /** @return true when this byte is the last of the document */
    abstract boolean ends(byte b);

    /** Whether the next byte stands where a well-formed document has no free text, so that a header there is a header. */
    abstract boolean isOutside();

    /** Balances brackets outside strings. */
    static final class Json extends DocumentScanner {
        private int depth;
        private boolean string;
        private boolean escaped;

        @Override
        boolean ends(byte b) {
            if (string) {
                if (escaped) {
                    escaped = false;
                } else if (b == '\\') {
                    escaped = true;
                } else if (b == '"') {
                    string = false;
                }
                return false;
            }
            switch (b) {
                case '"' -> string = true;
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                default -> {}
            }
            return depth == 0;
        }

        @Override
        boolean isOutside() {
            return !string;
        }
    }

    /** Balances start and end tags outside comments, CDATA, processing instructions and the document type. */
    static final class Xml extends DocumentScanner {
        private enum State {
            TEXT,
            OPENED,
            START_TAG,
            START_TAG_QUOTED,
            END_TAG,
            INSTRUCTION,
            DECLARATION,
            COMMENT,
            CDATA,
            DOCTYPE,
            DOCTYPE_QUOTED
        }

        private static final String COMMENT = "--";
        private static final String CDATA = "[CDATA[";

        private State state = State.TEXT;
        private int depth;
        private int brackets;
        private byte quote;
        private byte last;
        private byte secondLast;
        /** This byte opened a comment or CDATA: it is no part of what closes it ({@code <!-->} closes nothing). */
        private boolean entered;

        /** What followed {@code <!}, as far as it may become {@code <!--} or {@code <![CDATA[}. */
        private final StringBuilder declaration = new StringBuilder();

        @Override
        boolean ends(byte b) {
            boolean end = step(b);
            secondLast = entered ? 0 : last;
            last = entered ? 0 : b;
            entered = false;
            return end;
        }

        private boolean step(byte b) {
            switch (state) {
                case TEXT -> {
                    if (b == '<') {
                        state = State.OPENED;
                    }
                }
                case OPENED -> opened(b);
                case START_TAG -> {
                    if (b == '"' || b == '\'') {
                        quote = b;
                        state = State.START_TAG_QUOTED;
                    } else if (b == '>') {
                        state = State.TEXT;
                        if (last == '/') {
                            depth--;
                            return depth == 0;
                        }
                    }
                }
                case START_TAG_QUOTED -> {
                    if (b == quote) {
                        state = State.START_TAG;
                    }
                }
                case END_TAG -> {
                    if (b == '>') {
                        state = State.TEXT;
                        depth--;
                        return depth <= 0;
                    }
                }
                case INSTRUCTION -> {
                    if (b == '>' && last == '?') {
                        state = State.TEXT;
                    }
                }
                case DECLARATION -> declared(b);
                case COMMENT -> {
                    if (b == '>' && last == '-' && secondLast == '-') {
                        state = State.TEXT;
                    }
                }
                case CDATA -> {
                    if (b == '>' && last == ']' && secondLast == ']') {
                        state = State.TEXT;
                    }
                }
                case DOCTYPE -> doctype(b);
                case DOCTYPE_QUOTED -> {
                    if (b == quote) {
                        state = State.DOCTYPE;
                    }
                }
            }
            return false;
        }

        private void opened(byte b) {
            switch (b) {
                case '/' -> state = State.END_TAG;
                case '?' -> state = State.INSTRUCTION;
                case '!' -> {
                    state = State.DECLARATION;
                    declaration.setLength(0);
                }
                default -> {
                    state = State.START_TAG;
                    depth++;
                }
            }
        }

        private void declared(byte b) {
            declaration.append((char) b);
            String so = declaration.toString();
            if (so.equals(COMMENT)) {
                enter(State.COMMENT);
            } else if (so.equals(CDATA)) {
                enter(State.CDATA);
            } else if (!COMMENT.startsWith(so) && !CDATA.startsWith(so)) {
                state = State.DOCTYPE;
                brackets = 0;
                for (int i = 0; i < so.length() && state != State.TEXT; i++) {
                    doctype((byte) so.charAt(i));
                }
            }
        }

        private void enter(State next) {
            state = next;
            entered = true;
        }

        private void doctype(byte b) {
            switch (b) {
                case '"', '\'' -> {
                    quote = b;
                    state = State.DOCTYPE_QUOTED;
                }
                case '[' -> brackets++;
                case ']' -> brackets--;
                case '>' -> {
                    if (brackets <= 0) {
                        state = State.TEXT;
                    }
                }
                default -> {}
            }
        }

        @Override
        boolean isOutside() {
            return state == State.TEXT && depth == 0;
        }
    }
}
