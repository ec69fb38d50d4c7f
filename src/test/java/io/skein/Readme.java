package io.skein;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** README.md, of which tests run what it shows: a block is what stands fenced behind {@code <!-- KIND: NAME -->}. */
public final class Readme {
    private static final Pattern BLOCK =
            Pattern.compile("<!-- ([a-z]+): ([a-z-]+) -->\\s+```[a-z]*\n(.*?)```", Pattern.DOTALL);

    private Readme() {}

    /** @throws AssertionError when there is no such block */
    public static String block(String kind, String name) throws IOException {
        Matcher found = BLOCK.matcher(Files.readString(Path.of("README.md")));
        while (found.find()) {
            if (found.group(1).equals(kind) && found.group(2).equals(name)) {
                return found.group(3);
            }
        }
        throw new AssertionError("README.md has no " + kind + " " + name);
    }
}
