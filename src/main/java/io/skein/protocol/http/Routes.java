package io.skein.protocol.http;

import io.skein.broker.Allowances;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;

/** All that the door answers: method, path, who may come in, and who answers. */
final class Routes {
    private Routes() {}

    /**
     * @param allowances of the node, for all its doors
     * @param settings of the node, to be shown
     * @param publishedPerMinute messages, of all the node
     */
    static List<Route> of(
            HttpConfig config,
            Allowances allowances,
            LogLevels logLevels,
            List<SettingInForce> settings,
            PadRoutes.Rate publishedPerMinute) {
        StreamRoutes streaming = new StreamRoutes();
        PublishRoute publish = new PublishRoute(config);
        ReadRoute read = new ReadRoute(config, allowances.unsent(), streaming);
        BatchRoute batch = new BatchRoute(config);
        TopicRoutes topics = new TopicRoutes();
        ScheduledRoutes scheduled = new ScheduledRoutes();
        SubscriptionRoutes subscriptions = new SubscriptionRoutes();
        LeaseRoutes leases = new LeaseRoutes();
        PullRoute pull = new PullRoute(config);
        TransactionRoute transactions = new TransactionRoute(config);
        NodeRoutes node = new NodeRoutes(config);
        MemberRoutes members = new MemberRoutes(config);
        LogRoutes log = new LogRoutes(logLevels);
        SettingRoutes set = new SettingRoutes(settings);
        ConnectionRoutes connected = new ConnectionRoutes();
        SqlRoutes sql = new SqlRoutes();
        BackupRoute backup = new BackupRoute();
        AccountRoutes accounts = new AccountRoutes();
        SessionRoutes sessions = new SessionRoutes();
        TokenRoutes tokens = new TokenRoutes();
        AccessRoutes access = new AccessRoutes();
        LimitRoutes limits = new LimitRoutes();
        MailRoutes mail = new MailRoutes();
        RrmqRoutes rrmq = new RrmqRoutes(config);
        PadRoutes pad = new PadRoutes(config, publishedPerMinute);
        Route.Stays events = exchange -> Optional.of(Framing.EVENTS);
        return List.of(
                Route.of(HttpMethod.POST, "/t/{topic}", publish::publish),
                Route.of(HttpMethod.GET, "/t/{topic}", read::read).thatStays(StreamRoutes::how),
                Route.of(HttpMethod.GET, "/v1/stream", streaming::stream).thatStays(events),
                Route.of(HttpMethod.POST, "/v1/publish", batch::publish),
                Route.of(HttpMethod.GET, "/v1/topics", topics::list),
                Route.of(HttpMethod.GET, "/v1/topics/{topic}", topics::get),
                Route.of(HttpMethod.PUT, "/v1/topics/{topic}", topics::put),
                Route.of(HttpMethod.DELETE, "/v1/topics/{topic}", topics::delete),
                Route.of(HttpMethod.GET, "/v1/subscriptions", subscriptions::list),
                Route.of(HttpMethod.GET, "/v1/subscriptions/{name}", subscriptions::get),
                Route.of(HttpMethod.PUT, "/v1/subscriptions/{name}", subscriptions::put),
                Route.of(HttpMethod.DELETE, "/v1/subscriptions/{name}", subscriptions::delete),
                Route.of(HttpMethod.POST, "/v1/subscriptions/{name}/pull", pull::pull),
                Route.of(HttpMethod.POST, "/v1/subscriptions/{name}/ack", leases::ack),
                Route.of(HttpMethod.POST, "/v1/subscriptions/{name}/nack", leases::nack),
                Route.of(HttpMethod.POST, "/v1/subscriptions/{name}/extend", leases::extend),
                Route.of(HttpMethod.POST, "/v1/subscriptions/{name}/seek", subscriptions::seek),
                Route.of(HttpMethod.POST, "/v1/subscriptions/{name}/redrive", subscriptions::redrive),
                Route.of(HttpMethod.POST, "/v1/subscriptions/{name}/discard", subscriptions::discard),
                Route.of(HttpMethod.GET, "/v1/subscriptions/{name}/why", subscriptions::why),
                Route.of(HttpMethod.GET, "/v1/subscriptions/{name}/history", subscriptions::history),
                Route.of(HttpMethod.GET, "/v1/messages/{cursor}/trace", subscriptions::trace),
                Route.of(HttpMethod.POST, "/v1/transactions", transactions::transact),
                Route.of(HttpMethod.GET, "/v1/scheduled", scheduled::list),
                Route.of(HttpMethod.DELETE, "/v1/scheduled/{cursor}", scheduled::cancel),
                Route.of(HttpMethod.POST, "/v1/accounts", accounts::create).forAll(),
                Route.of(HttpMethod.GET, "/v1/accounts", accounts::list),
                Route.of(HttpMethod.GET, "/v1/accounts/{username}", accounts::get),
                Route.of(HttpMethod.DELETE, "/v1/accounts/{username}", accounts::delete)
                        .forAll(),
                Route.of(HttpMethod.PUT, "/v1/accounts/{username}/password", accounts::password)
                        .forAll(),
                Route.of(HttpMethod.PUT, "/v1/accounts/{username}/role", accounts::role),
                Route.of(HttpMethod.DELETE, "/v1/accounts/{username}/sessions", accounts::logOutAll),
                Route.of(HttpMethod.GET, "/v1/accounts/{username}/tokens", tokens::list),
                Route.of(HttpMethod.POST, "/v1/accounts/{username}/tokens", tokens::make),
                Route.of(HttpMethod.DELETE, "/v1/accounts/{username}/tokens", tokens::revoke),
                Route.of(HttpMethod.GET, "/v1/access", access::list),
                Route.of(HttpMethod.PUT, "/v1/access", access::set),
                Route.of(HttpMethod.DELETE, "/v1/access", access::remove),
                Route.of(HttpMethod.GET, "/v1/limits", limits::list).forAdmins(),
                Route.of(HttpMethod.GET, "/v1/limits/{name}", limits::get).forAdmins(),
                Route.of(HttpMethod.PUT, "/v1/limits/{name}", limits::set).forAdmins(),
                Route.of(HttpMethod.DELETE, "/v1/limits/{name}", limits::drop).forAdmins(),
                Route.of(HttpMethod.POST, "/v1/sessions", sessions::logIn).forAll(),
                Route.of(HttpMethod.GET, "/v1/sessions/current", sessions::current),
                Route.of(HttpMethod.DELETE, "/v1/sessions/current", sessions::logOut)
                        .forAll(),
                Route.of(HttpMethod.POST, "/v1/mail", mail::send),
                Route.of(HttpMethod.GET, "/v1/mail", mail::list),
                Route.of(HttpMethod.GET, "/v1/mail/unread", mail::unread),
                Route.of(HttpMethod.GET, "/v1/mail/stream", mail::stream).thatStays(events),
                Route.of(HttpMethod.GET, "/v1/mail/presence", mail::presence),
                Route.of(HttpMethod.POST, "/v1/mail/read", mail::read),
                Route.of(HttpMethod.POST, "/v1/mail/delete", mail::delete),
                Route.of(HttpMethod.GET, "/v1/cluster", node::cluster),
                Route.of(HttpMethod.POST, "/v1/cluster/members", members::add).forAdmins(),
                Route.of(HttpMethod.DELETE, "/v1/cluster/members/{id}", members::remove)
                        .forAdmins(),
                Route.of(HttpMethod.POST, "/v1/cluster/transfer", members::transfer)
                        .forAdmins(),
                Route.of(HttpMethod.GET, "/v1/log", log::get).forAdmins(),
                Route.of(HttpMethod.PUT, "/v1/log", log::put).forAdmins(),
                Route.of(HttpMethod.GET, "/v1/settings", set::list).forAdmins(),
                Route.of(HttpMethod.GET, "/v1/connections", connected::list).forAdmins(),
                Route.of(HttpMethod.DELETE, "/v1/connections/{id}", connected::close)
                        .forAdmins(),
                Route.of(HttpMethod.GET, "/v1/sql", sql::offer).forAdmins(),
                Route.of(HttpMethod.POST, "/v1/sql", sql::ask).forAdmins(),
                Route.of(HttpMethod.GET, "/v1/backup", backup::get).forAdmins(),
                Route.of(HttpMethod.GET, "/v1", node::capabilities),
                Route.of(HttpMethod.GET, "/v1/", node::capabilities),
                Route.open(HttpMethod.GET, "/livez", node::live),
                Route.open(HttpMethod.GET, "/readyz", node::ready),
                Route.open(HttpMethod.GET, "/healthz", node::ready),
                Route.open(HttpMethod.GET, "/openapi.yaml", node::openapi).forKnown(),
                Route.rrmq(HttpMethod.PUT, "/topic", rrmq::create),
                Route.rrmq(HttpMethod.GET, "/topic", rrmq::list),
                Route.rrmq(HttpMethod.PUT, "/message", rrmq::put),
                Route.rrmq(HttpMethod.GET, "/message/{topic}", rrmq::take),
                Route.pad(HttpMethod.GET, "/status", pad::status),
                Route.pad(HttpMethod.GET, "/raft", pad::raft),
                Route.pad(HttpMethod.GET, "/stats", pad::stats),
                Route.pad(HttpMethod.GET, "/messages", pad::messages),
                Route.pad(HttpMethod.GET, "/topics", pad::topics),
                Route.pad(HttpMethod.GET, "/subscribers", pad::subscribers).forAdmins(),
                Route.pad(HttpMethod.POST, "/publish", pad::publish));
    }
}
