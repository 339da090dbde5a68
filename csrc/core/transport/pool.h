/* Connections that are kept for the next request, and libcurl's part in a client.
 *
 * The rooms pool and transfer are HTTP/1.1 over libcurl's multi interface, and the only ones that
 * include libcurl.  curl_multi_socket_action drives them: the work of a step is that of the sockets
 * that are ready, whatever the number of transfers.
 *
 * A pool is used by one thread at a time (its Lua state's); any number of pools may live in any
 * number of threads.  It belongs to the process that made it.  In a forked child gl_pool_is_forked
 * is true, new transfers are refused, and freeing the pool or its transfers only forgets them:
 * their sockets and TLS sessions are the parent's. */
#ifndef GL_CORE_TRANSPORT_POOL_H
#define GL_CORE_TRANSPORT_POOL_H

#include "core/error.h"
#include "core/transport/events.h"

typedef struct gl_pool gl_pool;

/* Strings are copied.  Zero is the default of each field. */
typedef struct gl_pool_options {
  const char *ca_bundle; /* file with PEM certificates to trust instead of the system's; NULL */
  int insecure;          /* accept any certificate: `verify = false` */
  const char *proxy;     /* URL; "" for none at all; NULL for libcurl's own reading of the
                            environment */
  const char *no_proxy;  /* hosts, comma-separated, as NO_PROXY; NULL */
} gl_pool_options;

/* A pool whose sockets and timers are in `events`, which the pool holds a reference of.  NULL with
 * `error` filled on failure.  The caller frees with gl_pool_free; transfers keep their pool alive
 * until they are freed themselves. */
gl_pool *gl_pool_new(const gl_pool_options *options, gl_events *events, gl_error *error);

/* Ends every transfer that is under way (ConnectionClosedError), closes the connections.  NULL is
 * legal. */
void gl_pool_free(gl_pool *pool);

/* Whether the pool was made before a fork, by another process. */
int gl_pool_is_forked(const gl_pool *pool);

/* "libcurl/8.1.2 OpenSSL/3.0.9", for a User-Agent.  Static. */
const char *gl_transport_version(void);

#endif
