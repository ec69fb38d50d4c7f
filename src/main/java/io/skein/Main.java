package io.skein;

/** The door to everything: one jar, one main class. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.out.println("skein " + version());
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
