#include "core/transport/sigpipe.h"

#include <time.h>

void gl_sigpipe_hold(gl_sigpipe *held) {
  held->active = 0;
#ifndef __APPLE__ /* libcurl sets SO_NOSIGPIPE on every socket there */
  sigset_t pending, pipe;
  sigpending(&pending);
  if (sigismember(&pending, SIGPIPE))
    return; /* it is already blocked, and the pending signal belongs to the host program */
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  held->active = pthread_sigmask(SIG_BLOCK, &pipe, &held->before) == 0;
#endif
}

void gl_sigpipe_release(const gl_sigpipe *held) {
  if (!held->active)
    return;
#ifndef __APPLE__
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  const struct timespec now = {0, 0};
  sigtimedwait(&pipe, NULL, &now);
#endif
  pthread_sigmask(SIG_SETMASK, &held->before, NULL);
}
