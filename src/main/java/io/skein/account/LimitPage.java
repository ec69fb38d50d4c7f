package io.skein.account;

import java.util.List;
import java.util.Optional;

/** @param next where the next page begins, after this name; empty: there is none */
public record LimitPage(List<Limit> limits, Optional<LimitName> next) {
    public LimitPage {
        limits = List.copyOf(limits);
    }
}
