/* Inventories in CSV: a header with the names of the members, then one row for each archive. */
#include "core/inventory_csv.h"

#include <stdio.h>
#include <string.h>

/* MAX_ROW is in bytes, with the line end. */
enum { MAX_ROW = 1024 * 1024, HASH_DIGITS = 64 };

static gl_inventory_result set_error(const gl_inventory *inventory, gl_error *error, size_t at,
                                     const char *why) {
  int is_at_end =
      inventory->is_end && at == inventory->input.length; /* the error names the last byte */
  uint64_t byte = inventory->position + at + !is_at_end;
  return gl_inventory_set_error(error, "CSV", byte, why);
}

static gl_inventory_result set_memory_error(gl_error *error) {
  gl_error_memory(error);
  return GL_INVENTORY_FAILED;
}

/* ---- header ------------------------------------------------------------------------------ */

static gl_csv_kind kind_of(int member) {
  if (member == GL_INVENTORY_DESCRIPTION || member == GL_INVENTORY_MEMBERS)
    return GL_CSV_ANY;
  return member == GL_INVENTORY_SIZE ? GL_CSV_DIGITS : GL_CSV_TOKEN;
}

/* Finds the columns by their names in the header, which begins at index `start` of the input. */
static gl_inventory_result read_header(gl_inventory *inventory, size_t start, gl_error *error) {
  gl_csv *csv = &inventory->csv;
  int seen[GL_INVENTORY_MEMBERS + 1] = {0};
  for (int i = 0; i < csv->count; i++) {
    const gl_csv_field *field = &csv->fields[i];
    int member = gl_inventory_member(gl_buf_string(&csv->text) + field->offset, field->length);
    inventory->columns[i] = member;
    csv->kinds[i] = kind_of(member);
    seen[member]++;
  }
  csv->columns = csv->count;
  for (int member = 0; member < GL_INVENTORY_MEMBERS; member++) {
    char why[64];
    snprintf(why, sizeof why, "the header must contain %s exactly once",
             gl_inventory_members[member]);
    if (seen[member] != 1)
      return set_error(inventory, error, start, why);
  }
  return GL_INVENTORY_MORE;
}

/* ---- rows -------------------------------------------------------------------------------- */

/* Returns whether the row that ends at `at` is complete.  If the input ends with a tree hash
 * without a line end, the hash may have been cut off.  It is the last column of the service's
 * inventories.  In another order of the columns, a cut value at the end is not found. */
static int is_whole(const gl_inventory *inventory) {
  const gl_csv *csv = &inventory->csv;
  int last = csv->columns - 1;
  const char *end = inventory->input.data + inventory->at;
  if (inventory->at < inventory->input.length || end[-1] == '\n' || end[-1] == '\r')
    return 1;
  return inventory->columns[last] != GL_INVENTORY_TREE_HASH ||
         csv->fields[last].length == HASH_DIGITS;
}

/* Fills the archive from the row that begins at index `start` of the input. */
static gl_inventory_result store_row(gl_inventory *inventory, size_t start, gl_error *error) {
  gl_csv *csv = &inventory->csv;
  gl_inventory_archive *archive = &inventory->archive;
  if (!is_whole(inventory))
    return set_error(inventory, error, inventory->at, "the row ends too early");
  gl_inventory_begin_archive(inventory);
  for (int i = 0; i < csv->count; i++) {
    const gl_csv_field *field = &csv->fields[i];
    int member = inventory->columns[i];
    if (member == GL_INVENTORY_MEMBERS)
      continue;
    const char *text = gl_buf_string(&csv->text) + field->offset;
    if (member == GL_INVENTORY_SIZE && !gl_inventory_set_size(inventory, text, field->length))
      return set_error(inventory, error, start,
                       "the Size of the row is not a whole number below 2^63");
    archive->texts[member] = *field;
    archive->present[member] = 1;
  }
  gl_buf text = archive->text; /* swap the texts: the row reuses the memory of the archive */
  archive->text = csv->text;
  csv->text = text;
  return GL_INVENTORY_ARCHIVE;
}

/* The row is incomplete.  It is read again when twice as many bytes have arrived.  So the reader
 * does not read the same bytes many times if the chunks are small. */
static gl_inventory_result wait_for_more(gl_inventory *inventory, gl_error *error) {
  size_t length = inventory->input.length - inventory->at;
  if (length > MAX_ROW)
    return set_error(inventory, error, inventory->at, "a row is longer than 1 MiB");
  inventory->needed = length > MAX_ROW / 2 ? MAX_ROW + 1 : length * 2;
  return GL_INVENTORY_MORE;
}

/* Shows the CSV reader at most MAX_ROW bytes, so that the limit does not depend on the chunks. */
static gl_inventory_result read_row(gl_inventory *inventory, gl_error *error) {
  const char *base = inventory->input.data, *at = base + inventory->at, *why;
  size_t start = inventory->at, length = inventory->input.length - start;
  const char *end = at + (length < MAX_ROW ? length : MAX_ROW);
  int is_end = inventory->is_end && length <= MAX_ROW;
  switch (gl_csv_read(&inventory->csv, &at, end, is_end, &why)) {
  case GL_CSV_MORE:
    return wait_for_more(inventory, error);
  case GL_CSV_MEMORY:
    return set_memory_error(error);
  case GL_CSV_FAILED:
    return set_error(inventory, error, (size_t)(at - base), why);
  case GL_CSV_ROW:
    break;
  }
  inventory->at = (size_t)(at - base);
  inventory->needed = 0;
  return inventory->csv.columns ? store_row(inventory, start, error)
                                : read_header(inventory, start, error);
}

gl_inventory_result gl_inventory_next_csv(gl_inventory *inventory, gl_error *error) {
  const gl_buf *input = &inventory->input;
  gl_inventory_result result = GL_INVENTORY_MORE;
  while (result == GL_INVENTORY_MORE) {
    while (inventory->at < input->length && strchr("\r\n", input->data[inventory->at]) &&
           input->data[inventory->at])
      inventory->at++; /* skips empty lines */
    size_t length = input->length - inventory->at;
    if (length == 0 && inventory->is_end)
      return GL_INVENTORY_DONE;
    if (length == 0 || (length < inventory->needed && !inventory->is_end))
      return GL_INVENTORY_MORE;
    result = read_row(inventory, error);
    if (inventory->needed)
      break;
  }
  return result;
}
