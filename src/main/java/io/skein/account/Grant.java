package io.skein.account;

/** One action on some topics. */
public record Grant(Action action, AccessFilter filter) {}
