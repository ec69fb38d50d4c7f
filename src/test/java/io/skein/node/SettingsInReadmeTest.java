package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsInReadmeTest {
    private static final String HEAD = "| flag of `serve` | default | is |";

    @Test
    void everySettingStandsInReadmeAsItIs() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("README.md"));
        int head = lines.indexOf(HEAD);
        List<String> rows = lines.subList(head + 2, lines.size()).stream()
                .takeWhile(line -> line.startsWith("|"))
                .toList();

        assertEquals(
                String.join(
                        "\n",
                        Arrays.stream(Setting.values())
                                .map(SettingsInReadmeTest::row)
                                .toList()),
                String.join("\n", rows));
    }

    private static String row(Setting setting) {
        return "| `--" + setting.key() + " "
                + setting.label().replace("|", "\\|") + "` | "
                + (setting.defaultValue().isEmpty() ? "" : "`" + setting.defaultValue() + "`") + " | "
                + setting.description().replace("|", "\\|") + " |";
    }
}
