package io.skein.store;

/** The database holds less than this node had promised (DESIGN D10). */
public final class WentBackwards extends RuntimeException {
    private static final long serialVersionUID = 1;

    WentBackwards(String what) {
        super(what);
    }
}
