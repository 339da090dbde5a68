/* Wakes an event loop that accepts only sockets that it connected itself, such as nginx.
 *
 * The loop connects to a Unix socket of the waker.  A thread then watches descriptors, and sends a
 * byte over the connection when one of them is readable.  It also sends one after each idle second,
 * so the loop need not set a timeout. */
#ifndef GL_CORE_WAKER_H
#define GL_CORE_WAKER_H

typedef struct gl_waker gl_waker;

/* Creates a waker with a socket in a new private directory below `folder`.  Returns 0 or GL_MEMORY.
 * `*out` is NULL if that failed, or if the system refused the directory or the socket. */
int gl_waker_new(gl_waker **out, const char *folder);

/* Returns the path of the socket.  Nothing is there any more after gl_waker_start. */
const char *gl_waker_path(const gl_waker *waker);

/* Starts the thread for the connection that the loop has made, and removes the socket's path and
 * directory.  Returns 0, GL_MEMORY, or -1 if there is no connection or the system has no thread or
 * descriptor left. */
int gl_waker_start(gl_waker *waker);

/* Watches a descriptor until it is readable once.  Returns 0, or -1 if the thread does not run. */
int gl_waker_watch(gl_waker *waker, int fd);

/* Ends the thread, closes the connection and frees the waker.  Legal for NULL.  A forked child has
 * no thread, and leaves the socket's path to its parent. */
void gl_waker_free(gl_waker *waker);

#endif
