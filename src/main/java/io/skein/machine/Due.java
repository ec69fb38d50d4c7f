package io.skein.machine;

/** Something whose time has come. Only the leader acts on it. */
public sealed interface Due {
    /** The leader proposes this command. */
    record Propose(Command command) implements Due {}

    /** The leader's node reads the body kept at this place and proposes a command that carries it (DESIGN D17). */
    record Fetch(Cursor place) implements Due {}
}
