/**
 * The HTTP door: translates HTTP into the broker's terms and back, limits what comes in, reports figures. It decides
 * nothing.
 *
 * <p>Promise: every answer is one of API.md section 2 and carries the node's headers; an error is an {@code
 * application/problem+json} that says whether something may have happened; what is malformed is refused with a sentence
 * that names the limit; nothing grows because a client is slow, silent or large.
 *
 * <p>Start at {@link io.skein.protocol.http.HttpDoor}; {@code Routes} is all that it answers, {@code Beat}
 * watches over what is open. {@link io.skein.protocol.http.Exchange} is one request and its one answer; every answer
 * leaves there. Then by route:
 * {@code PublishRoute} (the hot path), {@code ReadRoute}, {@code StreamRoutes} with {@code LiveStream} and {@code Framing},
 * {@code BatchRoute}, {@code TopicRoutes}, {@code ScheduledRoutes}, {@code NodeRoutes}, {@code MemberRoutes}; durable
 * subscriptions for operators ({@code SubscriptionRoutes}) and for workers ({@code PullRoute}, {@code LeaseRoutes},
 * {@code TransactionRoute}); the routes of other systems ({@code PadRoutes}, {@code RrmqRoutes}). {@code Problem} holds the
 * one mapping from rejections and refusals to status codes. {@code openapi.yaml} among the resources is the
 * contract, held against the table by a test.
 *
 * <p>Invariants: a door belongs to one event loop and is touched on it only. An exchange is answered at most once; after
 * it was handed to the broker an unexpected failure says "unknown". A stream URL answers a passing trouble with 200 and a
 * status inside. A stream never writes while the socket's queue is full.
 *
 * <p>May know: broker, machine, the machines' records, frame; of store, raft and wire only the values that the broker
 * hands out ({@code StoredMessage}, {@code Role}) and the common {@code Limits}.
 *
 * <p>Sources: RFC 9110, RFC 9457 (problems), the HTML standard §9.2 (server-sent events), the Fetch standard (CORS),
 * draft-ietf-httpapi-idempotency-key-header-07.
 */
package io.skein.protocol.http;
