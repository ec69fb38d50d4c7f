package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Lines of an earlier release. */
class SpellingsTest {
    private static void means(String typed, String today) {
        assertEquals(today, String.join(" ", Spellings.today(typed.split(" "))));
    }

    @Test
    void aNounIsTakenInBothNumbers() {
        means("topic list", "topics list");
        means("member add n4 h:1", "members add n4 h:1");
        means("user token add billing prod", "users tokens create billing prod");
        means("help user add", "help users create");
        means("user token revoke billing add", "users tokens delete billing add");
    }

    @Test
    void aFlagThatWasAVerbBecomesOne() {
        means("topics scratch --delete --json", "topics delete scratch --json");
        means("topics logs/app --max-age 7d", "topics set logs/app --max-age 7d");
        means("subscriptions billing --why", "subscriptions why billing");
        means("subscriptions billing --seek=-15m", "subscriptions seek billing --to=-15m");
        means("subscriptions billing --redrive --only a/#", "subscriptions redrive billing --only a/#");
        means("subscriptions billing --filter a/#", "subscriptions set billing --filter a/#");
        means("log io.skein debug --for 10m", "log set io.skein debug --for 10m");
        means("log io.skein --reset", "log reset io.skein");
    }

    @Test
    void whatIsSpelledAsTodayStaysAsItIs() {
        for (String line : new String[] {
            "topics",
            "topics orders/#",
            "topics set a --max-age 7d",
            "topics --url h:1",
            "log",
            "log --json",
            "subscriptions billing",
            "subscriptions delete billing",
            "publish user add",
            "scheduled delete c1"
        }) {
            means(line, line);
        }
    }
}
