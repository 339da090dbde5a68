/* The identifier of the process, without a system call.  An object that stores it can find out
 * later whether it was created before a fork. */
#ifndef GL_CORE_PROCESS_H
#define GL_CORE_PROCESS_H

#include <sys/types.h>

/* Returns what getpid() returns.  The value is cached, and a handler of pthread_atfork(3) updates
 * it in each forked child.  A child of vfork(2) or of a direct clone(2) does not run that handler,
 * so it gets its parent's value. */
pid_t gl_process_id(void);

#endif
