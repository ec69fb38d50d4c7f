package io.skein.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Filters compared with filters, against every topic of a small world, matched as {@code topic} matches them. */
class RuleTreeTest {
    /** No filter names z: it stands for all the names that nobody thought of. */
    private static final List<String> WORLD = new ArrayList<>();

    private static final List<String> FILTERS = new ArrayList<>();

    static {
        topics("", 4);
        filters("", 3);
    }

    private static void topics(String start, int deeper) {
        for (String level : List.of("a", "$s", "z")) {
            WORLD.add(start + level);
            if (deeper > 1) {
                topics(start + level + "/", deeper - 1);
            }
        }
    }

    private static void filters(String start, int deeper) {
        for (String level : List.of("a", "$s", "+", "#")) {
            FILTERS.add(start + level);
            if (deeper > 1 && !level.equals("#")) {
                filters(start + level + "/", deeper - 1);
            }
        }
    }

    private static List<String> matched(String filter) {
        TopicFilter matcher = new TopicFilter(filter);
        return WORLD.stream().filter(matcher::matches).toList();
    }

    @Test
    void aFilterCoversWhatHasAllItsTopics() {
        for (String mine : FILTERS) {
            List<String> myTopics = matched(mine);
            for (String asked : FILTERS) {
                boolean covers = new AccessFilter(mine).covers(asked);
                boolean has = myTopics.containsAll(matched(asked));
                // As no name is empty, +/# has all that # has; nobody needs that to be known.
                if (!(asked.equals("#") && has)) {
                    assertEquals(has, covers, mine + " and " + asked);
                }
            }
        }
    }

    @Test
    void aFilterCoversTheNamesItMatches() {
        for (String mine : FILTERS) {
            for (String topic : WORLD) {
                assertEquals(
                        new TopicFilter(mine).matches(topic),
                        new AccessFilter(mine).covers(topic),
                        mine + " and " + topic);
            }
        }
    }

    @Test
    void aTreeAllowsWhatOneRuleCoversAndForbidsWhatOneMeets() {
        Random random = new Random(5);
        int forbidden = 0;
        int allowed = 0;
        for (int round = 0; round < 300; round++) {
            TreeMap<Rulebook.About, Boolean> rules = new TreeMap<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                Action action = Action.values()[random.nextInt(2)];
                rules.put(
                        new Rulebook.About(FILTERS.get(random.nextInt(FILTERS.size())), action), random.nextBoolean());
            }
            RuleTree tree = new RuleTree(rules);
            for (int i = 0; i < 30; i++) {
                String asked = FILTERS.get(random.nextInt(FILTERS.size()));
                Action action = Action.values()[random.nextInt(2)];
                boolean covered = rules.entrySet().stream()
                        .anyMatch(rule -> rule.getValue()
                                && rule.getKey().action() == action
                                && new AccessFilter(rule.getKey().filter()).covers(asked));
                boolean met = rules.entrySet().stream()
                        .anyMatch(rule -> !rule.getValue()
                                && rule.getKey().action() == action
                                && matched(rule.getKey().filter()).stream().anyMatch(new TopicFilter(asked)::matches));
                assertEquals(covered, tree.allows(action, asked.split("/")), rules + " and " + asked);
                assertEquals(met, tree.forbids(action, asked.split("/")), rules + " and " + asked);
                allowed += covered ? 1 : 0;
                forbidden += met ? 1 : 0;
            }
        }
        assertTrue(allowed > 100 && forbidden > 100, allowed + " " + forbidden);
    }
}
