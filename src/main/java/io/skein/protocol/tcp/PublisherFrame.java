package io.skein.protocol.tcp;

import io.skein.topic.Format;

/**
 * One message of a PAD publisher, as cut out of its stream.
 *
 * @param topic what the document names, as it stands there; empty when it names none
 * @param ack the publisher wants a line about it ({@code FORMAT:...;ACK|}, our extension)
 * @param body the document; of what does not parse as it said, the whole text with its prefix, as RAW
 */
record PublisherFrame(Format format, String topic, boolean ack, byte[] body) {}
