/* Lists of headers whose names and values are C strings. */
#ifndef GL_SPEC_HEADER_LIST_H
#define GL_SPEC_HEADER_LIST_H

#include "core/header.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static inline int add(gl_headers *headers, const char *name, const char *value) {
  return gl_headers_add(headers, name, strlen(name), value, strlen(value));
}

static inline int set(gl_headers *headers, const char *name, const char *value) {
  return gl_headers_set(headers, name, strlen(name), value, strlen(value));
}

/* Expects the whole list as "Name=value;Name=value;". */
static inline void expect_list(const gl_headers *headers, const char *expected) {
  char text[256] = "";
  for (size_t i = 0; i < headers->count; i++) {
    size_t length = strlen(text);
    snprintf(text + length, sizeof text - length, "%.*s=%s;", (int)headers->items[i].name_length,
             headers->items[i].line, headers->items[i].value);
  }
  assert_string_equal(text, expected);
}

#endif
