package io.skein.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicNameTest {
    private static final String LEVEL_128 = "x".repeat(128);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a/b",
                "orders/7",
                "with space",
                "$dead/billing",
                "ü/日本/🦢",
                "a.b-c_d:e",
                "-",
                "%",
                "a\"b",
                "\\",
                "?"
            })
    void namesThatAreFine(String name) {
        assertEquals(name, new TopicName(name).value());
        assertTrue(new TopicFilter(name).isName());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                "+",
                "#",
                "a/+",
                "a/#",
                "a+b",
                "a#",
                "a\nb",
                "a\tb",
                "a\u007Fb",
                "a\u0085b",
                "a\u0000",
                "\uD83E",
                "a\uDDA2b",
                "\uDDA2\uD83E"
            })
    void namesThatAreNone(String name) {
        assertThrows(IllegalArgumentException.class, () -> new TopicName(name));
    }

    @Test
    void levelsAreCountedInBytesAndLevels() {
        new TopicName(LEVEL_128);
        new TopicName(String.join("/", Collections.nCopies(16, LEVEL_128)));
        new TopicName("ü".repeat(64));

        assertThrows(IllegalArgumentException.class, () -> new TopicName(LEVEL_128 + "x"));
        assertThrows(IllegalArgumentException.class, () -> new TopicName("ü".repeat(64) + "x"));
        assertThrows(
                IllegalArgumentException.class, () -> new TopicName(String.join("/", Collections.nCopies(17, "a"))));
    }

    @Test
    void whatIsWrongIsSaidInASentence() {
        var e = assertThrows(IllegalArgumentException.class, () -> new TopicName("a//b"));

        assertEquals("topic name has an empty level: a//b", e.getMessage());
    }

    @Test
    void namesThatBeginWithADollarAreTheSystems() {
        assertTrue(new TopicName("$dead/a").isSystem());
        assertFalse(new TopicName("a/$b").isSystem());
    }

    @ParameterizedTest
    @ValueSource(strings = {"+", "#", "a/+", "a/#", "+/b/+", "+/#", "$dead/#", "a/+/c/#"})
    void filtersThatAreFine(String filter) {
        assertFalse(new TopicFilter(filter).isName());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "#/a", "a/#/b", "a+", "a/b#", "++", "+#", "a//#", "/#", "a/##"})
    void filtersThatAreNone(String filter) {
        assertThrows(IllegalArgumentException.class, () -> new TopicFilter(filter));
    }

    @ParameterizedTest
    @CsvSource({
        "a,       a,       true",
        "a,       b,       false",
        "a,       a/b,     false",
        "a/b,     a,       false",
        "a,       aa,      false",
        "aa,      a,       false",
        "+,       a,       true",
        "+,       a/b,     false",
        "+/+,     a/b,     true",
        "+/b,     a/b,     true",
        "+/b,     a/c,     false",
        "a/+,     a,       false",
        "a/+,     a/b,     true",
        "a/+,     a/b/c,   false",
        "a/+/c,   a/b/c,   true",
        "a/+/c,   a/b/d,   false",
        "'#',     a,       true",
        "'#',     a/b/c,   true",
        "a/#,     a,       true",
        "a/#,     a/b,     true",
        "a/#,     a/b/c,   true",
        "a/#,     ab,      false",
        "a/#,     b/a,     false",
        "a/+/#,   a,       false",
        "a/+/#,   a/b,     true",
        "a/+/#,   a/b/c/d, true",
        "'#',     $dead/a, false",
        "+/a,     $dead/a, false",
        "+,       $dead,   false",
        "$dead/#, $dead/a, true",
        "$dead/+, $dead/a, true",
        "a/+,     a/$b,    true",
    })
    void filtersMatch(String filter, String topic, boolean matches) {
        assertEquals(matches, new TopicFilter(filter).matches(topic));
    }
}
