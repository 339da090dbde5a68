#include "core/header.h"

#include "core/error.h"
#include "core/mem.h"
#include "core/word.h"

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

/* What a token has (RFC 9110, 5.6.2): letters, digits and !#$%&'*+-.^_`|~ */
static const gl_byte_set token = {{0x00000000, 0x03FF6CFA, 0xC7FFFFFE, 0x57FFFFFF, 0x00000000,
                                   0x00000000, 0x00000000, 0x00000000}};

/* FNV-1a of the name in lower case. */
static uint32_t hash_name(const char *name, size_t length) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (uint32_t)lower(name[i])) * 16777619u;
  return hash;
}

static int is_token(const char *name, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!gl_byte_set_has(&token, (unsigned char)name[i]))
      return 0;
  return length > 0;
}

int gl_header_value_valid(const char *value, size_t length) {
  size_t i = 0;
  for (; length - i >= GL_WORD_SIZE; i += GL_WORD_SIZE) {
    uint64_t word = gl_word_load(value + i);
    if (gl_word_has_less(word, 0x20) || gl_word_has(word, 0x7F))
      return 0;
  }
  for (; i < length; i++) {
    unsigned char byte = (unsigned char)value[i];
    if (byte < 0x20 || byte == 0x7F)
      return 0;
  }
  return 1;
}

static void header_clear(gl_header *header) {
  gl_mem_wipe(header->value, header->value_length);
  gl_mem_free(header->name);
  *header = (gl_header){0};
}

/* Copies name and value into `header`; on failure it is the zero value. */
static int header_make(gl_header *header, const char *name, size_t name_length, const char *value,
                       size_t value_length) {
  *header = (gl_header){0};
  if (!is_token(name, name_length) || !gl_header_value_valid(value, value_length))
    return GL_HEADER_BAD;
  if (value_length > SIZE_MAX - 2 - name_length)
    return GL_MEMORY;
  char *block = gl_mem_realloc(NULL, name_length + value_length + 2);
  if (!block)
    return GL_MEMORY;
  memcpy(block, name, name_length);
  block[name_length] = '\0';
  char *copy = block + name_length + 1;
  if (value_length)
    memcpy(copy, value, value_length);
  copy[value_length] = '\0';
  *header = (gl_header){block, copy, value_length, hash_name(name, name_length)};
  return 0;
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

static int is_named(const gl_header *header, const char *name, uint32_t hash) {
  return header->hash == hash && gl_header_name_compare(header->name, name) == 0;
}

/* The index of the first field of that name, or the count. */
static size_t find(const gl_headers *headers, const char *name, uint32_t hash) {
  size_t i = 0;
  while (i < headers->count && !is_named(&headers->items[i], name, hash))
    i++;
  return i;
}

/* Drops the fields of that name at `from` and behind it. */
static void remove_from(gl_headers *headers, const char *name, uint32_t hash, size_t from) {
  size_t kept = from;
  for (size_t i = from; i < headers->count; i++) {
    if (is_named(&headers->items[i], name, hash))
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
  size_t at = find(headers, made.name, made.hash);
  if (at == headers->count && grow(headers)) {
    header_clear(&made);
    return GL_MEMORY;
  }
  if (at == headers->count) {
    headers->count++;
  } else {
    remove_from(headers, made.name, made.hash, at + 1);
    header_clear(&headers->items[at]);
  }
  headers->items[at] = made;
  return 0;
}

const char *gl_headers_get(const gl_headers *headers, const char *name) {
  size_t at = find(headers, name, hash_name(name, strlen(name)));
  return at < headers->count ? headers->items[at].value : NULL;
}

void gl_headers_remove(gl_headers *headers, const char *name) {
  remove_from(headers, name, hash_name(name, strlen(name)), 0);
}

void gl_headers_clear(gl_headers *headers) {
  for (size_t i = 0; i < headers->count; i++)
    header_clear(&headers->items[i]);
  gl_mem_free(headers->items);
  *headers = (gl_headers){0};
}
