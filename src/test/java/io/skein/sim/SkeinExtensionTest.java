package io.skein.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(SkeinExtension.class)
class SkeinExtensionTest {
    private static Sim earlier;
    private Sim before;

    @BeforeEach
    void prepare(Sim sim) {
        before = sim;
    }

    @RepeatedTest(2)
    void eachTestHasAClusterOfItsOwnWithNothingInIt(Sim sim) {
        assertSame(before, sim);
        assertNotSame(earlier, sim);
        assertEquals(404, Caller.of(sim).get("/t/something").status());
        Caller.of(sim).post("/t/something", "x");
        earlier = sim;
    }
}
