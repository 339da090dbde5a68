#include "mem_failing.h"

#include "core/mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static atomic_long attempts;
static atomic_long live;
static atomic_size_t wiped;
static atomic_long fails_from = -1, fails_at = -1;

void gl_mem_fail_from(long n) {
  attempts = 0;
  fails_from = n;
  fails_at = -1;
}

void gl_mem_fail_at(long n) {
  gl_mem_fail_from(-1);
  fails_at = n;
}

long gl_mem_count(void) {
  return attempts;
}

long gl_mem_live(void) {
  return live;
}

size_t gl_mem_wiped(void) {
  return wiped;
}

static int refused(void) {
  long attempt = atomic_fetch_add(&attempts, 1), from = fails_from;
  return (from >= 0 && attempt >= from) || attempt == fails_at;
}

void *gl_mem_realloc(void *pointer, size_t size) {
  void *moved = refused() ? NULL : realloc(pointer, size);
  if (moved && !pointer)
    live++;
  return moved;
}

void *gl_mem_zalloc(size_t count, size_t size) {
  void *block = refused() ? NULL : calloc(count, size);
  if (block)
    live++;
  return block;
}

char *gl_mem_strndup(const char *bytes, size_t length) {
  char *copy = length < SIZE_MAX ? gl_mem_zalloc(1, length + 1) : NULL;
  if (copy && length)
    memcpy(copy, bytes, length);
  return copy;
}

void gl_mem_free(void *pointer) {
  if (pointer)
    live--;
  free(pointer);
}

/* The compiler may remove this memset before a free.  That does no harm, because no test reads
 * freed memory. */
void gl_mem_wipe(void *pointer, size_t size) {
  wiped += size;
  if (size)
    memset(pointer, 0, size);
}

void gl_mem_wipe_free(void *pointer, size_t size) {
  if (pointer)
    gl_mem_wipe(pointer, size);
  gl_mem_free(pointer);
}
