/* Wakes an event loop that can wait only for sockets that it connected itself, such as nginx.
 *
 * The loop connects to a Unix socket of the waker.  A thread of the waker then watches descriptors.
 * It sends a byte over the connection when a descriptor is readable, and also after each second in
 * which none was.  So the loop continues at least once a second, without a timer. */
#ifndef GL_CORE_WAKER_H
#define GL_CORE_WAKER_H

typedef struct gl_waker gl_waker;

/* The bytes that the thread sends: a descriptor is readable, or none was for a second. */
enum { GL_WAKER_READY = 'r', GL_WAKER_IDLE = 'i' };

/* Creates a waker with a socket in a new private directory below `directory`.  Returns 0 or
 * GL_MEMORY.  Sets `*out` to NULL for GL_MEMORY, and also if the system refuses the directory or
 * the socket. */
int gl_waker_new(gl_waker **out, const char *directory);

/* Returns the path of the socket, to which the loop connects.  It is empty after gl_waker_start. */
const char *gl_waker_path(const gl_waker *waker);

/* Accepts the connection of the loop, removes the socket's file and directory, and starts the
 * thread.  Returns 0, GL_MEMORY, or -1 if the loop has not connected, or if the system refuses a
 * descriptor or a thread. */
int gl_waker_start(gl_waker *waker);

/* Lets the thread watch a descriptor until it is readable for the first time.  Returns 0, or -1 if
 * the thread does not run or does not keep up with many calls. */
int gl_waker_watch(gl_waker *waker, int fd);

/* Ends the thread, closes the connection and frees the waker.  Legal for NULL.  In a forked child
 * it does not touch the thread and the socket's file, because they belong to the parent. */
void gl_waker_free(gl_waker *waker);

#endif
