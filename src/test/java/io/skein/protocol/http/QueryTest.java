package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Refusal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QueryTest {
    @Test
    void pairsAreReadInOrderAndDecoded() {
        Query query = Query.parse("a=1&b=%2F%20&&a=2&c&d=");
        assertEquals(
                List.of(
                        new Query.Parameter("a", "1"),
                        new Query.Parameter("b", "/ "),
                        new Query.Parameter("a", "2"),
                        new Query.Parameter("c", ""),
                        new Query.Parameter("d", "")),
                query.parameters());
        assertEquals(Optional.of("/ "), query.get("B"));
        assertTrue(query.is("c"));
    }

    @Test
    void aFlagIsOffOnlyWhenItSaysSo() {
        assertFalse(Query.parse("follow=false").is("follow"));
        assertFalse(Query.parse("follow=0").is("follow"));
        assertFalse(Query.parse("").is("follow"));
        assertTrue(Query.parse("follow=1").is("follow"));
    }

    @Test
    void aPlusIsASpaceUnlessItIsAWholeLevel() {
        assertEquals(Optional.of("a b"), Query.parse("t=a+b").get("t"));
        for (String wildcard : List.of("+", "+/a", "a/+", "a/+/b", "+/+")) {
            assertEquals(Optional.of(wildcard), Query.parse("t=" + wildcard).get("t"));
        }
        assertEquals(Optional.of("a/+/b"), Query.parse("t=a%2f+%2Fb").get("t"));
        assertEquals(Optional.of("+"), Query.parse("t=%2B").get("t"));
    }

    @Test
    void aMisspeltNameIsRefusedWithTheNearest() {
        Refusal refusal =
                assertThrows(Refusal.class, () -> Query.parse("limt=3").allow(List.of("from", "limit", "wait")));
        assertTrue(refusal.getMessage().contains("did you mean limit?"), refusal.getMessage());
        Query.parse("LIMIT=3&_cache=1").allow(List.of("limit"));
    }

    @Test
    void whatIsThereTwiceIsRefusedByWhoeverWantsOne() {
        Query query = Query.parse("from=0&topic=a&topic=b&From=latest");
        Refusal refusal = assertThrows(Refusal.class, () -> query.get("from"));
        assertEquals("from is there twice", refusal.getMessage());
        assertEquals(4, query.parameters().size(), "who wants all gets all");
    }

    @Test
    void whatIsNotKnownIsSaidInWholeSentences() {
        assertEquals(
                "there is no query parameter \"zzzzzzzz\" here. Known: from, limit.",
                Query.unknown("zzzzzzzz", List.of("from", "limit")).getMessage());
        assertEquals(
                "there is no query parameter \"limt\" here; did you mean limit? Known: from, limit.",
                Query.unknown("limt", List.of("from", "limit")).getMessage());
        assertEquals(
                "there is no query parameter \"dryrun\" here.",
                Query.unknown("dryrun", List.of()).getMessage());
    }

    @Test
    void whatIsFarFromEverythingGetsNoHint() {
        assertEquals(Optional.empty(), Spelling.nearest("zzzzzzzz", List.of("from", "limit")));
        assertEquals(Optional.of("Skein-Delay"), Spelling.nearest("skein-dealy", List.of("Skein-Key", "Skein-Delay")));
    }
}
