/* A server on 127.0.0.1 for the transport's tests.  One thread runs a list of steps, one connection
 * at a time, and stores the requests that it reads.  It never waits for a certain time, only for
 * the client, loopback_cue or loopback_stop. */
#ifndef GL_SPEC_LOOPBACK_H
#define GL_SPEC_LOOPBACK_H

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef enum loopback_act {
  END,
  ACCEPT, /* closes the old connection and accepts the next one */
  READ,   /* reads one request: its head, and a body of Content-Length bytes */
  TASTE,  /* reads and drops the first bytes that arrive */
  SEND,   /* sends `bytes` */
  FILL,   /* sends `bytes` `count` times */
  CLOSE,  /* closes; the system sends a reset only if received bytes were not read */
  RESET,  /* closes with a TCP reset */
  CUE,    /* waits for loopback_cue */
  HOLD    /* does nothing until loopback_stop */
} loopback_act;

typedef struct loopback_step {
  loopback_act act;
  const char *bytes;
  long count;
} loopback_step;

/* The steps of a server that accepts a connection, reads a request and sends `text`. */
#define LOOPBACK_ANSWER(text)                                                                      \
  {ACCEPT, 0, 0}, {READ, 0, 0}, {                                                                  \
    SEND, text, 0                                                                                  \
  }

typedef struct loopback {
  const loopback_step *steps; /* borrowed, ends with END */
  int listener, connection, stop[2], cue[2];
  char url[64];   /* "http://127.0.0.1:port" */
  char *received; /* all bytes that READ got from all connections; valid after loopback_stop */
  size_t length;  /* of `received`, without its NUL */
  int accepted;
  pthread_t thread;
} loopback;

static inline void loopback_check(int fine, const char *what) {
  if (fine)
    return;
  perror(what);
  abort();
}

/* Waits until `fd` is ready.  Returns 0 if the server has to stop. */
static inline int loopback_ready(loopback *server, int fd, short events) {
  struct pollfd both[] = {{.fd = server->stop[0], .events = POLLIN}, {.fd = fd, .events = events}};
  while (poll(both, 2, -1) < 0)
    ;
  return both[0].revents == 0;
}

static inline void loopback_close(loopback *server) {
  if (server->connection >= 0)
    close(server->connection);
  server->connection = -1;
}

static inline int loopback_accept(loopback *server) {
  loopback_close(server);
  if (!loopback_ready(server, server->listener, POLLIN))
    return 0;
  server->connection = accept(server->listener, NULL, NULL);
  server->accepted++;
  return server->connection >= 0;
}

/* Returns how many bytes of the request are missing, or 1 if its head is incomplete. */
static inline size_t loopback_missing(const char *request, size_t length) {
  const char *end = strstr(request, "\r\n\r\n");
  if (!end)
    return 1;
  const char *declared = strstr(request, "Content-Length: ");
  size_t whole = (size_t)(end + 4 - request);
  if (declared && declared < end)
    whole += strtoul(declared + 16, NULL, 10);
  return whole > length ? whole - length : 0;
}

static inline int loopback_taste(loopback *server) {
  char bytes[16384];
  return loopback_ready(server, server->connection, POLLIN) &&
         recv(server->connection, bytes, sizeof bytes, 0) > 0;
}

static inline int loopback_read(loopback *server) {
  enum { CHUNK = 65536 };
  size_t start = server->length;
  do {
    server->received = realloc(server->received, server->length + CHUNK + 1);
    loopback_check(server->received != NULL, "realloc");
    if (!loopback_ready(server, server->connection, POLLIN))
      return 0;
    ssize_t got = recv(server->connection, server->received + server->length, CHUNK, 0);
    if (got <= 0)
      return 0;
    server->length += (size_t)got;
    server->received[server->length] = '\0';
  } while (loopback_missing(server->received + start, server->length - start) > 0);
  return 1;
}

/* If the connection is broken, drops the rest of `bytes`, and the script continues. */
static inline int loopback_send(loopback *server, const char *bytes) {
  size_t length = strlen(bytes);
  while (length > 0) {
    if (!loopback_ready(server, server->connection, POLLOUT))
      return 0;
    ssize_t sent = send(server->connection, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0)
      return 1;
    bytes += sent;
    length -= (size_t)sent;
  }
  return 1;
}

static inline int loopback_wait_cue(loopback *server) {
  char cue;
  return loopback_ready(server, server->cue[0], POLLIN) && read(server->cue[0], &cue, 1) == 1;
}

static inline int loopback_perform(loopback *server, const loopback_step *step) {
  const struct linger now = {.l_onoff = 1, .l_linger = 0};
  switch (step->act) {
  case ACCEPT:
    return loopback_accept(server);
  case READ:
    return loopback_read(server);
  case TASTE:
    return loopback_taste(server);
  case SEND:
    return loopback_send(server, step->bytes);
  case FILL:
    for (long i = 0; i < step->count; i++)
      if (!loopback_send(server, step->bytes))
        return 0;
    return 1;
  case RESET:
    setsockopt(server->connection, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    loopback_close(server);
    return 1;
  case CLOSE:
    loopback_close(server);
    return 1;
  case CUE:
    return loopback_wait_cue(server);
  case HOLD:
    loopback_ready(server, server->stop[0], POLLIN);
    return 0;
  case END:
    break;
  }
  return 0;
}

static inline void *loopback_main(void *context) {
  loopback *server = context;
  for (const loopback_step *step = server->steps; loopback_perform(server, step);)
    step++;
  return NULL;
}

/* Listens and starts to run `steps`, which are borrowed. */
static inline void loopback_start(loopback *server, const loopback_step *steps) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  *server = (loopback){.steps = steps, .connection = -1};
  server->received = calloc(1, 1);
  loopback_check(pipe(server->stop) == 0 && pipe(server->cue) == 0, "pipe");
  server->listener = socket(AF_INET, SOCK_STREAM, 0);
  loopback_check(bind(server->listener, (struct sockaddr *)&address, size) == 0, "bind");
  loopback_check(listen(server->listener, 16) == 0, "listen");
  getsockname(server->listener, (struct sockaddr *)&address, &size);
  snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", ntohs(address.sin_port));
  loopback_check(pthread_create(&server->thread, NULL, loopback_main, server) == 0, "thread");
}

/* Lets the server continue when it reaches a CUE, or at once if it waits at one. */
static inline void loopback_cue(loopback *server) {
  loopback_check(write(server->cue[1], "", 1) == 1, "write");
}

/* Ends the thread at any step.  Afterwards `received`, until loopback_clear, and `accepted` may be
 * read. */
static inline void loopback_stop(loopback *server) {
  loopback_check(write(server->stop[1], "", 1) == 1, "write");
  pthread_join(server->thread, NULL);
  loopback_close(server);
  close(server->listener);
  close(server->stop[0]);
  close(server->stop[1]);
  close(server->cue[0]);
  close(server->cue[1]);
}

static inline void loopback_clear(loopback *server) {
  free(server->received);
  server->received = NULL;
}

/* Stops the server and frees what it received. */
static inline void loopback_end(loopback *server) {
  loopback_stop(server);
  loopback_clear(server);
}

#endif
