package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What shells offer at the Tab key, asked of the shells. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CompletionTest {
    private static final String BASH = """
            PATH=$1:$PATH
            source "$2"
            shift 2
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"
            COMP_POINT=${#COMP_LINE}
            _skein_with_names skein "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}" 2>/dev/null
            echo "${COMPREPLY[*]}"
            """;

    private Path directory;

    /** A program of that name stands for the one that asks a node. */
    @BeforeAll
    void write(@TempDir Path directory) throws IOException {
        this.directory = directory;
        for (String shell : List.of("bash", "zsh", "fish")) {
            Files.writeString(
                    directory.resolve(shell), Said.say("", "completion", shell).out());
        }
        Path program = Files.writeString(
                directory.resolve("skein"),
                "#!/bin/sh\n[ \"$1 $2\" = 'names topics' ] && printf 'orders/eu\\norders/us\\nlogs\\n'\n"
                        + "[ \"$1 $2\" = 'names members' ] && printf 'n1\\n'\n"
                        + "[ \"$1 $2\" = 'names accounts' ] && printf 'anna\\n'\n"
                        + "[ \"$1 $2\" = 'names subscriptions' ] && printf 'zz;touch pwned\\nz\\033[2Jz\\n'\n");
        assertTrue(program.toFile().setExecutable(true));
        Files.writeString(directory.resolve("complete"), BASH);
    }

    private static boolean isThere(String shell) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(path -> Files.isExecutable(Path.of(path, shell)));
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        return said.strip();
    }

    private String bash(String... words) throws Exception {
        assumeTrue(isThere("bash"), "there is no bash here");
        String[] command = new String[words.length + 4];
        command[0] = "bash";
        command[1] = directory.resolve("complete").toString();
        command[2] = directory.toString();
        command[3] = directory.resolve("bash").toString();
        System.arraycopy(words, 0, command, 4, words.length);
        return run(command);
    }

    @Test
    void bashOffersCommandsVerbsAndFlags() throws Exception {
        assertEquals("topics top", bash("skein", "to").replace("top topics", "topics top"));
        assertEquals("create", bash("skein", "topics", "cr"));
        assertEquals("--max-age --max-bytes --max-messages", bash("skein", "topics", "set", "a", "--max"));
    }

    @Test
    void bashOffersTheNamesThatANodeKnows() throws Exception {
        assertEquals("orders/eu orders/us", bash("skein", "topics", "delete", "o"));
        assertEquals("logs", bash("skein", "subscriptions", "create", "x", "--filter", "l"));
    }

    @Test
    void bashOffersTheWordsThatAFlagTakes() throws Exception {
        assertEquals("reject dropOldest", bash("skein", "topics", "set", "a", "--on-full", ""));
        assertEquals("bash zsh fish", bash("skein", "completion", ""));
    }

    @Test
    void whatANameSaysIsNotRun() throws Exception {
        assertEquals("zz\\;touch\\ pwned", bash("skein", "pull", "z"));
    }

    /** Otherwise the Tab key takes a second for a thousand topics. */
    @Test
    void noProgramIsStartedForEachName() throws Exception {
        String script = Files.readString(directory.resolve("bash"));
        String loop = script.substring(script.indexOf("while IFS= read -r word"));
        assertFalse(loop.contains("=$("), loop);
    }

    @Test
    void aShellThatBeginsNeverWaitsForABuild(@TempDir Path home) throws Exception {
        Path script = Files.copy(Path.of("skein"), home.resolve("skein"), StandardCopyOption.COPY_ATTRIBUTES);
        program(home.resolve("mvnw"), "echo built");
        program(home.resolve("jdk/bin/java"), "echo \"runs $*\"");
        Files.createDirectories(home.resolve("src/main"));
        Files.createDirectories(home.resolve("target"));
        Files.writeString(home.resolve("pom.xml"), "newer than the jar");
        Path jar = Files.writeString(home.resolve("target/skein.jar"), "a jar");
        Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
        for (String command : List.of("completion bash", "names topics")) {
            String said = run("env", "JAVA_HOME=" + home.resolve("jdk"), "sh", "-c", script + " " + command);
            assertTrue(said.startsWith("runs -ea") && said.endsWith("skein.jar " + command), said);
            assertFalse(Files.exists(home.resolve("target/skein.jsa.for")), said);
        }
        String other = run("env", "JAVA_HOME=" + home.resolve("jdk"), "sh", "-c", script + " topics");
        assertTrue(other.contains("built"), other);
    }

    private static void program(Path file, String does) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + does + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    @Test
    void aFlagOffersWhatItMeansToItsCommand() throws Exception {
        assertEquals("n1", bash("skein", "members", "transfer", "--from", "n"));
        assertEquals("", bash("skein", "subscribe", "orders/eu", "--from", "n"));
        assertEquals("logs", bash("skein", "topics", "show", "--url", "localhost:1", "l"));
        assertEquals("anna", bash("skein", "users", "tokens", "create", "an"));
        assertEquals("", bash("skein", "users", "tokens", "create", "anna", "an"));
        assertEquals("orders/eu orders/us", bash("skein", "users", "allow", "anna", "publish", "o"));
        assertEquals("publish", bash("skein", "users", "allow", "anna", "pu"));
    }

    @Test
    void fishOffersTheSame() throws Exception {
        assumeTrue(isThere("fish"), "there is no fish here");
        String ask = "set PATH " + directory + " $PATH; source " + directory.resolve("fish") + "; complete -C ";
        assertEquals("orders/eu\norders/us", run("fish", "--no-config", "-c", ask + "'skein topics delete o'"));
        assertTrue(run("fish", "--no-config", "-c", ask + "'skein to'").contains("topics\tTopics: "));
        assertEquals(
                "orders/eu\norders/us", run("fish", "--no-config", "-c", ask + "'skein users allow anna publish o'"));
        assertTrue(run("fish", "--no-config", "-c", "cd " + directory + "; " + ask + "'skein restore com'")
                .contains("complete"));
    }

    @Test
    void zshTakesTheScript() throws Exception {
        assumeTrue(isThere("zsh"), "there is no zsh here");
        String script = "autoload -U compinit; compinit -u -d " + directory.resolve("dump") + "; source "
                + directory.resolve("zsh") + "; print ${_comps[skein]}";
        assertEquals("_bash_complete -F _skein_with_names -o default", run("zsh", "-f", "-c", script));
    }
}
