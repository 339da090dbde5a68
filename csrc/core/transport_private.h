/* What the files of the transport share.  Nobody else includes it: it brings libcurl along. */
#ifndef GL_CORE_TRANSPORT_PRIVATE_H
#define GL_CORE_TRANSPORT_PRIVATE_H

#include "core/transport.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

struct gl_pool {
  CURLM *multi;         /* owned; NULL once the pool's owner freed it */
  pid_t process;        /* that made it */
  size_t references;    /* the owner's, and one of each transfer */
  gl_transfer *running; /* a list; a transfer that is done is not in it */
  unsigned long moves;  /* how often libcurl was asked to go on */
  char *ca_bundle;      /* these three owned, or NULL */
  char *proxy;          /* may hold a password */
  char *no_proxy;
  int insecure;
};

/* Why a callback of ours made libcurl give up. */
typedef enum gl_stop {
  GL_STOP_NONE,
  GL_STOP_MEMORY,
  GL_STOP_HEAD, /* header fields without end */
  GL_STOP_BODY  /* a body over the bound for its status */
} gl_stop;

struct gl_transfer {
  gl_pool *pool;                /* counted */
  gl_transfer *next, *previous; /* in the pool's list */
  CURL *easy;                   /* owned until the transfer is done, then NULL */
  struct curl_slist *headers;   /* owned, as long as `easy` */
  gl_buf url;
  gl_timeouts timeouts;

  gl_response response;
  size_t head_bytes;
  int head_done; /* the final head is over: what looks like a field then is a trailer */
  gl_stop stop;

  int moved;               /* a byte came in since the clock was last looked at */
  curl_off_t uploaded;     /* bytes of the body sent when it was last looked at */
  curl_off_t up_threshold; /* the connection is up once CURLINFO_PRETRANSFER_TIME_T passes this */
  int64_t idle_since;      /* milliseconds of CLOCK_MONOTONIC; -1 until the connection is up */
  unsigned long seen;      /* the pool's `moves` when this transfer was last polled */

  uint64_t body_length; /* of a streamed request body; 0 for one that is not */
  uint64_t fed;         /* bytes of it that were fed */
  gl_buf feed;          /* those that libcurl has not taken, behind `feed_taken` */
  size_t feed_taken;
  int streams; /* the response's body is taken in pieces */
  int paused;  /* CURLPAUSE_* bits: what libcurl was told to leave alone */

  int done;
  gl_error error; /* kind GL_OK: `response` is whole */
  char detail[CURL_ERROR_SIZE];
};

/* Sets every option of `transfer->easy` and makes `transfer->headers`.  Both borrow: strings are
 * copied, the body is not.  On failure the caller still owns what was made. */
CURLcode gl_transfer_setup(gl_transfer *transfer, const gl_request *request);

/* libcurl's read callback of a streamed request body. */
size_t gl_transfer_on_read(char *out, size_t size, size_t count, void *transfer);

/* libcurl's seek callback of the same: back to the beginning, as long as all that was fed is there.
 */
int gl_transfer_on_seek(void *transfer, curl_off_t offset, int origin);

/* Takes body bytes of a response that is taken in pieces; what the write callback returns. */
size_t gl_transfer_on_piece(gl_transfer *transfer, const char *bytes, size_t length);

/* Whether the response's body is taken in pieces: it is to be, and its status is a success. */
int gl_transfer_in_pieces(const gl_transfer *transfer);

/* Whether the caller has something to do before there is any use in waiting. */
int gl_transfer_has_news(const gl_transfer *transfer);

/* Fills `transfer->error` for what libcurl says became of it; it needs `transfer->easy`. */
void gl_transfer_judge(gl_transfer *transfer, CURLcode result);

/* Fills an error of kind GL_TRANSPORT about the transfer's URL. */
void gl_transfer_timed_out(gl_transfer *transfer);
void gl_transfer_given_up(const gl_transfer *transfer, const char *why, gl_error *error);

/* Takes a transfer whose `error` is filled out of the pool's list, and frees (in a forked child:
 * forgets) what libcurl holds for it. */
void gl_transfer_end(gl_transfer *transfer);

/* Ends every transfer of the pool with the same error. */
void gl_pool_end_all(gl_pool *pool, const char *why);

/* Goes as far as it goes without blocking; ends transfers that are through or timed out. */
void gl_pool_move(gl_pool *pool);

/* Older ways of OpenSSL's to write raise SIGPIPE where the peer is gone.  Between the two calls it
 * is blocked in this thread, and one raised meanwhile is taken away: the host never sees it. */
typedef struct gl_sigpipe {
  int active;
  sigset_t before;
} gl_sigpipe;

void gl_sigpipe_hold(gl_sigpipe *held);
void gl_sigpipe_release(const gl_sigpipe *held);

#endif
