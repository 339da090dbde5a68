#include "core/process.h"

#include <pthread.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pid_t process; /* 0 if the handler could not be registered */

static void renew(void) {
  process = getpid();
}

static void start(void) {
  if (pthread_atfork(NULL, NULL, renew) == 0)
    renew();
}

pid_t gl_process_id(void) {
  pthread_once(&once, start);
  return process ? process : getpid();
}
