package io.skein.protocol.http;

/**
 * One setting of this node as it is in force since its start.
 *
 * @param name as in its flag, without the dashes
 * @param value as it was given, or its default; empty of a secret
 * @param source {@code flag}, {@code environment}, {@code file} or {@code default}
 * @param environment name of its variable
 * @param secret its value is never told
 * @param set it is not empty; told of a secret instead of its value
 * @param about one sentence
 */
public record SettingInForce(
        String name,
        String value,
        String source,
        String environment,
        String preset,
        boolean secret,
        boolean set,
        String about) {
    public SettingInForce {
        if (secret && !(value.isEmpty() && preset.isEmpty())) {
            throw new IllegalArgumentException("the value of " + name + " is a secret");
        }
    }
}
