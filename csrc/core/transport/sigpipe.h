/* A write to a connection whose peer is gone raises SIGPIPE where it is not done with MSG_NOSIGNAL.
 * Between hold and release the signal is blocked in this thread, and one that is raised meanwhile
 * is taken away: the host never sees it. */
#ifndef GL_CORE_TRANSPORT_SIGPIPE_H
#define GL_CORE_TRANSPORT_SIGPIPE_H

#include <signal.h>

typedef struct gl_sigpipe {
  int active;
  sigset_t before;
} gl_sigpipe;

void gl_sigpipe_hold(gl_sigpipe *held);
void gl_sigpipe_release(const gl_sigpipe *held);

#endif
