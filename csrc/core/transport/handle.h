/* The libcurl handles of a pool.  Only the rooms of the transport include it, because it includes
 * libcurl. */
#ifndef GL_CORE_TRANSPORT_HANDLE_H
#define GL_CORE_TRANSPORT_HANDLE_H

#include "core/buf.h"
#include "core/transport/events.h"
#include "core/transport/sigpipe.h"

#include <curl/curl.h>

enum { GL_HANDLE_SPARE_MAX = 64 }; /* how many handles are kept at most for later transfers */

typedef struct gl_pool gl_pool; /* also in pool.h, which does not include libcurl */
typedef struct gl_handle gl_handle;

/* Called when a transfer ends.  `result` is libcurl's result, and `why` is NULL.  If the pool
 * itself fails or is closed, `why` is the reason, and `result` is CURLE_OUT_OF_MEMORY,
 * CURLE_ABORTED_BY_CALLBACK if it is closed, or another code.  The function must call
 * gl_handle_return. */
typedef void gl_handle_end(void *owner, CURLcode result, const char *why);

/* A libcurl handle and the data that is reused by later transfers.  A running transfer has one
 * handle. */
struct gl_handle {
  gl_pool *pool;
  CURL *easy;                 /* owned */
  gl_handle *next, *previous; /* links of the list `running`; `next` also of `spare` */
  void *owner;                /* the transfer; NULL while the handle is spare */
  gl_handle_end *end;         /* called when the transfer ends */
  int64_t active;             /* gl_timers_now at the last activity of its connection */
  int prepared;               /* the options that never change were set */
  long connect_timeout;       /* milliseconds; the current value of the option */
  long upload_buffer;         /* bytes; the current value of the option */
  gl_buf url;                 /* of the request */
  gl_buf origin;              /* what `parsed` holds; empty if CURLOPT_URL is used instead */
  CURLU *parsed;              /* owned or NULL; used as CURLOPT_CURLU unless `origin` is empty */
  struct curl_slist *fields;  /* owned; an array of nodes; the lines are the request's */
  size_t fields_capacity;
  char detail[CURL_ERROR_SIZE]; /* libcurl's error message */
};

struct gl_pool {
  CURLM *multi;       /* owned; NULL after gl_pool_free */
  gl_events *events;  /* holds one reference */
  size_t references;  /* one of the owner, and one of each transfer */
  gl_handle *running; /* list of the handles that have a transfer */
  gl_handle *spare;   /* list of the handles without a transfer */
  size_t spare_count;
  gl_timer timer;     /* for libcurl's timeouts */
  int out_of_memory;  /* a socket cannot be watched: no memory, or a limit of the system */
  int is_due;         /* libcurl wants to run at once, for example to start a transfer */
  int guards_sigpipe; /* libcurl may raise SIGPIPE */
  gl_handle internal; /* context of sockets that belong to no transfer */
  char *ca_bundle;    /* owned or NULL, like the next two fields */
  char *proxy;        /* may hold a password */
  char *no_proxy;
  int direct; /* no proxy is used, because `proxy` is "" */
  int insecure;
};

/* Returns a spare or a new handle, or NULL if memory runs out.  The caller returns it with
 * gl_handle_return. */
gl_handle *gl_handle_take(gl_pool *pool);

/* Adds a handle to the multi handle.  libcurl starts the transfer in the next step.  `end` is
 * called with `owner` when the transfer ends. */
CURLcode gl_handle_start(gl_handle *handle, void *owner, gl_handle_end *end);

/* Removes a handle from the multi handle, also during a transfer, and wipes the data of the
 * transfer.  Keeps the origin, because the next request usually has the same.  In a forked child,
 * does not touch libcurl and leaks the handle. */
void gl_handle_return(gl_handle *handle);

/* Calls `end` of all running handles with these arguments. */
void gl_handle_end_all(gl_pool *pool, CURLcode result, const char *why);

/* Frees the handles without a transfer. */
void gl_handle_free_spare(gl_pool *pool);

/* Blocks SIGPIPE if libcurl may raise it.  Call it before, and gl_sigpipe_release after, every call
 * to libcurl that may write. */
void gl_handle_hold_sigpipe(const gl_pool *pool, gl_sigpipe *held);

#endif
