/* An allocator that fails on demand. mem_failing.c replaces csrc/core/mem.c at link time.  Its
 * state belongs to the process, and it may be used by several threads. */
#ifndef GL_SPEC_MEM_FAILING_H
#define GL_SPEC_MEM_FAILING_H

#include <stddef.h>

/* Resets the count of allocations to 0, and lets all allocations from the n-th on fail.  The first
 * one has the number 0.  No allocation fails for n < 0. */
void gl_mem_fail_from(long n);

/* Resets the count as gl_mem_fail_from does, but lets only the n-th allocation fail.  This finds
 * failures that the code ignores. */
void gl_mem_fail_at(long n);

/* Returns the number of attempted allocations since the last call of gl_mem_fail_from or
 * gl_mem_fail_at, or since the start.  Failed allocations and reallocations count too. */
long gl_mem_count(void);

/* Returns the number of blocks that are not freed. */
long gl_mem_live(void);

/* Returns the number of bytes wiped since the start. */
size_t gl_mem_wiped(void);

#endif
