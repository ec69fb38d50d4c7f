package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.raft.NodeId;
import org.junit.jupiter.api.Test;

/** What strangers say may stand in a log. */
class QuotedTest {
    @Test
    void whatOthersSaidBeginsNoLineAndColoursNoTerminal() {
        assertEquals("n1\\u000a12:00 ERROR all is lost\\u001b[2J", Quoted.of("n1\n12:00 ERROR all is lost\u001b[2J"));
        assertEquals("a\\u2028b\\u202ec", Quoted.of("a\u2028b\u202ec"));
        assertEquals("größer, 大", Quoted.of("größer, 大"));
    }

    @Test
    void whatOthersSaidHasAnEnd() {
        String shown = Quoted.of("\n".repeat(4000));
        assertEquals("\\u000a".repeat(Quoted.MAX) + "...", shown);
    }

    @Test
    void whatIsNoNameOfANodeIsSaidWithoutWhatForgesALog() {
        String said = assertThrows(
                        IllegalArgumentException.class, () -> new NodeId("n1\nall is lost" + "x".repeat(4000)))
                .getMessage();
        assertTrue(said.contains("\"n1?all is lostx") && said.length() < 200, said);
    }
}
