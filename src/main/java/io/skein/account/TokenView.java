package io.skein.account;

/** A token for a program, for people to read. @param expires 0: it does not end by itself */
public record TokenView(AccountName owner, TokenName name, Scopes scopes, long time, long expires) {}
