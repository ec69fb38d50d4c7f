/**
 * The public JSON as records and their codec: a message as readers get it, messages to publish, and the WebSocket
 * protocol's commands, replies and pushes (API.md sections 2 and 3). Doors, the Java client, the store (which encodes
 * each message once) and the bench share it, so that there is one spelling of everything.
 *
 * <p>Promise: whatever the bytes are, reading gives a record or throws {@link io.skein.frame.Malformed} with a sentence
 * for the sender; nothing else is thrown, and nothing is read that the caller did not bound (bytes, messages in a list;
 * depth, names and headers here). Commands are read strictly: unknown, doubled and foreign fields are refused by name.
 * Replies, pushes and messages are read tolerantly: a newer server may say more. What is written holds no line break.
 *
 * <p>Text is well-formed UTF-8, both ways; a body that is not travels as {@code body64}.
 *
 * <p>Start at {@link io.skein.frame.MessageJson} (the hot path: straight into bytes, no tree, no writer), then {@link
 * io.skein.frame.PublishJson} and {@link io.skein.frame.CommandReader}.
 *
 * <p>May know: jackson-core (the streaming parser). No other room.
 */
package io.skein.frame;
