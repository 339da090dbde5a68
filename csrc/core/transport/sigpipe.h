/* A write without MSG_NOSIGNAL to a connection that the peer has closed raises SIGPIPE.  Between
 * gl_sigpipe_hold and gl_sigpipe_release, SIGPIPE is blocked in this thread.  The release discards
 * a SIGPIPE that became pending, so the host program never receives it. */
#ifndef GL_CORE_TRANSPORT_SIGPIPE_H
#define GL_CORE_TRANSPORT_SIGPIPE_H

#include <signal.h>

typedef struct gl_sigpipe {
  int active;
  sigset_t before;
} gl_sigpipe;

/* Blocks SIGPIPE.  Does nothing if a SIGPIPE is already pending. */
void gl_sigpipe_hold(gl_sigpipe *held);
/* Discards a pending SIGPIPE and restores the signal mask. */
void gl_sigpipe_release(const gl_sigpipe *held);

#endif
