/* Inventories: an input gives the same archives, or the same error, as a whole and in chunks. */
#include "fuzz.h"

#include "core/inventory.h"

static void write_archive(const gl_inventory_archive *archive, gl_buf *out) {
  for (int i = 0; i < GL_INVENTORY_MEMBERS; i++) {
    const gl_csv_field *field = &archive->texts[i];
    if (!archive->present[i])
      continue;
    if (i == GL_INVENTORY_SIZE) {
      gl_buf_append_format(out, "%lld,", (long long)archive->size);
      continue;
    }
    CHECK(field->offset + field->length <= archive->text.length);
    gl_buf_append_format(out, "%zu:", field->length);
    gl_buf_append(out, gl_buf_string(&archive->text) + field->offset, field->length);
  }
}

/* Feeds a chunk from its own block of memory, so that the sanitizer detects a read beyond its end.
 */
static void feed(gl_inventory *inventory, const char *bytes, size_t length) {
  char *piece = malloc(length);
  CHECK(piece);
  memcpy(piece, bytes, length);
  CHECK(gl_inventory_feed(inventory, piece, length) == 0);
  free(piece);
}

/* Reads the whole input in chunks and writes the results to `out`.  The first chunk has `longest`
 * bytes, the next ones 1, 2, 3 and so on, up to `longest` again. */
static void read_all(const char *text, size_t size, size_t longest, gl_buf *out) {
  gl_inventory inventory = {0};
  gl_inventory_result result;
  gl_error error;
  size_t at = 0, length = longest - 1;
  while ((result = gl_inventory_next(&inventory, &error)) == GL_INVENTORY_ARCHIVE ||
         result == GL_INVENTORY_MORE) {
    if (result == GL_INVENTORY_ARCHIVE) {
      write_archive(&inventory.archive, out);
    } else if (at == size) {
      gl_inventory_end(&inventory);
    } else {
      length = length % longest + 1;
      size_t next = length < size - at ? length : size - at;
      feed(&inventory, text + at, next);
      at += next;
    }
  }
  gl_buf_append_string(out, result == GL_INVENTORY_DONE ? "done" : error.message);
  gl_inventory_clear(&inventory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *text = (const char *)data;
  gl_buf whole = {0}, pieces = {0};
  read_all(text, size, size + 1, &whole);
  read_all(text, size, 1 + size % 7, &pieces);
  CHECK(whole.length == pieces.length);
  CHECK(memcmp(gl_buf_string(&whole), gl_buf_string(&pieces), whole.length) == 0);
  gl_buf_clear(&whole);
  gl_buf_clear(&pieces);
  return 0;
}
