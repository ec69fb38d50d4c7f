package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine;

/** What can be done over HTTP can be done by a command, or there is a reason why not. */
class EveryRouteTest {
    /** Route to command; where there is none, the reason behind a dash. */
    private static final String TABLE = """
            POST /t/{topic}                              publish
            GET /t/{topic}                               read
            GET /v1/stream                               subscribe
            POST /v1/publish                             publish
            GET /v1/topics                               topics list
            GET /v1/topics/{topic}                       topics show
            PUT /v1/topics/{topic}                       topics set
            DELETE /v1/topics/{topic}                    topics delete
            GET /v1/subscriptions                        subscriptions list
            GET /v1/subscriptions/{name}                 subscriptions show
            PUT /v1/subscriptions/{name}                 subscriptions set
            DELETE /v1/subscriptions/{name}              subscriptions delete
            POST /v1/subscriptions/{name}/pull           pull
            POST /v1/subscriptions/{name}/ack            subscriptions ack
            POST /v1/subscriptions/{name}/nack           subscriptions nack
            POST /v1/subscriptions/{name}/extend         subscriptions extend
            POST /v1/subscriptions/{name}/seek           subscriptions seek
            POST /v1/subscriptions/{name}/redrive        subscriptions redrive
            POST /v1/subscriptions/{name}/discard        subscriptions discard
            GET /v1/subscriptions/{name}/why             subscriptions why
            GET /v1/subscriptions/{name}/history         subscriptions history
            GET /v1/messages/{cursor}/trace              trace
            POST /v1/transactions                        transaction
            GET /v1/scheduled                            scheduled list
            DELETE /v1/scheduled/{cursor}                scheduled delete
            POST /v1/accounts                            users create
            GET /v1/accounts                             users list
            GET /v1/accounts/{username}                  users show
            DELETE /v1/accounts/{username}               users delete
            PUT /v1/accounts/{username}/password         users password
            PUT /v1/accounts/{username}/role             users role
            DELETE /v1/accounts/{username}/sessions      users logout
            GET /v1/accounts/{username}/tokens           users tokens list
            POST /v1/accounts/{username}/tokens          users tokens create
            DELETE /v1/accounts/{username}/tokens        users tokens delete
            GET /v1/limits                               limits list
            GET /v1/limits/{name}                        limits show
            PUT /v1/limits/{name}                        limits set
            DELETE /v1/limits/{name}                     limits delete
            GET /v1/access                               users rules
            PUT /v1/access                               users allow
            DELETE /v1/access                            users unset
            POST /v1/sessions                            login
            GET /v1/sessions/current                     whoami
            DELETE /v1/sessions/current                  logout
            POST /v1/mail                                mail send
            GET /v1/mail                                 mail list
            GET /v1/mail/unread                          mail unread
            GET /v1/mail/stream                          chat
            GET /v1/mail/presence                        mail presence
            POST /v1/mail/read                           mail read
            POST /v1/mail/delete                         mail delete
            GET /v1/cluster                              status
            GET /v1/log                                  log list
            PUT /v1/log                                  log set
            POST /v1/cluster/members                     members add
            DELETE /v1/cluster/members/{id}              members remove
            POST /v1/cluster/transfer                    members transfer
            GET /v1/backup                               backup
            GET /v1/settings                             settings
            GET /v1/connections                          connections list
            DELETE /v1/connections/{id}                  connections close
            GET /v1/sql                                  sql
            POST /v1/sql                                 sql
            GET /v1                                      capabilities
            GET /v1/                                     capabilities
            GET /openapi.yaml                            openapi
            GET /client.js                               - a library, for browsers
            GET /livez                                   - for probes; status says more
            GET /readyz                                  - for probes; status says more
            GET /healthz                                 - for probes; status says more
            GET /metrics                                 - for Prometheus; top and doctor read it
            GET /metrics/detailed                        - for Prometheus; topics and subscriptions say the same
            GET /ws                                      - what carries publish, subscribe and pull
            GET /                                        - pages, for browsers
            PUT /topic                                   - the message queue of another system; topics create
            GET /topic                                   - the message queue of another system; topics list
            PUT /message                                 - the message queue of another system; publish
            GET /message/{topic}                         - the message queue of another system; pull
            GET /status                                  - figures of other systems; status
            GET /raft                                    - figures of other systems; status
            GET /stats                                   - figures of other systems; top
            GET /messages                                - figures of other systems; read
            GET /topics                                  - figures of other systems; topics list
            GET /subscribers                             - figures of other systems; connections list
            POST /publish                                - a publisher of another system; publish
            """;

    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");

    private static Map<String, String> table() {
        Map<String, String> table = new TreeMap<>();
        TABLE.lines().forEach(line -> {
            String[] parts = line.split(" {2,}", 2);
            table.put(parts[0], parts[1].strip());
        });
        return table;
    }

    @SuppressWarnings("unchecked")
    private static Set<String> routes() throws IOException {
        String document = Files.readString(Path.of("src/main/resources/openapi.yaml"));
        Map<String, Map<String, Map<String, Object>>> yaml = (Map<String, Map<String, Map<String, Object>>>)
                new Load(LoadSettings.builder().build()).loadFromString(document);
        Set<String> routes = new TreeSet<>();
        yaml.get("paths")
                .forEach((path, methods) -> methods.keySet().stream()
                        .filter(METHODS::contains)
                        .forEach(method -> routes.add(method.toUpperCase(Locale.ROOT) + " " + path)));
        return routes;
    }

    @Test
    void everyRouteHasItsCommandOrAReason() throws IOException {
        Set<String> missing = routes();
        missing.removeAll(table().keySet());
        assertEquals(Set.of(), missing);
    }

    @Test
    void everyCommandThatIsNamedIsThere() {
        CommandLine root = SkeinCommand.line();
        table().values().stream().filter(command -> !command.startsWith("-")).forEach(command -> {
            CommandLine at = root;
            for (String word : command.split(" ")) {
                at = at.getSubcommands().get(word);
                assertTrue(at != null, command);
            }
        });
    }
}
