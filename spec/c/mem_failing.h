/* An allocator that fails on demand: mem_failing.c stands at link time in the place of
 * csrc/core/mem.c.  Its state is the process's, and its counting is thread-safe. */
#ifndef GL_SPEC_MEM_FAILING_H
#define GL_SPEC_MEM_FAILING_H

#include <stddef.h>

/* Counts allocations from 0 again and lets every one from the n-th on (the first is 0) fail; none
 * for n < 0. */
void gl_mem_fail_from(long n);

/* The same for the n-th allocation alone: it finds failures that are ignored. */
void gl_mem_fail_at(long n);

/* Allocations attempted since gl_mem_fail_from was called, or since the start: those that failed,
 * and a block that is made larger or smaller, count too. */
long gl_mem_count(void);

/* Blocks alive. */
long gl_mem_live(void);

/* Bytes wiped since the start. */
size_t gl_mem_wiped(void);

#endif
