package io.skein.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Two hosts on this machine: network namespaces of Linux, joined by one cable that can be pulled. Nothing that runs in one
 * reaches anything but itself and the other. Needs root and iproute2. {@link #close} takes all away.
 */
final class TwoHosts implements AutoCloseable {
    private static final String CABLE = "skein0";

    private final List<Host> hosts = new ArrayList<>();

    /** One of the two, and somebody there who asks over HTTP. */
    static final class Host implements AutoCloseable {
        private final String space;
        private final String address;
        private Process messenger;
        private BufferedWriter to;
        private BufferedReader from;

        private Host(String space, String address) {
            this.space = space;
            this.address = address;
        }

        String address() {
            return address;
        }

        /** What a command begins with that runs there. */
        List<String> inside() {
            return List.of("ip", "netns", "exec", space);
        }

        private void open() throws IOException, URISyntaxException {
            List<String> command = new ArrayList<>(inside());
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("-XX:+UseSerialGC", "-Xmx64m", "-cp"));
            command.add(Path.of(Messenger.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString());
            command.add(Messenger.class.getName());
            messenger = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            to = new BufferedWriter(new OutputStreamWriter(messenger.getOutputStream(), StandardCharsets.US_ASCII));
            from = new BufferedReader(new InputStreamReader(messenger.getInputStream(), StandardCharsets.US_ASCII));
        }

        /** @param status 0: no answer */
        record Answer(int status, String body) {}

        Answer ask(String method, String url, String token, String key, String body) throws IOException {
            to.write(String.join(
                    " ",
                    Messenger.encoded(method),
                    Messenger.encoded(url),
                    Messenger.encoded(token),
                    Messenger.encoded(key),
                    Messenger.encoded(body)));
            to.newLine();
            to.flush();
            String line = from.readLine();
            if (line == null) {
                throw new IOException("the messenger in " + space + " ended");
            }
            String[] words = line.split(" ");
            return new Answer(Integer.parseInt(words[0]), Messenger.decoded(words[1]));
        }

        @Override
        public void close() {
            if (messenger != null) {
                messenger.destroyForcibly().onExit().join();
            }
        }
    }

    private TwoHosts() {}

    /** @return empty, with the reason on standard output, where namespaces cannot be made */
    static Optional<TwoHosts> connect() throws Exception {
        TwoHosts two = new TwoHosts();
        String name = "skein-" + ProcessHandle.current().pid();
        try {
            for (int side = 1; side <= 2; side++) {
                String space = name + "-" + side;
                Optional<String> no = Ip.run("netns", "add", space);
                if (no.isPresent()) {
                    two.close();
                    System.out.println("no network namespaces here: " + no.get());
                    return Optional.empty();
                }
                two.hosts.add(new Host(space, "10.233.0." + side));
            }
            String first = two.hosts.get(0).space;
            String second = two.hosts.get(1).space;
            Ip.must("-n", first, "link", "add", CABLE, "type", "veth", "peer", "name", CABLE, "netns", second);
            for (Host host : two.hosts) {
                Ip.must("-n", host.space, "addr", "add", host.address + "/24", "dev", CABLE);
                Ip.must("-n", host.space, "link", "set", CABLE, "up");
                Ip.must("-n", host.space, "link", "set", "lo", "up");
                host.open();
            }
            return Optional.of(two);
        } catch (Exception | AssertionError failed) {
            two.close();
            throw failed;
        }
    }

    Host first() {
        return hosts.get(0);
    }

    Host second() {
        return hosts.get(1);
    }

    void pullTheCable() throws IOException {
        Ip.must("-n", first().space, "link", "set", CABLE, "down");
    }

    void plugTheCable() throws IOException {
        Ip.must("-n", first().space, "link", "set", CABLE, "up");
    }

    /** Processes that a test started there have ended. */
    @Override
    public void close() throws IOException {
        hosts.forEach(Host::close);
        for (Host host : hosts) {
            Ip.must("netns", "delete", host.space);
        }
    }
}
