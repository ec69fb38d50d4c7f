package io.skein.topic;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether bytes are a well-formed, namespace-well-formed XML 1.0 document (5th edition) without a document type, in
 * UTF-8 or, with a byte order mark, UTF-16; at most {@value #MAX_DEPTH} deep. Without a document type there is nothing
 * to expand or to fetch.
 *
 * <p>Rejected: the JDK's own reader. Its limits differ between JDK releases and follow system properties, so that two
 * nodes could decide the same message differently.
 */
final class XmlText {
    static final int MAX_DEPTH = 512;
    private static final int MAX_ATTRIBUTES = 1_024;
    private static final String XML_URI = "http://www.w3.org/XML/1998/namespace";
    private static final String XMLNS_URI = "http://www.w3.org/2000/xmlns/";

    private final String text;
    private final boolean utf16;
    private int at;

    /** Names of the open elements, and what each binds. */
    private final List<String> open = new ArrayList<>();

    private final List<Map<String, String>> bindings = new ArrayList<>();

    private XmlText(String text, boolean utf16) {
        this.text = text;
        this.utf16 = utf16;
    }

    /** What is wrong, as the end of a sentence. */
    static Optional<String> problem(byte[] body) {
        boolean utf16 = body.length >= 2 && (body[0] == -1 && body[1] == -2 || body[0] == -2 && body[1] == -1);
        Charset charset = utf16 ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
        try {
            String text = charset.newDecoder().decode(ByteBuffer.wrap(body)).toString();
            // UTF-16 decodes its own mark away, UTF-8 does not.
            boolean marked = !utf16 && text.startsWith("\uFEFF");
            new XmlText(marked ? text.substring(1) : text, utf16).document();
            return Optional.empty();
        } catch (CharacterCodingException invalid) {
            return Optional.of("the body is no valid " + charset);
        } catch (Malformed malformed) {
            return Optional.of(malformed.getMessage());
        }
    }

    /** Leaves the walk; never leaves this class. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        private Malformed(String problem) {
            super(problem, null, false, false);
        }
    }

    private void document() throws Malformed {
        if (text.startsWith("<?xml") && text.length() > 5 && isSpace(text.charAt(5))) {
            declaration();
        }
        misc();
        if (!accept("<")) {
            throw expected("the root element");
        }
        startTag();
        while (!open.isEmpty()) {
            content();
        }
        misc();
        if (at < text.length()) {
            throw expected("the end");
        }
    }

    private void declaration() throws Malformed {
        at = 5;
        String version = pseudoAttribute("version").orElseThrow(() -> expected("version"));
        if (!version.matches("1\\.[0-9]+")) {
            throw new Malformed("it says version " + version);
        }
        Optional<String> encoding = pseudoAttribute("encoding");
        if (encoding.isPresent()) {
            String name = encoding.get().toUpperCase(Locale.ROOT);
            if (!(utf16 ? Set.of("UTF-16") : Set.of("UTF-8", "US-ASCII")).contains(name)) {
                throw new Malformed(
                        "it says encoding " + encoding.get() + " and is read as " + (utf16 ? "UTF-16" : "UTF-8"));
            }
        }
        Optional<String> standalone = pseudoAttribute("standalone");
        if (standalone.isPresent() && !Set.of("yes", "no").contains(standalone.get())) {
            throw new Malformed("standalone is yes or no");
        }
        space();
        if (!accept("?>")) {
            throw expected("'?>'");
        }
    }

    private Optional<String> pseudoAttribute(String name) throws Malformed {
        int before = at;
        if (!space() || !accept(name)) {
            at = before;
            return Optional.empty();
        }
        equalsSign();
        char quote = quote();
        int end = text.indexOf(quote, at);
        if (end < 0 || end - at > 64) {
            throw expected("a short value");
        }
        String value = text.substring(at, end);
        at = end + 1;
        return Optional.of(value);
    }

    private void misc() throws Malformed {
        while (true) {
            space();
            if (accept("<!--")) {
                comment();
            } else if (accept("<?")) {
                instruction();
            } else if (text.startsWith("<!DOCTYPE", at)) {
                throw new Malformed("a document type is not allowed");
            } else {
                return;
            }
        }
    }

    private void comment() throws Malformed {
        int end = text.indexOf("--", at);
        checkCharacters(end, "'-->'");
        at = end + 2;
        if (!accept(">")) {
            throw expected("'>' after '--'");
        }
    }

    private void instruction() throws Malformed {
        String target = name();
        if (target.equalsIgnoreCase("xml") || target.indexOf(':') >= 0) {
            throw new Malformed("a processing instruction cannot be named " + target);
        }
        if (!text.startsWith("?>", at) && !space()) {
            throw expected("'?>'");
        }
        int end = text.indexOf("?>", at);
        checkCharacters(end, "'?>'");
        at = end + 2;
    }

    private void content() throws Malformed {
        if (at >= text.length()) {
            throw expected("</" + open.get(open.size() - 1) + ">");
        }
        char c = text.charAt(at);
        if (c == '&') {
            reference();
        } else if (c != '<') {
            if (text.startsWith("]]>", at)) {
                throw new Malformed("']]>' stands in text at character " + at);
            }
            character();
        } else if (accept("</")) {
            endTag();
        } else if (accept("<!--")) {
            comment();
        } else if (accept("<![CDATA[")) {
            int end = text.indexOf("]]>", at);
            checkCharacters(end, "']]>'");
            at = end + 3;
        } else if (accept("<?")) {
            instruction();
        } else {
            at++;
            startTag();
        }
    }

    private void startTag() throws Malformed {
        String element = name();
        List<String> names = new ArrayList<>();
        Map<String, String> declared = new HashMap<>();
        boolean empty;
        while (true) {
            boolean apart = space();
            empty = accept("/>");
            if (empty || accept(">")) {
                break;
            }
            if (!apart) {
                throw expected("a space, '>' or '/>'");
            }
            String attribute = name();
            equalsSign();
            String value = attributeValue();
            if (names.contains(attribute) || names.size() == MAX_ATTRIBUTES) {
                throw new Malformed("attribute " + attribute + " of " + element + " is one too many");
            }
            names.add(attribute);
            if (attribute.equals("xmlns") || attribute.startsWith("xmlns:")) {
                declare(attribute.equals("xmlns") ? "" : attribute.substring(6), value, declared);
            }
        }
        if (open.size() == MAX_DEPTH) {
            throw new Malformed("it is nested deeper than " + MAX_DEPTH + " at character " + at);
        }
        open.add(element);
        bindings.add(declared);
        expanded(element);
        Set<String> expanded = new HashSet<>();
        for (String attribute : names) {
            if (attribute.indexOf(':') > 0 && !attribute.startsWith("xmlns:") && !expanded.add(expanded(attribute))) {
                throw new Malformed("attribute " + attribute + " of " + element + " is there twice");
            }
        }
        if (empty) {
            close();
        }
    }

    private void endTag() throws Malformed {
        String element = name();
        if (!element.equals(open.get(open.size() - 1))) {
            throw new Malformed("</" + element + "> closes <" + open.get(open.size() - 1) + ">");
        }
        space();
        if (!accept(">")) {
            throw expected("'>'");
        }
        close();
    }

    private void close() {
        open.remove(open.size() - 1);
        bindings.remove(bindings.size() - 1);
    }

    private static void declare(String prefix, String uri, Map<String, String> declared) throws Malformed {
        boolean isXml = prefix.equals("xml");
        if (prefix.equals("xmlns")
                || uri.equals(XMLNS_URI)
                || isXml != uri.equals(XML_URI)
                || uri.isEmpty() && !prefix.isEmpty()) {
            throw new Malformed("xmlns:" + prefix + " cannot be \"" + uri + '"');
        }
        declared.put(prefix, uri);
    }

    /** A name with the namespace of its prefix. */
    private String expanded(String name) throws Malformed {
        int colon = name.indexOf(':');
        if (colon < 0) {
            return name;
        }
        String prefix = name.substring(0, colon);
        String local = name.substring(colon + 1);
        if (prefix.isEmpty() || local.isEmpty() || local.indexOf(':') >= 0 || !isNameStart(local.codePointAt(0))) {
            throw new Malformed(name + " is no qualified name");
        }
        if (prefix.equals("xml")) {
            return XML_URI + ' ' + local;
        }
        for (int i = bindings.size() - 1; i >= 0; i--) {
            String uri = bindings.get(i).get(prefix);
            if (uri != null) {
                return uri + ' ' + local;
            }
        }
        throw new Malformed("prefix " + prefix + " is not declared");
    }

    private String attributeValue() throws Malformed {
        char quote = quote();
        var value = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at);
            if (c == '<') {
                throw new Malformed("'<' stands in an attribute at character " + at);
            }
            if (c == '&') {
                value.appendCodePoint(reference());
            } else {
                // White space in a value is a space (XML 1.0 §3.3.3).
                int read = character();
                value.appendCodePoint(read < 0x20 ? ' ' : read);
            }
        }
        if (at == text.length()) {
            throw expected("the end of an attribute");
        }
        at++;
        return value.toString();
    }

    private int reference() throws Malformed {
        int end = text.indexOf(';', at);
        if (end < 0 || end - at > 12) {
            throw new Malformed("'&' begins no reference at character " + at);
        }
        String name = text.substring(at + 1, end);
        int value = switch (name) {
            case "lt" -> '<';
            case "gt" -> '>';
            case "amp" -> '&';
            case "apos" -> '\'';
            case "quot" -> '"';
            default -> numbered(name);
        };
        at = end + 1;
        return value;
    }

    private static int numbered(String name) throws Malformed {
        boolean hex = name.startsWith("#x");
        boolean numbered = name.matches(hex ? "#x[0-9a-fA-F]+" : "#[0-9]+");
        long value = numbered ? Long.parseLong(name.substring(hex ? 2 : 1), hex ? 16 : 10) : -1;
        if (!numbered || value > Character.MAX_CODE_POINT || !isCharacter((int) value)) {
            throw new Malformed("there is no entity &" + name + ';');
        }
        return (int) value;
    }

    private String name() throws Malformed {
        int start = at;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (!(at == start ? isNameStart(c) || c == ':' : isNamePart(c) || c == ':')) {
                break;
            }
            at += Character.charCount(c);
        }
        if (at == start) {
            throw expected("a name");
        }
        return text.substring(start, at);
    }

    private void equalsSign() throws Malformed {
        space();
        if (!accept("=")) {
            throw expected("'='");
        }
        space();
    }

    private char quote() throws Malformed {
        if (!accept("\"") && !accept("'")) {
            throw expected("a quotation mark");
        }
        return text.charAt(at - 1);
    }

    /** All of [at, end) are characters that a document may hold; {@code end} is -1 when what ends it is missing. */
    private void checkCharacters(int end, String what) throws Malformed {
        if (end < 0) {
            at = text.length();
            throw expected(what);
        }
        while (at < end) {
            character();
        }
    }

    private int character() throws Malformed {
        int c = text.codePointAt(at);
        if (!isCharacter(c)) {
            throw new Malformed("there is a character at " + at + " that XML does not allow");
        }
        at += Character.charCount(c);
        return c;
    }

    private boolean space() {
        int start = at;
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        return at > start;
    }

    private boolean accept(String what) {
        boolean there = text.startsWith(what, at);
        if (there) {
            at += what.length();
        }
        return there;
    }

    private Malformed expected(String what) {
        return new Malformed(
                at >= text.length()
                        ? "the body ends where " + what + " is expected"
                        : what + " is expected at character " + at);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    /** XML 1.0 §2.2. */
    private static boolean isCharacter(int c) {
        return c >= 0x20 && c <= 0xD7FF
                || c == 0x9
                || c == 0xA
                || c == 0xD
                || c >= 0xE000 && c <= 0xFFFD
                || c >= 0x10000;
    }

    /** XML 1.0 §2.3, without the colon. */
    private static boolean isNameStart(int c) {
        if (c < 0xC0) {
            return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
        }
        return c <= 0x2FF && c != 0xD7 && c != 0xF7
                || c >= 0x370 && c <= 0x1FFF && c != 0x37E
                || c == 0x200C
                || c == 0x200D
                || c >= 0x2070 && c <= 0x218F
                || c >= 0x2C00 && c <= 0x2FEF
                || c >= 0x3001 && c <= 0xD7FF
                || c >= 0xF900 && c <= 0xFDCF
                || c >= 0xFDF0 && c <= 0xFFFD
                || c >= 0x10000 && c <= 0xEFFFF;
    }

    private static boolean isNamePart(int c) {
        return isNameStart(c)
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '.'
                || c == 0xB7
                || c >= 0x300 && c <= 0x36F
                || c == 0x203F
                || c == 0x2040;
    }
}
