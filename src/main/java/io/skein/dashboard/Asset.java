package io.skein.dashboard;

import io.vertx.core.buffer.Buffer;

/**
 * One static file of the page.
 *
 * @param etag strong, quoted: it is made of the content
 * @param cacheControl files with a version in their name never change, all others are asked for again each time
 */
record Asset(Buffer content, String contentType, String etag, String cacheControl) {}
