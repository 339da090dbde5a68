/* The only allocator of the project: every other room asks here.
 *
 * A test replaces this room at link time by one whose n-th allocation fails, so no
 * run-time hook and no process-wide state is needed.  All functions are thread-safe. */
#ifndef GL_CORE_MEM_H
#define GL_CORE_MEM_H

#include <stddef.h>

/* As realloc(3): `pointer` may be NULL.  Returns NULL and leaves `pointer` alone on failure.
 * `size` is never 0, here and below. */
void *gl_mem_realloc(void *pointer, size_t size);

/* `count` zeroed elements of `size` bytes, or NULL.  The caller frees with gl_mem_free. */
void *gl_mem_zalloc(size_t count, size_t size);

/* A NUL-terminated copy of `length` bytes (NULL is legal with length 0), or NULL.  The caller frees
 * with gl_mem_free. */
char *gl_mem_strndup(const char *bytes, size_t length);

/* Frees; NULL is legal. */
void gl_mem_free(void *pointer);

/* Overwrites `size` bytes with zeros in a way that the compiler may not remove.  NULL is legal
 * with size 0. */
void gl_mem_wipe(void *pointer, size_t size);

/* Wipes `size` bytes, then frees: for secrets.  NULL is legal. */
void gl_mem_wipe_free(void *pointer, size_t size);

#endif
