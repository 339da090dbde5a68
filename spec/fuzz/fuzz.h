/* Shared by all fuzz targets.  A target is a file *_fuzz.c that defines LLVMFuzzerTestOneInput and
 * checks properties with CHECK.  `make fuzz` links it with libFuzzer.  `make test` links
 * it with replay.c, which runs it on its corpus. */
#ifndef GL_SPEC_FUZZ_H
#define GL_SPEC_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                    \
      abort();                                                                                     \
    }                                                                                              \
  } while (0)

/* The input, split at its first line break: `first` is the line without the break, `rest` follows
 * the break.  Without a break, `rest` is empty. */
typedef struct fuzz_lines {
  const char *first, *rest;
  size_t first_length, rest_length;
} fuzz_lines;

static inline fuzz_lines fuzz_split(const uint8_t *data, size_t size) {
  const char *text = (const char *)data;
  const char *end = size ? memchr(text, '\n', size) : NULL;
  size_t length = end ? (size_t)(end - text) : size;
  fuzz_lines lines = {text, end ? end + 1 : text + size, length, end ? size - length - 1 : 0};
  return lines;
}

#endif
