package io.skein.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A cluster whose time, network and disks move only when a command says so. Each command answers with the trace of what
 * the nodes wanted done.
 *
 * <pre>
 * nodes 3 [spares=1] [entries=1]  three voters that never ran, and one that is no member; entries: most in one append
 * disk 1 term=2 [vote=1] [a(1) b(2)]   what node 1 finds when it starts (before its first step)
 * timeout 1                       time passes until node 1 asks for pre-votes (alone: campaigns); nobody else is woken
 * campaign 1                      the same, and all other voters want it: it campaigns
 * wait 400 [1 2]                  milliseconds pass; the nodes named are woken when they ask
 * live 400 [1 2]                  the same, and disks finish and messages among these (or all) arrive within 1 ms; only
 *                                 changes of role and configuration, commits and answered reads are told
 * tick 1                          node 1 is woken
 * propose 1 x                     node 1 appends x
 * members 1 1 2 3 +4              node 1 appends a configuration of three voters and a learner
 * mayChange 1                     whether node 1 would take such a proposal
 * read 1 7                        node 1 is asked to read, question 7
 * resign 1                        leader 1 shall end its term
 * transfer 1 2                    leader 1 shall hand over to 2; tells to whom it does
 * write 1 [2]                     the disk of node 1 finishes all (or the first 2) writes under way, and says so
 * append 1>2 term=2 prev=1(1) [x(2)]   such an append arrives, whether or not node 1 would send it
 * requestVote 1>2 term=2 last=1(1) [transfer]   such a request arrives
 * preVote 1>2 term=2 last=1(1)    such a question arrives
 * deliver [1>2 ...]               messages under way arrive, of all links or those named; not what they cause
 * repeat [1>2 ...]                the same, but they stay under way too: they will arrive twice
 * drop [1>2 ...]                  messages under way are lost
 * cut 1>2 ...                     what is sent from now on is lost
 * heal                            and not any more
 * settle [1 2 3]                  writes and deliveries among these (or all) nodes until nothing is under way among them
 * elect 1 [1 2 3]                 timeout 1, then settle; told as with live
 * forget 1 5                      node 1 keeps entries up to 5 on its disk only
 * compact 1 5                     and not even there
 * load 1>2 [fails]                what node 1 asked its disk for, for node 2, is there
 * snapshot 1>2 [of=2] [fails]     the snapshot that node 1 was asked for arrives, and is installed if it is wanted; made
 *                                 just now, or when 2 was committed
 * crash 1 [2]                     node 1 dies; the first 2 writes under way had reached the disk
 * lose 3 2                        node 3, which is down, finds the first 2 entries only when it starts
 * wipe 1                          the disk of node 1 is replaced; its next incarnation is 101
 * start 1
 * log [1 2]                       the logs, in memory
 * peers 1                         what leader 1 knows of the others
 * </pre>
 */
final class Scenario {
    private static final RaftTiming TIMING = RaftTiming.ofMillis(50, 300);

    private record Envelope(NodeId from, long incarnation, NodeId to, Rpc rpc) {
        String link() {
            return from + ">" + to;
        }
    }

    private final Map<String, SimulatedNode> nodes = new TreeMap<>();
    private final List<Envelope> network = new ArrayList<>();
    private final Set<String> cut = new TreeSet<>();
    private final Map<String, Effect.Load> loads = new TreeMap<>();
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
            case "live" -> live(Long.parseLong(args.get(0)), args.subList(1, args.size()));
            case "tick" -> step(node(args.get(0)), new Input.Tick());
            case "propose" ->
                step(
                        node(args.get(0)),
                        new Input.Propose(Entry.Kind.COMMANDS, args.get(1).getBytes(UTF_8)));
            case "members" ->
                step(
                        node(args.get(0)),
                        new Input.Propose(
                                Entry.Kind.CONFIGURATION,
                                String.join(" ", args.subList(1, args.size())).getBytes(UTF_8)));
            case "mayChange" ->
                trace.add(args.get(0) + (node(args.get(0)).raft().mayChangeConfiguration() ? " may" : " may not"));
            case "read" -> step(node(args.get(0)), new Input.ReadIndex(Long.parseLong(args.get(1))));
            case "resign" -> step(node(args.get(0)), new Input.Resign());
            case "transfer" -> transfer(node(args.get(0)), new NodeId(args.get(1)));
            case "write" ->
                write(node(args.get(0)), args.size() > 1 ? Integer.parseInt(args.get(1)) : Integer.MAX_VALUE);
            case "append" -> append(args);
            case "requestVote" ->
                arrive(
                        args.get(0),
                        new Rpc.RequestVote(
                                Long.parseLong(options(args).get("term")),
                                from(args.get(0)),
                                indexIn(options(args).get("last")),
                                termIn(options(args).get("last")),
                                args.contains("transfer")));
            case "preVote" ->
                arrive(
                        args.get(0),
                        new Rpc.PreVote(
                                Long.parseLong(options(args).get("term")),
                                indexIn(options(args).get("last")),
                                termIn(options(args).get("last"))));
            case "deliver" -> deliver(links(args), true);
            case "repeat" -> deliver(links(args), false);
            case "drop" -> network.removeIf(links(args));
            case "cut" -> cut.addAll(args);
            case "heal" -> cut.clear();
            case "settle" -> settle(args);
            case "elect" -> elect(node(args.get(0)), args.subList(1, args.size()));
            case "forget" -> node(args.get(0)).raft().compact(Long.parseLong(args.get(1)));
            case "compact" -> node(args.get(0)).compact(Long.parseLong(args.get(1)));
            case "load" -> load(args.get(0), args.contains("fails"));
            case "snapshot" -> snapshot(node(from(args.get(0)).value()), to(args.get(0)), args);
            case "lose" -> node(args.get(0)).lose(Integer.parseInt(args.get(1)));
            case "wipe" -> node(args.get(0)).wipe(node(args.get(0)).incarnation() + 100);
            case "peers" -> node(args.get(0)).raft().peers().forEach(peer -> trace.add(Trace.of(peer)));
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
        int voters = Integer.parseInt(args.get(0));
        Configuration configuration = SimulatedNode.voters(voters);
        for (int i = 1; i <= voters + Integer.parseInt(options.getOrDefault("spares", "0")); i++) {
            Configuration known = i <= voters ? configuration : Configuration.EMPTY;
            nodes.put("" + i, new SimulatedNode(new NodeId("" + i), known, TIMING, limits, new Random(i)));
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
        String prev = options.get("prev");
        arrive(
                args.get(0),
                new Rpc.AppendEntries(
                        Long.parseLong(options.get("term")),
                        from(args.get(0)),
                        indexIn(prev),
                        termIn(prev),
                        entries(indexIn(prev) + 1, args.subList(1, args.size())),
                        0,
                        0));
    }

    private void arrive(String link, Rpc rpc) {
        NodeId from = from(link);
        step(node(to(link).value()), new Input.Received(from, incarnationOf(from), rpc));
    }

    private void transfer(SimulatedNode leader, NodeId to) {
        step(leader, new Input.Transfer(to));
        trace.add(leader.id + " hands over to "
                + leader.raft().transferee().map(NodeId::value).orElse("nobody"));
    }

    private void load(String link, boolean fails) {
        SimulatedNode node = node(from(link).value());
        Effect.Load load = loads.remove(link);
        List<Entry> entries = fails
                ? List.of()
                : node.diskLog()
                        .subList((int) load.fromIndex() - 1, (int) node.raft().firstInMemory() - 1);
        step(node, new Input.Loaded(load.peer(), entries));
    }

    private void snapshot(SimulatedNode node, NodeId to, List<String> args) {
        boolean fails = args.contains("fails");
        SimulatedNode peer = node(to.value());
        String of = options(args).getOrDefault("of", "" + node.raft().commitIndex());
        SimulatedNode.Snapshot snapshot = node.snapshot(Integer.parseInt(of)).orElseThrow();
        if (!fails && peer.raft().wants(snapshot.index(), snapshot.term())) {
            peer.install(snapshot);
            trace.add(peer.id + " installs a snapshot of " + snapshot.index());
        }
        step(node, new Input.SnapshotSent(to, snapshot.index(), !fails));
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

    private void live(long ms, Collection<String> among) {
        Collection<String> names = among.isEmpty() ? List.copyOf(nodes.keySet()) : among;
        Predicate<Envelope> within = e -> names.contains(e.from().value()) && names.contains(e.to().value());
        for (long i = 0; i < ms; i++) {
            nowNanos += 1_000_000;
            for (String name : names) {
                SimulatedNode node = nodes.get(name);
                if (node.isUp() || node.lives() == 0) {
                    write(node(name), Integer.MAX_VALUE);
                    if (node.raft().nextDeadlineNanos() <= nowNanos) {
                        step(node, new Input.Tick());
                    }
                }
            }
            deliver(within, true);
        }
        keepMilestones();
    }

    private void keepMilestones() {
        trace.removeIf(line -> Stream.of(" is ", " commits ", " knows ", " may ", " fails ", " installs ", " lacks ")
                .noneMatch(line::contains));
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
                        new Input.Received(envelope.from(), envelope.incarnation(), envelope.rpc()));
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
        keepMilestones();
    }

    private void step(SimulatedNode node, Input input) {
        carryOut(node, node.step(input, nowNanos));
    }

    private void carryOut(SimulatedNode node, List<Effect> effects) {
        for (Effect effect : effects) {
            trace.add(Trace.of(node.id, effect));
            if (effect instanceof Effect.Send send) {
                var envelope = new Envelope(node.id, node.incarnation(), send.to(), send.rpc());
                if (!cut.contains(envelope.link())) {
                    network.add(envelope);
                }
            } else if (effect instanceof Effect.Load load) {
                loads.put(node.id + ">" + load.peer(), load);
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
        return e -> args.isEmpty() || args.contains(e.link());
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

    private static NodeId from(String link) {
        return new NodeId(link.substring(0, link.indexOf('>')));
    }

    private static NodeId to(String link) {
        return new NodeId(link.substring(link.indexOf('>') + 1));
    }

    /** Of {@code index(term)}. */
    private static long indexIn(String text) {
        return Long.parseLong(text.substring(0, text.indexOf('(')));
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
