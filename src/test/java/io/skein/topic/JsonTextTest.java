package io.skein.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
    private static Optional<String> problem(String text) {
        return JsonText.problem(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "0",
                "-0",
                "1",
                "-1",
                "10",
                "0.0",
                "1.25",
                "1e5",
                "1E+5",
                "1e-05",
                "-0.5e10",
                "\"\"",
                "\"a\"",
                "true",
                "false",
                "null",
                " [ ] ",
                "\t\r\n{ }\n",
                "[1,2]",
                "[[],[[]],{}]",
                "{\"a\":1}",
                "{\"a\":{\"b\":[1,{\"c\":null}]},\"d\":\"\"}",
                "{\"a\":1,\"a\":2}",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\uD83E\"",
                "\"ä日🦢\"",
                "\"\u007F\"",
                "[{},[],\"\",0,true]",
                "{ \"a\" : [ 1 , 2 ] , \"b\" : { } }",
                "123456789012345678901234567890.5e999"
            })
    void textsThatAreJson(String text) {
        assertEquals(Optional.empty(), problem(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "[}",
                "{]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{a:1}",
                "{'a':1}",
                "{1:2}",
                "[1,]",
                "[,1]",
                "[1 2]",
                "[1,,2]",
                "01",
                "-01",
                "00",
                "+1",
                ".5",
                "5.",
                "1.e5",
                "1e",
                "1e+",
                "-",
                "- 1",
                "0x10",
                "NaN",
                "Infinity",
                "nul",
                "nulll",
                "truefalse",
                "True",
                "\"",
                "\"a",
                "'a'",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\\\"",
                "\"\n\"",
                "\"\t\"",
                "\"\u0000\"",
                "1 2",
                "{} {}",
                "[]]",
                "{\"a\":1}}",
                "// c\n1",
                "/* */1",
                "\uFEFF{}",
                "[1]x",
                "\u00A01",
                "{\"a\" 1}",
                "{\"a\":1 \"b\":2}",
                "[\"a\":1]",
                "1,",
                ",",
                ":",
                "{\"a\",1}"
            })
    void textsThatAreNone(String text) {
        assertTrue(problem(text).isPresent());
    }

    @Test
    void whatIsWrongIsSaidWithItsPlace() {
        assertEquals(Optional.of("the body ends where a member name is expected"), problem("{"));
        assertEquals(Optional.of("',' or ']' is expected at byte 3"), problem("[1 2]"));
        assertEquals(Optional.of("there is a control character in a string at byte 1"), problem("\"\n\""));
    }

    @Test
    void depthIsBoundedAndNeverOverflowsTheStack() {
        assertEquals(Optional.empty(), problem("[".repeat(512) + "]".repeat(512)));
        assertEquals(
                Optional.of("it is nested deeper than 512 at byte 512"), problem("[".repeat(513) + "]".repeat(513)));
        assertTrue(problem("{\"a\":".repeat(1_000_000)).isPresent());
        assertEquals(
                Optional.empty(), problem("[{\"a\":".repeat(256) + "1" + "}]".repeat(256)), "kinds are not mixed up");
        assertTrue(problem("[{\"a\":".repeat(256) + "1" + "]}".repeat(256)).isPresent());
    }

    @Test
    void bytesThatAreNoUtf8AreNoJson() {
        for (int[] bad : new int[][] {{0x80}, {0xC3}, {0xC0, 0x80}, {0xED, 0xA0, 0x80}, {0xF5, 0x80, 0x80, 0x80}}) {
            byte[] text = new byte[bad.length + 2];
            text[0] = '"';
            text[text.length - 1] = '"';
            for (int i = 0; i < bad.length; i++) {
                text[i + 1] = (byte) bad[i];
            }
            assertEquals(Optional.of("the body is no valid UTF-8"), JsonText.problem(text));
        }
    }

    /** Jackson as second opinion, over texts that are nearly JSON. */
    @Test
    void anotherReaderSaysTheSame() throws IOException {
        String[] parts = {
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\n\"", "\"\\q\"", "0", "-1", "01", "1.5", "1.", "2e3", "true",
            "null", "nul", " ", "\n"
        };
        var random = new Random(7);
        int good = 0;
        for (int i = 0; i < 200_000; i++) {
            var text = new StringBuilder();
            for (int n = 1 + random.nextInt(7); n > 0; n--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            boolean ours = problem(text.toString()).isEmpty();
            assertEquals(jackson(text.toString()), ours, text.toString());
            good += ours ? 1 : 0;
        }
        assertTrue(good > 1_000, "only " + good + " were JSON");
    }

    private static boolean jackson(String text) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            int depth = 0;
            int values = 0;
            while (parser.nextToken() != null) {
                if (parser.currentToken().isStructEnd()) {
                    depth--;
                } else if (depth == 0) {
                    values++;
                }
                if (parser.currentToken().isStructStart()) {
                    depth++;
                }
                // Reads a number or string to its end.
                parser.getText();
            }
            return depth == 0 && values == 1;
        } catch (JsonProcessingException malformed) {
            return false;
        }
    }
}
