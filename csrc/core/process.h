/* The process's identifier without a system call: to find out whether something was made before a
 * fork. */
#ifndef GL_CORE_PROCESS_H
#define GL_CORE_PROCESS_H

#include <sys/types.h>

/* As getpid().  The value is cached; a handler of pthread_atfork(3), registered once a process,
 * renews it in each forked child.  A child of vfork(2) or of a bare clone(2) runs no such handler
 * and gets its parent's value. */
pid_t gl_process_id(void);

#endif
