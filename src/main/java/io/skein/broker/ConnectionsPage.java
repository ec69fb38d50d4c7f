package io.skein.broker;

import java.util.List;
import java.util.Optional;

/** @param next of the page that follows; empty: there is none */
public record ConnectionsPage(List<ConnectionInfo> connections, Optional<String> next) {}
