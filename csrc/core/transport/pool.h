/* A pool of connections that are reused for later requests.
 *
 * The rooms of this directory implement HTTP/1.1 with libcurl's multi interface.  They use
 * curl_multi_socket_action, so the cost of a step depends on the number of ready sockets, not on
 * the number of transfers.
 *
 * Only one thread at a time may use a pool, or pools of the same event set.
 *
 * A pool belongs to the process that created it.  In a forked child, gl_pool_is_forked returns true
 * and gl_transfer_new fails.  Freeing the pool or a transfer there closes no connection, because
 * the sockets and TLS sessions belong to the parent. */
#ifndef GL_CORE_TRANSPORT_POOL_H
#define GL_CORE_TRANSPORT_POOL_H

#include "core/error.h"
#include "core/transport/events.h"

typedef struct gl_pool gl_pool;

/* Strings are copied.  Zero or NULL is the default of each field. */
typedef struct gl_pool_options {
  const char *ca_bundle; /* PEM file of the certificates to trust instead of the system's */
  int insecure;          /* accept any certificate */
  const char *proxy;     /* URL; "" uses no proxy; NULL uses libcurl's environment variables */
  const char *no_proxy;  /* hosts without proxy, separated by commas, as in NO_PROXY */
} gl_pool_options;

/* Creates a pool whose sockets and timers are in `events`; it holds a reference to `events`.
 * Returns NULL and fills `error` on failure.  The caller frees the pool with gl_pool_free.  The
 * memory of the pool exists until its last transfer is freed. */
gl_pool *gl_pool_new(const gl_pool_options *options, gl_events *events, gl_error *error);

/* Ends all running transfers with ConnectionClosedError and closes the connections.  NULL is legal.
 */
void gl_pool_free(gl_pool *pool);

/* Returns whether the pool was created before a fork, by another process. */
int gl_pool_is_forked(const gl_pool *pool);

/* Add and drop a reference to a pool.  Dropping the last one frees its memory. */
gl_pool *gl_pool_hold(gl_pool *pool);
void gl_pool_release(gl_pool *pool);

#endif
