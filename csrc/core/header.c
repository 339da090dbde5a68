#include "core/header.h"

#include "core/error.h"
#include "core/mem.h"
#include "core/word.h"

#include <stdint.h>
#include <string.h>

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

/* Copies the name in lower case, with a NUL.  Returns 0 if it is not a token. */
static int copy_lower(char *to, const char *name, size_t length) {
  const char *end = name + length;
  for (; name < end; name++, to++)
    if (!(*to = (char)token[(unsigned char)*name]))
      return 0;
  *to = '\0';
  return length > 0;
}

static int is_control(unsigned char byte) {
  return byte < 0x20 || byte == 0x7F;
}

/* The last word of a value overlaps the one before, so only short values are read byte by byte. */
int gl_header_value_valid(const char *value, size_t length) {
  size_t i = 0;
  for (; length - i >= GL_WORD_SIZE; i += GL_WORD_SIZE)
    if (gl_word_has_control(gl_word_load(value + i)))
      return 0;
  if (i > 0)
    return !gl_word_has_control(gl_word_load(value + length - GL_WORD_SIZE));
  while (i < length && !is_control((unsigned char)value[i]))
    i++;
  return i == length;
}

/* ---- memory of names and values ---------------------------------------------------------- */

typedef struct gl_header_block {
  struct gl_header_block *next;
  size_t size, used; /* bytes in the block, and bytes used */
  char bytes[];
} gl_header_block;

/* The first block holds the fields of a typical request.  It stays below 1 KiB, from which on the
 * allocator of glibc is much slower.  Each further block is twice as large as the last one, until
 * that one has LARGEST_BLOCK bytes or more.  A longer field gets a block of its own size. */
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

static int is_blank(const char *value, size_t length) {
  size_t i = 0;
  while (i < length && (value[i] == ' ' || value[i] == '\t'))
    i++;
  return i == length;
}

/* Sets the value, which may be a part of the old one.  There must be room for it. */
static void set_value(gl_header *header, const char *value, size_t length) {
  char *separator = header->value - 2;
  if (length)
    memmove(header->value, value, length);
  header->value[length] = '\0';
  header->value_length = length;
  memcpy(separator, is_blank(header->value, length) ? ";" : ": ", 2);
}

/* Copies the name and the value into a block of the list. */
static int header_make(gl_headers *headers, gl_header *header, const char *name, size_t name_length,
                       const char *value, size_t value_length) {
  if (name_length > SIZE_MAX / 4 || value_length > SIZE_MAX / 4)
    return GL_MEMORY;
  size_t size = 2 * name_length + value_length + 4;
  char *lower = allocate(headers, size);
  if (!lower)
    return GL_MEMORY;
  if (!copy_lower(lower, name, name_length)) {
    headers->blocks->used -= size;
    return GL_HEADER_BAD;
  }
  char *line = lower + name_length + 1;
  memcpy(line, name, name_length);
  *header = (gl_header){lower, line, line + name_length + 2, name_length, 0, value_length};
  set_value(header, value, value_length);
  return 0;
}

/* ---- the list ---------------------------------------------------------------------------- */

static int grow(gl_headers *headers) {
  if (headers->filled < headers->capacity)
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
static int is_named(const gl_header *header, const char *name, size_t length) {
  if (header->name_length != length)
    return 0;
  size_t i = 0;
  while (i < length && (unsigned char)header->lower[i] == token[(unsigned char)name[i]])
    i++;
  return i == length;
}

static void wipe_value(gl_header *header) {
  gl_mem_wipe(header->value, header->value_length);
}

/* Returns the index of the first field of that name, or the number of fields if there is none. */
static size_t find(const gl_headers *headers, const char *name, size_t length) {
  size_t i = 0;
  while (i < headers->count && !is_named(&headers->items[i], name, length))
    i++;
  return i;
}

static void swap(gl_headers *headers, size_t a, size_t b) {
  gl_header item = headers->items[a];
  headers->items[a] = headers->items[b];
  headers->items[b] = item;
}

/* Drops the fields of that name from index `from` on. */
static void remove_from(gl_headers *headers, const char *name, size_t length, size_t from) {
  size_t kept = from;
  for (size_t i = from; i < headers->count; i++) {
    if (is_named(&headers->items[i], name, length))
      wipe_value(&headers->items[i]);
    else if (kept++ != i)
      swap(headers, kept - 1, i);
  }
  headers->count = kept;
}

/* Adds a field in the memory of a removed one that has the same spelling of the name and enough
 * room for the value.  Returns 0 if there is none.  Usually the first removed field fits. */
static int add_former(gl_headers *headers, const char *name, size_t name_length, const char *value,
                      size_t value_length) {
  for (size_t i = headers->count; i < headers->filled; i++) {
    gl_header *former = &headers->items[i];
    if (former->name_length != name_length || former->room < value_length ||
        memcmp(former->line, name, name_length))
      continue;
    set_value(former, value, value_length);
    if (i != headers->count)
      swap(headers, i, headers->count);
    headers->count++;
    return 1;
  }
  return 0;
}

int gl_headers_add(gl_headers *headers, const char *name, size_t name_length, const char *value,
                   size_t value_length) {
  if (!gl_header_value_valid(value, value_length))
    return GL_HEADER_BAD;
  if (add_former(headers, name, name_length, value, value_length))
    return 0;
  if (grow(headers))
    return GL_MEMORY;
  int result = header_make(headers, &headers->items[headers->filled], name, name_length, value,
                           value_length);
  if (result == 0)
    swap(headers, headers->count++, headers->filled++);
  return result;
}

/* Replaces the field at `at` with the last one, which has the same name. */
static void replace_with_last(gl_headers *headers, size_t at) {
  size_t last = --headers->count;
  const gl_header *named = &headers->items[last];
  remove_from(headers, named->lower, named->name_length, at + 1);
  wipe_value(&headers->items[at]);
  swap(headers, at, last);
}

/* Overwrites the old value, which has room for the new one.  So a request that is signed many times
 * needs no more memory. */
static void overwrite(gl_headers *headers, size_t at, const char *value, size_t value_length) {
  gl_header *header = &headers->items[at];
  size_t old_length = header->value_length;
  set_value(header, value, value_length);
  if (old_length > value_length)
    gl_mem_wipe(header->value + value_length, old_length - value_length);
  remove_from(headers, header->lower, header->name_length, at + 1);
}

int gl_headers_set(gl_headers *headers, const char *name, size_t name_length, const char *value,
                   size_t value_length) {
  size_t count = headers->count, at = find(headers, name, name_length);
  if (at < count && value_length <= headers->items[at].room) {
    if (!gl_header_value_valid(value, value_length))
      return GL_HEADER_BAD;
    overwrite(headers, at, value, value_length);
    return 0;
  }
  int result = gl_headers_add(headers, name, name_length, value, value_length);
  if (result == 0 && at < count)
    replace_with_last(headers, at);
  return result;
}

const char *gl_headers_get(const gl_headers *headers, const char *name) {
  size_t at = find(headers, name, strlen(name));
  return at < headers->count ? headers->items[at].value : NULL;
}

void gl_headers_remove(gl_headers *headers, const char *name) {
  remove_from(headers, name, strlen(name), 0);
}

/* Drops all fields and names, and keeps only the memory of the oldest block. */
static void drop_all(gl_headers *headers) {
  gl_header_block *block = keep_oldest(headers);
  headers->count = headers->filled = 0;
  if (!block)
    return;
  gl_mem_wipe(block->bytes, block->used);
  block->used = 0;
}

/* Names are kept only while one block is enough.  So their memory stays bounded, even if each
 * request has other names. */
void gl_headers_reset(gl_headers *headers) {
  if (headers->blocks && headers->blocks->next) {
    drop_all(headers);
    return;
  }
  for (size_t i = 0; i < headers->count; i++)
    wipe_value(&headers->items[i]);
  headers->count = 0;
}

void gl_headers_clear(gl_headers *headers) {
  drop_all(headers);
  gl_mem_free(headers->blocks);
  gl_mem_free(headers->items);
  *headers = (gl_headers){0};
}
