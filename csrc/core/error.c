#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts off the last UTF-8 character of `text` if it is incomplete. */
static void drop_partial_character(char *text, size_t length) {
  size_t start = length;
  while (start > 0 && length - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
    start--;
  if (start == 0)
    return;
  unsigned char lead = (unsigned char)text[start - 1];
  size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (start - 1 + size > length)
    text[start - 1] = '\0';
}

int gl_error_set(gl_error *error, gl_kind kind, const char *code, const char *format, ...) {
  /* An argument may be the old message, so the new one is formatted in another buffer. */
  gl_error result = {.kind = kind};
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(result.message, sizeof result.message, format, arguments);
  va_end(arguments);
  if (length < 0)
    result.message[0] = '\0';
  else if ((size_t)length >= sizeof result.message)
    drop_partial_character(result.message, sizeof result.message - 1);
  snprintf(result.code, sizeof result.code, "%s", code);
  *error = result;
  return kind;
}

int gl_error_memory(gl_error *error) {
  return gl_error_set(error, GL_MEMORY, "", "not enough memory");
}

const char *gl_kind_name(gl_kind kind) {
  switch (kind) {
  case GL_MEMORY:
    return "memory";
  case GL_VALIDATION:
    return "validation";
  case GL_CONFIG:
    return "config";
  case GL_CREDENTIALS:
    return "credentials";
  case GL_TRANSPORT:
    return "transport";
  case GL_OK:
    break;
  }
  return "";
}
