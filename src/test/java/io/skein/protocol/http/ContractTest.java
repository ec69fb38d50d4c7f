package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code openapi.yaml} against the door's routes, both ways. Its form is fixed: paths at two spaces, methods at four. */
class ContractTest {
    private static final Pattern PATH = Pattern.compile("^ {2}(/\\S*):$");
    private static final Pattern METHOD = Pattern.compile("^ {4}(get|put|post|delete|patch|head|options|trace):$");

    private static String document() throws IOException {
        try (InputStream in = ContractTest.class.getResourceAsStream("/openapi.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Set<String> documented() throws IOException {
        Set<String> found = new TreeSet<>();
        String path = "";
        boolean paths = false;
        for (String line : document().lines().toList()) {
            if (!line.startsWith(" ") && !line.isBlank()) {
                paths = line.equals("paths:");
            }
            Matcher pathLine = PATH.matcher(line);
            Matcher methodLine = METHOD.matcher(line);
            if (paths && pathLine.matches()) {
                path = pathLine.group(1);
            } else if (paths && methodLine.matches()) {
                found.add(methodLine.group(1).toUpperCase(Locale.ROOT) + " " + path);
            }
        }
        return found;
    }

    @Test
    void everyRouteIsDocumentedAndEveryDocumentedRouteIsThere() throws Exception {
        try (OpenDoor door = new OpenDoor()) {
            Set<String> served = new TreeSet<>(door.templates());
            // Other rooms serve these on the same port; that they are there is asked in the node's tests.
            served.addAll(List.of("GET /", "GET /client.js", "GET /metrics", "GET /metrics/detailed", "GET /ws"));
            assertEquals(documented(), served);
        }
    }

    @Test
    void theDocumentIsServedAsItIs() throws Exception {
        try (OpenDoor door = new OpenDoor()) {
            OpenDoor.Answer answer = door.get("/openapi.yaml");
            assertEquals(200, answer.status());
            assertEquals("application/yaml", answer.header("content-type"));
            assertEquals(document(), answer.body());
            assertEquals(answer.body(), door.get("/openapi.yaml").body());
        }
    }

    @Test
    void everyReferenceInTheDocumentPointsToSomething() throws Exception {
        List<String> lines = document().lines().toList();
        Set<String> targets = new HashSet<>();
        String section = "";
        boolean components = false;
        for (String line : lines) {
            if (!line.startsWith(" ") && !line.isBlank()) {
                components = line.equals("components:");
            } else if (components && line.matches("^ {2}\\w+:$")) {
                section = line.strip().replace(":", "");
            } else if (components && line.matches("^ {4}\\w+:$")) {
                targets.add("#/components/" + section + "/" + line.strip().replace(":", ""));
            }
        }
        Matcher references = Pattern.compile("\\$ref: \"([^\"]+)\"").matcher(document());
        int count = 0;
        while (references.find()) {
            count++;
            assertTrue(targets.contains(references.group(1)), references.group(1));
        }
        assertTrue(count > 100, "references are found: " + count);
    }
}
