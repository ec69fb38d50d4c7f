package io.skein.raft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
    /** Thesis §4.1: any majority of one configuration has a voter in common with any of the next. */
    @ParameterizedTest
    @CsvSource({
        "1 2 3, 1 2 3 4, true",
        "1 2 3, 1 2, true",
        "1 2 3, 1 2 +3, true",
        "1 2 +3, 1 2 3, true",
        "1 2 3, 1 2 3 +4 +5, true",
        "1 2 3 +4 +5, 1 2 3, true",
        "1 2 3, 1 2 3, true",
        "1 2 3, 1 2 3 4 5, false",
        "1 2 3, 1, false",
        "1 2 3, 1 2 4, false",
        "1 2 3, 1 2 3/103, false",
        "1 2 3, 1 2 +3/103, true",
        "1 2 +3/103, 1 2 3/103, true",
        "1, +1, false",
        "1 2, 2, true"
    })
    void oneVoterComesOrGoes(String before, String after, boolean oneStep) {
        assertEquals(oneStep, of(after).isOneStepFrom(of(before)));
    }

    @ParameterizedTest
    @CsvSource({
        "1 2 3, 1, true",
        "1 2, 1, false",
        "1, 1, false",
        "1 +2, 1, false",
        "1 +2, 2, true",
        "1 2 +3, 3, true",
        "1 2 3 4, 1, true",
        "+1, 2, false"
    })
    void theOthersAreAMajorityOrNot(String members, String without, boolean majority) {
        assertEquals(majority, of(members).hasMajorityWithout(new NodeId(without), voter -> true));
    }

    @Test
    void onlyWhoCountsIsOfAMajority() {
        assertEquals(false, of("1 2 3").hasMajorityWithout(new NodeId("1"), voter -> voter.equals(new NodeId("2"))));
    }

    @Test
    void addressesMayChangeAtWill() {
        var before = new Configuration(List.of(new Member(new NodeId("a"), 1, "here:1", true)));
        var after = new Configuration(List.of(new Member(new NodeId("a"), 1, "there:1", true)));
        assertEquals(true, after.isOneStepFrom(before));
    }

    @Test
    void aNameIsOneMember() {
        assertThrows(IllegalArgumentException.class, () -> of("1 2 +1"));
    }

    private static Configuration of(String words) {
        return SimulatedNode.configuration(words.getBytes(UTF_8));
    }
}
