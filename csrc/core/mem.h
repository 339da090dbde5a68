/* The only allocator of the project.
 *
 * Tests replace it at link time with one whose n-th allocation fails, so it needs neither a
 * run-time hook nor process-wide state.  All functions are thread-safe. */
#ifndef GL_CORE_MEM_H
#define GL_CORE_MEM_H

#include <stddef.h>

/* Works as realloc(3): `pointer` may be NULL.  Returns NULL on failure, and `pointer` stays valid.
 * In this and the next function, `size` must not be 0.  The caller frees with gl_mem_free. */
void *gl_mem_realloc(void *pointer, size_t size);

/* Returns `count` zeroed elements of `size` bytes, or NULL on failure.  The caller frees with
 * gl_mem_free. */
void *gl_mem_zalloc(size_t count, size_t size);

/* Returns a NUL-terminated copy of `length` bytes, or NULL on failure.  `bytes` may be NULL with
 * length 0.  The caller frees with gl_mem_free. */
char *gl_mem_strndup(const char *bytes, size_t length);

/* Frees; NULL is legal. */
void gl_mem_free(void *pointer);

/* Overwrites `size` bytes with zeros in a way that the compiler may not remove.  NULL is legal
 * with size 0. */
void gl_mem_wipe(void *pointer, size_t size);

/* Wipes `size` bytes, then frees: for secrets.  NULL is legal. */
void gl_mem_wipe_free(void *pointer, size_t size);

#endif
