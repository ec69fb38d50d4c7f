package io.skein.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A cluster whose time, network and disks move only when a command says so. Each command answers with the trace of what
 * the nodes wanted done.
 *
 * <pre>
 * nodes 3 [entries=1]             three voters that never ran; entries: at most so many in one append
 * disk 1 term=2 [vote=1] [a(1) b(2)]   what node 1 finds when it starts (before its first step)
 * timeout 1                       time passes until node 1 asks for pre-votes (alone: campaigns); nobody else is woken
 * campaign 1                      the same, and all other voters want it: it campaigns
 * wait 400 [1 2]                  milliseconds pass; the nodes named are woken when they ask
 * tick 1                          node 1 is woken
 * propose 1 x                     node 1 appends x
 * write 1 [2]                     the disk of node 1 finishes all (or the first 2) writes under way, and says so
 * append 1>2 term=2 prev=1(1) [x(2)]   such an append arrives, whether or not node 1 would send it
 * deliver [1>2 ...]               messages under way arrive, of all links or those named; not what they cause
 * repeat [1>2 ...]                the same, but they stay under way too: they will arrive twice
 * drop [1>2 ...]                  messages under way are lost
 * settle [1 2 3]                  writes and deliveries among these (or all) nodes until nothing is under way among them
 * elect 1 [1 2 3]                 timeout 1, then settle; only changes of role and commits are told
 * crash 1 [2]                     node 1 dies; the first 2 writes under way had reached the disk
 * start 1
 * log [1 2]                       the logs, in memory
 * </pre>
 */
final class Scenario {
    private static final RaftTiming TIMING = RaftTiming.ofMillis(50, 300);

    private record Envelope(NodeId from, NodeId to, Rpc rpc) {}

    private final Map<String, SimulatedNode> nodes = new TreeMap<>();
    private final List<Envelope> network = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private long nowNanos;

    /** Runs one command line; its trace is "ok" when nothing happened. */
    String run(String line) {
        trace.clear();
        String[] words = line.strip().split("\\s+");
        List<String> args = List.of(words).subList(1, words.length);
        switch (words[0]) {
            case "nodes" -> createNodes(args);
            case "disk" -> prepareDisk(args);
            case "timeout" -> timeout(node(args.get(0)));
            case "campaign" -> campaign(node(args.get(0)));
            case "wait" -> pass(Long.parseLong(args.get(0)) * 1_000_000, args.subList(1, args.size()));
            case "tick" -> step(node(args.get(0)), new Input.Tick());
            case "propose" ->
                step(
                        node(args.get(0)),
                        new Input.Propose(Entry.Kind.COMMANDS, args.get(1).getBytes(UTF_8)));
            case "write" ->
                write(node(args.get(0)), args.size() > 1 ? Integer.parseInt(args.get(1)) : Integer.MAX_VALUE);
            case "append" -> append(args);
            case "deliver" -> deliver(links(args), true);
            case "repeat" -> deliver(links(args), false);
            case "drop" -> network.removeIf(links(args));
            case "settle" -> settle(args);
            case "elect" -> elect(node(args.get(0)), args.subList(1, args.size()));
            case "crash" -> node(args.get(0)).crash(args.size() > 1 ? Integer.parseInt(args.get(1)) : 0);
            case "start" -> node(args.get(0)).start();
            case "log" -> (args.isEmpty() ? nodes.keySet() : args).forEach(name -> trace.add(logOf(nodes.get(name))));
            default -> throw new IllegalArgumentException("no command: " + line);
        }
        return trace.isEmpty() ? "ok" : String.join("\n", trace);
    }

    private void createNodes(List<String> args) {
        Map<String, String> options = options(args);
        RaftLimits d = RaftLimits.DEFAULT;
        int entries = Integer.parseInt(options.getOrDefault("entries", "" + d.maxAppendEntries()));
        var limits = new RaftLimits(
                entries, d.maxAppendBytes(), d.maxInflightAppends(), d.maxInflightBytes(), d.maxWritesUnderway());
        Configuration configuration = SimulatedNode.voters(Integer.parseInt(args.get(0)));
        for (NodeId id : configuration.voters()) {
            nodes.put(id.value(), new SimulatedNode(id, configuration, TIMING, limits, new Random(1)));
        }
    }

    private void prepareDisk(List<String> args) {
        Map<String, String> options = options(args);
        var hardState = new HardState(
                Long.parseLong(options.get("term")),
                Optional.ofNullable(options.get("vote")).map(NodeId::new));
        nodes.get(args.get(0)).disk(hardState, entries(1, args.subList(1, args.size())));
    }

    private void append(List<String> args) {
        Map<String, String> options = options(args);
        NodeId from = new NodeId(args.get(0).substring(0, args.get(0).indexOf('>')));
        String prev = options.get("prev");
        long prevLogIndex = Long.parseLong(prev.substring(0, prev.indexOf('(')));
        var append = new Rpc.AppendEntries(
                Long.parseLong(options.get("term")),
                from,
                prevLogIndex,
                termIn(prev),
                entries(prevLogIndex + 1, args.subList(1, args.size())),
                0,
                0);
        step(
                node(args.get(0).substring(args.get(0).indexOf('>') + 1)),
                new Input.Received(from, incarnationOf(from), append));
    }

    private void timeout(SimulatedNode node) {
        for (int woken = 0; woken < 100; woken++) {
            nowNanos = Math.max(nowNanos, node.raft().nextDeadlineNanos());
            List<Effect> effects = node.step(new Input.Tick(), nowNanos);
            carryOut(node, effects);
            if (effects.stream()
                    .anyMatch(e -> e instanceof Effect.Send send && send.rpc() instanceof Rpc.PreVote
                            || e instanceof Effect.RoleChanged changed && changed.role() == Role.CANDIDATE)) {
                return;
            }
        }
        throw new AssertionError(node.id + " wants no election");
    }

    private void campaign(SimulatedNode node) {
        timeout(node);
        network.removeIf(e -> e.from().equals(node.id) && e.rpc() instanceof Rpc.PreVote);
        trace.removeIf(line -> line.contains(" preVote "));
        long asked = node.raft().term() + 1;
        for (NodeId voter : node.raft().configuration().voters()) {
            step(node, new Input.Received(voter, incarnationOf(voter), new Rpc.PreVoteReply(asked, true)));
        }
    }

    private void pass(long nanos, Collection<String> woken) {
        long end = nowNanos + nanos;
        while (true) {
            Optional<SimulatedNode> next = Optional.empty();
            for (String name : woken) {
                SimulatedNode node = node(name);
                if (node.raft().nextDeadlineNanos()
                        < next.map(n -> n.raft().nextDeadlineNanos()).orElse(end + 1)) {
                    next = Optional.of(node);
                }
            }
            if (next.isEmpty()) {
                break;
            }
            nowNanos = Math.max(nowNanos, next.get().raft().nextDeadlineNanos());
            step(next.get(), new Input.Tick());
        }
        nowNanos = end;
    }

    private void write(SimulatedNode node, int count) {
        int writes = Math.min(count, node.underway());
        if (writes > 0) {
            carryOut(node, node.finishWrites(writes, nowNanos));
        }
    }

    private void deliver(Predicate<Envelope> which, boolean once) {
        List<Envelope> arriving = network.stream().filter(which).toList();
        if (once) {
            network.removeIf(which);
        }
        for (Envelope envelope : arriving) {
            SimulatedNode to = nodes.get(envelope.to().value());
            if (to.isUp() || to.lives() == 0) {
                step(
                        node(envelope.to().value()),
                        new Input.Received(envelope.from(), incarnationOf(envelope.from()), envelope.rpc()));
            }
        }
    }

    private void settle(Collection<String> among) {
        Collection<String> names = among.isEmpty() ? List.copyOf(nodes.keySet()) : among;
        Predicate<Envelope> within = e -> names.contains(e.from().value()) && names.contains(e.to().value());
        boolean quiet = false;
        while (!quiet) {
            quiet = network.stream().noneMatch(within);
            deliver(within, true);
            for (String name : names) {
                quiet &= nodes.get(name).underway() == 0;
                write(nodes.get(name), Integer.MAX_VALUE);
            }
        }
    }

    private void elect(SimulatedNode node, Collection<String> among) {
        timeout(node);
        settle(among);
        trace.removeIf(line -> !line.contains(" is ") && !line.contains(" commits "));
    }

    private void step(SimulatedNode node, Input input) {
        carryOut(node, node.step(input, nowNanos));
    }

    private void carryOut(SimulatedNode node, List<Effect> effects) {
        for (Effect effect : effects) {
            trace.add(Trace.of(node.id, effect));
            if (effect instanceof Effect.Send send) {
                network.add(new Envelope(node.id, send.to(), send.rpc()));
            }
        }
    }

    private long incarnationOf(NodeId id) {
        return nodes.get(id.value()).incarnation();
    }

    /** Started now if it never ran. */
    private SimulatedNode node(String name) {
        SimulatedNode node = nodes.get(name);
        if (node.lives() == 0) {
            node.start();
        }
        return node;
    }

    private static String logOf(SimulatedNode node) {
        if (!node.isUp()) {
            return node.id + ": down, on disk term=" + node.diskHardState().term() + " [" + Trace.of(node.diskLog())
                    + "]";
        }
        Raft raft = node.raft();
        var entries = new ArrayList<Entry>();
        for (long index = raft.firstInMemory(); index <= raft.lastIndex(); index++) {
            entries.add(raft.entry(index));
        }
        return node.id + ": term=" + raft.term() + " [" + Trace.of(entries) + "] durable=" + raft.durableIndex()
                + " commit=" + raft.commitIndex();
    }

    private static Predicate<Envelope> links(List<String> args) {
        return e -> args.isEmpty() || args.contains(e.from() + ">" + e.to());
    }

    /** Entries are written {@code payload(term)}. */
    private static List<Entry> entries(long firstIndex, List<String> args) {
        var entries = new ArrayList<Entry>();
        for (String arg : args) {
            if (arg.endsWith(")") && !arg.contains("=")) {
                byte[] payload = arg.substring(0, arg.indexOf('(')).getBytes(UTF_8);
                entries.add(new Entry(firstIndex + entries.size(), termIn(arg), Entry.Kind.COMMANDS, payload));
            }
        }
        return entries;
    }

    private static long termIn(String text) {
        return Long.parseLong(text.substring(text.indexOf('(') + 1, text.indexOf(')')));
    }

    private static Map<String, String> options(List<String> args) {
        var options = new HashMap<String, String>();
        for (String arg : args) {
            if (arg.contains("=")) {
                options.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
            }
        }
        return options;
    }
}
