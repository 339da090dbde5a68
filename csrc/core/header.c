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
  while (*left && (*left == *right || lower(*left) == lower(*right))) {
    left++;
    right++;
  }
  return lower(*left) - lower(*right);
}

/* The bytes of a token (RFC 9110, 5.6.2) in lower case.  0 for any other byte. */
static const unsigned char token[256] = {
    ['!'] = '!', ['#'] = '#', ['$'] = '$', ['%'] = '%', ['&'] = '&', ['\''] = '\'', ['*'] = '*',
    ['+'] = '+', ['-'] = '-', ['.'] = '.', ['^'] = '^', ['_'] = '_', ['`'] = '`',   ['|'] = '|',
    ['~'] = '~', ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4',   ['5'] = '5',
    ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9', ['a'] = 'a', ['b'] = 'b',   ['c'] = 'c',
    ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i',   ['j'] = 'j',
    ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p',   ['q'] = 'q',
    ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v', ['w'] = 'w',   ['x'] = 'x',
    ['y'] = 'y', ['z'] = 'z', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd',   ['E'] = 'e',
    ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k',   ['L'] = 'l',
    ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r',   ['S'] = 's',
    ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y',   ['Z'] = 'z'};

enum { NOT_A_TOKEN = 0 };

/* Returns FNV-1a of the name in lower case, or NOT_A_TOKEN. */
static uint32_t hash_name(const char *name, size_t length) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = token[(unsigned char)name[i]];
    if (!byte)
      return NOT_A_TOKEN;
    hash = (hash ^ byte) * 16777619u;
  }
  return length == 0 ? NOT_A_TOKEN : hash == NOT_A_TOKEN ? 1 : hash;
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

/* ---- memory of names and values ---------------------------------------------------------- */

typedef struct gl_header_block {
  struct gl_header_block *next;
  size_t size, used; /* bytes in the block, and bytes used */
  char bytes[];
} gl_header_block;

/* The first block holds the fields of a typical request.  It stays below 1 KiB, from which on the
 * allocator of glibc is much slower.  Each further block is twice as large. */
enum { FIRST_BLOCK = 1000 - (int)sizeof(gl_header_block), LARGEST_BLOCK = 64 * 1024 };

static gl_header_block *add_block(gl_headers *headers, size_t needed) {
  gl_header_block *last = headers->blocks;
  size_t size = !last ? FIRST_BLOCK : last->size < LARGEST_BLOCK ? last->size * 2 : LARGEST_BLOCK;
  if (size < needed)
    size = needed;
  if (size > SIZE_MAX - sizeof *last)
    return NULL;
  gl_header_block *block = gl_mem_realloc(NULL, sizeof *block + size);
  if (!block)
    return NULL;
  block->next = last;
  block->size = size;
  block->used = 0;
  headers->blocks = block;
  return block;
}

/* Returns `size` bytes that live as long as the list, or NULL. */
static char *allocate(gl_headers *headers, size_t size) {
  gl_header_block *block = headers->blocks;
  if (!block || block->size - block->used < size)
    block = add_block(headers, size);
  if (!block)
    return NULL;
  char *bytes = block->bytes + block->used;
  block->used += size;
  return bytes;
}

/* Wipes and frees all blocks except the oldest.  Returns the oldest, or NULL if there is none. */
static gl_header_block *keep_oldest(gl_headers *headers) {
  gl_header_block *block = headers->blocks;
  while (block && block->next) {
    gl_header_block *next = block->next;
    gl_mem_wipe_free(block, sizeof *block + block->used);
    block = next;
  }
  headers->blocks = block;
  return block;
}

/* Copies the name and the value into a block of the list.  `hash` is of hash_name. */
static int header_make(gl_headers *headers, gl_header *header, const char *name, size_t name_length,
                       uint32_t hash, const char *value, size_t value_length) {
  if (hash == NOT_A_TOKEN || !gl_header_value_valid(value, value_length))
    return GL_HEADER_BAD;
  if (value_length > SIZE_MAX - 2 - name_length)
    return GL_MEMORY;
  char *copy = allocate(headers, name_length + value_length + 2);
  if (!copy)
    return GL_MEMORY;
  memcpy(copy, name, name_length);
  copy[name_length] = '\0';
  *header = (gl_header){copy, copy + name_length + 1, name_length, value_length, hash};
  if (value_length)
    memcpy(header->value, value, value_length);
  header->value[value_length] = '\0';
  return 0;
}

/* ---- the list ---------------------------------------------------------------------------- */

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

/* Compares with a name of `length` bytes that may have no NUL at its end. */
static int is_named(const gl_header *header, const char *name, size_t length, uint32_t hash) {
  if (header->hash != hash || header->name_length != length)
    return 0;
  size_t i = 0;
  while (i < length && lower(header->name[i]) == lower(name[i]))
    i++;
  return i == length;
}

static void wipe_value(gl_header *header) {
  gl_mem_wipe(header->value, header->value_length);
}

/* Returns the index of the first field of that name, or the number of fields if there is none. */
static size_t find(const gl_headers *headers, const char *name, size_t length, uint32_t hash) {
  size_t i = 0;
  while (i < headers->count && !is_named(&headers->items[i], name, length, hash))
    i++;
  return i;
}

/* Drops the fields of that name from index `from` on. */
static void remove_from(gl_headers *headers, const char *name, size_t length, uint32_t hash,
                        size_t from) {
  size_t kept = from;
  for (size_t i = from; i < headers->count; i++) {
    if (is_named(&headers->items[i], name, length, hash))
      wipe_value(&headers->items[i]);
    else if (kept++ != i)
      headers->items[kept - 1] = headers->items[i];
  }
  headers->count = kept;
}

static int add(gl_headers *headers, const char *name, size_t name_length, uint32_t hash,
               const char *value, size_t value_length) {
  if (grow(headers))
    return GL_MEMORY;
  int result = header_make(headers, &headers->items[headers->count], name, name_length, hash, value,
                           value_length);
  if (result == 0)
    headers->count++;
  return result;
}

int gl_headers_add(gl_headers *headers, const char *name, size_t name_length, const char *value,
                   size_t value_length) {
  return add(headers, name, name_length, hash_name(name, name_length), value, value_length);
}

/* Replaces the field at `at` with `last`, which is the last field of the list. */
static void replace_with_last(gl_headers *headers, gl_header last, size_t at) {
  headers->count--;
  remove_from(headers, last.name, last.name_length, last.hash, at + 1);
  wipe_value(&headers->items[at]);
  headers->items[at] = last;
}

/* Overwrites the old value, which is at least as long.  So a request that is signed many times
 * needs no more memory. */
static void overwrite(gl_headers *headers, size_t at, const char *value, size_t value_length) {
  gl_header *header = &headers->items[at];
  if (value_length)
    memmove(header->value, value, value_length); /* `value` may be a part of the old value */
  gl_mem_wipe(header->value + value_length, header->value_length - value_length);
  header->value_length = value_length;
  remove_from(headers, header->name, header->name_length, header->hash, at + 1);
}

int gl_headers_set(gl_headers *headers, const char *name, size_t name_length, const char *value,
                   size_t value_length) {
  uint32_t hash = hash_name(name, name_length);
  size_t count = headers->count, at = find(headers, name, name_length, hash);
  if (at < count && value_length <= headers->items[at].value_length) {
    if (!gl_header_value_valid(value, value_length))
      return GL_HEADER_BAD;
    overwrite(headers, at, value, value_length);
    return 0;
  }
  int result = add(headers, name, name_length, hash, value, value_length);
  if (result == 0 && at < count)
    replace_with_last(headers, headers->items[count], at);
  return result;
}

const char *gl_headers_get(const gl_headers *headers, const char *name) {
  size_t length = strlen(name), at = find(headers, name, length, hash_name(name, length));
  return at < headers->count ? headers->items[at].value : NULL;
}

void gl_headers_remove(gl_headers *headers, const char *name) {
  size_t length = strlen(name);
  remove_from(headers, name, length, hash_name(name, length), 0);
}

void gl_headers_reset(gl_headers *headers) {
  gl_header_block *block = keep_oldest(headers);
  headers->count = 0;
  if (!block)
    return;
  gl_mem_wipe(block->bytes, block->used);
  block->used = 0;
}

void gl_headers_clear(gl_headers *headers) {
  gl_headers_reset(headers);
  gl_mem_free(headers->blocks);
  gl_mem_free(headers->items);
  *headers = (gl_headers){0};
}
