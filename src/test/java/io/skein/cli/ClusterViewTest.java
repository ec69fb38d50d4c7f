package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ClusterViewTest {
    private static JsonObject member(String id, int level) {
        JsonObject member = new JsonObject()
                .put("id", id)
                .put("voter", true)
                .put("matchIndex", 4)
                .put("reachable", true);
        return level == 0 ? member : member.put("featureLevel", level).put("version", "0." + level);
    }

    private static ClusterView view(int clusterLevel, JsonObject... members) {
        Map<String, JsonObject> all = new TreeMap<>();
        for (JsonObject member : members) {
            all.put(member.getString("id"), member);
        }
        JsonObject answer = new JsonObject()
                .put("node", "n1")
                .put("role", "leader")
                .put("term", 1L)
                .put("commitIndex", 4L)
                .put("appliedIndex", 4L)
                .put("health", "ok")
                .put("featureLevel", clusterLevel);
        return new ClusterView(Map.of("n1", answer), all);
    }

    @Test
    void whoKeepsTheLevelDownIsNamed() {
        assertEquals(
                Optional.of("feature level 1; 2 once n2 runs a newer Skein, and n3 is there or removed"),
                view(1, member("n1", 2), member("n2", 1), member("n3", 0)).behind());
        assertEquals(
                Optional.of("feature level 1; 2 once n2 is there or removed"),
                view(1, member("n1", 2), member("n2", 2).put("reachable", false))
                        .behind());
        assertEquals(
                Optional.of("feature level 1, about to rise to 2"),
                view(1, member("n1", 2), member("n2", 2)).behind());
    }

    @Test
    void nothingIsSaidWhereAllIsAsItCanBe() {
        assertEquals(Optional.empty(), view(2, member("n1", 2), member("n2", 2)).behind());
        assertEquals(Optional.empty(), view(1, member("n1", 1), member("n2", 1)).behind());
    }

    @Test
    void aNodesRowSaysWhatRunsThereAndNothingWhereThatIsNotKnown() {
        ClusterView view = view(1, member("n1", 2), member("n2", 0));

        assertArrayEquals(
                new String[] {"n1", "leader", "1", "4", "4", "0", "0.2", "2", "ok"}, view.row("n1", "no answer"));
        assertArrayEquals(
                new String[] {"n2", "(voter)", "-", "-", "-", "0", "-", "-", "no answer"}, view.row("n2", "no answer"));
    }
}
