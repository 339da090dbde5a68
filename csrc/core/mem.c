#include "core/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *gl_mem_realloc(void *pointer, size_t size) {
  return realloc(pointer, size);
}

void *gl_mem_zalloc(size_t count, size_t size) {
  return calloc(count, size);
}

char *gl_mem_strndup(const char *bytes, size_t length) {
  if (length == SIZE_MAX)
    return NULL;
  char *copy = malloc(length + 1);
  if (!copy)
    return NULL;
  if (length)
    memcpy(copy, bytes, length);
  copy[length] = '\0';
  return copy;
}

void gl_mem_free(void *pointer) {
  free(pointer);
}

void gl_mem_wipe(void *pointer, size_t size) {
  /* The pointer is volatile, so the compiler cannot know that this is memset, and cannot remove the
   * call before a free. */
  static void *(*const volatile wipe)(void *, int, size_t) = memset;
  if (size)
    wipe(pointer, 0, size);
}

void gl_mem_wipe_free(void *pointer, size_t size) {
  if (!pointer)
    return;
  gl_mem_wipe(pointer, size);
  gl_mem_free(pointer);
}
