#include "core/header.h"

#include "core/error.h"
#include "core/mem.h"

#include <stdint.h>
#include <string.h>

static int lower(char letter) {
  unsigned char byte = (unsigned char)letter;
  return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte;
}

int gl_header_name_compare(const char *left, const char *right) {
  while (*left && lower(*left) == lower(*right)) {
    left++;
    right++;
  }
  return lower(*left) - lower(*right);
}

/* RFC 9110, 5.6.2: letters, digits and a few signs. */
static int is_token(const char *name, size_t length) {
  for (size_t i = 0; i < length; i++) {
    int letter = lower(name[i]);
    if (letter >= 'a' && letter <= 'z')
      continue;
    if (letter == '\0' || !strchr("!#$%&'*+-.^_`|~0123456789", letter))
      return 0;
  }
  return length > 0;
}

int gl_header_value_valid(const char *value, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)value[i];
    if (byte < 0x20 || byte == 0x7F)
      return 0;
  }
  return 1;
}

static void header_clear(gl_header *header) {
  if (header->value)
    gl_mem_wipe_free(header->value, strlen(header->value));
  gl_mem_free(header->name);
  *header = (gl_header){0};
}

/* Copies name and value into `header`; on failure it is the zero value. */
static int header_make(gl_header *header, const char *name, size_t name_length, const char *value,
                       size_t value_length) {
  *header = (gl_header){0};
  if (!is_token(name, name_length) || !gl_header_value_valid(value, value_length))
    return GL_HEADER_BAD;
  header->name = gl_mem_strndup(name, name_length);
  header->value = gl_mem_strndup(value, value_length);
  if (header->name && header->value)
    return 0;
  header_clear(header);
  return GL_MEMORY;
}

static int grow(gl_headers *headers) {
  if (headers->count < headers->capacity)
    return 0;
  size_t capacity = headers->capacity ? headers->capacity * 2 : 8;
  if (capacity > SIZE_MAX / sizeof(gl_header))
    return GL_MEMORY;
  gl_header *items = gl_mem_realloc(headers->items, capacity * sizeof *items);
  if (!items)
    return GL_MEMORY;
  headers->items = items;
  headers->capacity = capacity;
  return 0;
}

/* The index of the first field of that name at `from` or behind it, or the count. */
static size_t find(const gl_headers *headers, const char *name, size_t from) {
  while (from < headers->count && gl_header_name_compare(headers->items[from].name, name) != 0)
    from++;
  return from;
}

/* Drops the fields of that name at `from` and behind it. */
static void remove_from(gl_headers *headers, const char *name, size_t from) {
  size_t kept = from;
  for (size_t i = from; i < headers->count; i++) {
    if (gl_header_name_compare(headers->items[i].name, name) == 0)
      header_clear(&headers->items[i]);
    else
      headers->items[kept++] = headers->items[i];
  }
  headers->count = kept;
}

int gl_headers_add(gl_headers *headers, const char *name, size_t name_length, const char *value,
                   size_t value_length) {
  gl_header made;
  int result = header_make(&made, name, name_length, value, value_length);
  if (result == 0)
    result = grow(headers);
  if (result == 0)
    headers->items[headers->count++] = made;
  else
    header_clear(&made);
  return result;
}

int gl_headers_set(gl_headers *headers, const char *name, size_t name_length, const char *value,
                   size_t value_length) {
  gl_header made;
  int result = header_make(&made, name, name_length, value, value_length);
  if (result)
    return result;
  size_t at = find(headers, made.name, 0);
  if (at == headers->count && grow(headers)) {
    header_clear(&made);
    return GL_MEMORY;
  }
  if (at == headers->count) {
    headers->count++;
  } else {
    remove_from(headers, made.name, at + 1);
    header_clear(&headers->items[at]);
  }
  headers->items[at] = made;
  return 0;
}

const char *gl_headers_get(const gl_headers *headers, const char *name) {
  size_t at = find(headers, name, 0);
  return at < headers->count ? headers->items[at].value : NULL;
}

void gl_headers_remove(gl_headers *headers, const char *name) {
  remove_from(headers, name, 0);
}

void gl_headers_clear(gl_headers *headers) {
  for (size_t i = 0; i < headers->count; i++)
    header_clear(&headers->items[i]);
  gl_mem_free(headers->items);
  *headers = (gl_headers){0};
}
