/* What pools offer to transfers.  Only this room and `transfer` include it: it brings libcurl. */
#ifndef GL_CORE_TRANSPORT_POOL_PRIVATE_H
#define GL_CORE_TRANSPORT_POOL_PRIVATE_H

#include "core/buf.h"
#include "core/transport/pool.h"
#include "core/transport/sigpipe.h"

#include <curl/curl.h>

enum { GL_POOL_SPARE_MAX = 64 }; /* handles that wait for the next transfer */

typedef struct gl_handle gl_handle;

/* How a pool ends a transfer: with libcurl's result and `why` NULL; or, when the pool cannot go on,
 * with CURLE_OUT_OF_MEMORY or another code and the reason in words.  The function must return the
 * handle. */
typedef void gl_pool_end(void *owner, CURLcode result, const char *why);

/* A handle of libcurl's, with what is kept from transfer to transfer.  A transfer has one while it
 * is under way. */
struct gl_handle {
  gl_pool *pool;
  CURL *easy;                 /* owned */
  gl_handle *next, *previous; /* among those under way; `next` among the spare ones */
  void *owner;                /* the transfer; NULL while the handle is spare */
  gl_pool_end *end;           /* of the owner */
  int64_t active;             /* gl_events_now when its connection was last ready */
  int prepared;               /* the options that never change are set */
  long connect_timeout;       /* the options that are set: milliseconds, */
  long upload_buffer;         /* bytes */
  gl_buf lines;               /* header fields as libcurl is given them, each with its NUL */
  struct curl_slist *fields;  /* owned; a list of these lines */
  size_t fields_capacity;
  char detail[CURL_ERROR_SIZE]; /* libcurl's words */
};

struct gl_pool {
  CURLM *multi;       /* owned; NULL once the pool's owner freed it */
  gl_events *events;  /* counted */
  size_t references;  /* the owner's, and one of each transfer */
  gl_handle *running; /* a list */
  gl_handle *spare;   /* a list */
  size_t spare_count;
  gl_timer timer;     /* libcurl's */
  int out_of_memory;  /* in a callback of ours */
  int is_due;         /* libcurl wants to run at once: it has something to begin */
  int guards_sigpipe; /* something of it may raise SIGPIPE */
  gl_handle internal; /* stands for what libcurl does on its own account */
  char *ca_bundle;    /* these three owned, or NULL */
  char *proxy;        /* may hold a password */
  char *no_proxy;
  int insecure;
};

/* A spare handle, or a new one, or NULL where memory ran out.  The caller gives it back with
 * gl_pool_return_handle. */
gl_handle *gl_pool_take_handle(gl_pool *pool);

/* Hands a handle to libcurl, which begins with the next step.  The owner is then told its end. */
CURLcode gl_pool_start(gl_handle *handle, void *owner, gl_pool_end *end);

/* Takes a handle away from libcurl, whatever became of it, and wipes what it knows of its transfer.
 * In a forked child it is forgotten. */
void gl_pool_return_handle(gl_handle *handle);

/* Begins what libcurl has to begin. */
void gl_pool_begin(gl_pool *pool);

/* Connects libcurl's multi handle with the pool's event set.  0, or -1 where memory ran out. */
int gl_pool_connect_events(gl_pool *pool);

/* Ends all transfers of a pool, as gl_pool_end has it. */
void gl_pool_end_all(gl_pool *pool, CURLcode result, const char *why);

/* libcurl's callback that closes a socket; `pool` is a gl_pool. */
int gl_pool_on_close(void *pool, curl_socket_t fd);

/* curl_version_info(), asked once. */
const curl_version_info_data *gl_pool_libcurl(void);

/* One more reference to a pool, and one less. */
gl_pool *gl_pool_hold(gl_pool *pool);
void gl_pool_release(gl_pool *pool);

/* Around every call into libcurl that may write. */
void gl_pool_hold_sigpipe(const gl_pool *pool, gl_sigpipe *held);

#endif
