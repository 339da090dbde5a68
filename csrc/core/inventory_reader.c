#include "core/inventory_reader.h"

#include <inttypes.h>
#include <string.h>

const char *const gl_inventory_members[GL_INVENTORY_MEMBERS] = {
    "ArchiveId", "ArchiveDescription", "CreationDate", "Size", "SHA256TreeHash"};

gl_inventory_result gl_inventory_set_error(gl_error *error, const char *what, uint64_t byte,
                                           const char *why) {
  gl_error_set(error, GL_TRANSPORT, "ResponseParserError", "invalid %s at byte %" PRIu64 ": %s",
               what, byte, why);
  return GL_INVENTORY_FAILED;
}

int gl_inventory_member(const char *name, size_t length) {
  int member = 0;
  while (member < GL_INVENTORY_MEMBERS && (strlen(gl_inventory_members[member]) != length ||
                                           memcmp(gl_inventory_members[member], name, length)))
    member++;
  return member;
}

void gl_inventory_begin_archive(gl_inventory *inventory) {
  gl_inventory_archive *archive = &inventory->archive;
  memset(archive->present, 0, sizeof archive->present);
  gl_buf_reset(&archive->text);
}

int gl_inventory_set_size(gl_inventory *inventory, const char *digits, size_t length) {
  int64_t size = 0;
  for (size_t i = 0; i < length; i++) {
    int digit = digits[i] - '0';
    if (digit < 0 || digit > 9 || size > (INT64_MAX - digit) / 10)
      return 0;
    size = size * 10 + digit;
  }
  inventory->archive.size = size;
  inventory->archive.present[GL_INVENTORY_SIZE] = 1;
  return length > 0;
}

int gl_inventory_feed(gl_inventory *inventory, const char *bytes, size_t length) {
  gl_buf_splice(&inventory->input, 0, inventory->at, NULL,
                0); /* cannot fail, because it only removes bytes */
  inventory->position += inventory->at;
  inventory->at = 0;
  return gl_buf_append(&inventory->input, bytes, length);
}

void gl_inventory_end(gl_inventory *inventory) {
  inventory->is_end = 1;
}

void gl_inventory_clear(gl_inventory *inventory) {
  gl_buf_clear(&inventory->archive.text);
  gl_buf_clear(&inventory->vault_arn);
  gl_buf_clear(&inventory->date);
  gl_buf_clear(&inventory->input);
  gl_json_reader_clear(&inventory->json);
  gl_csv_clear(&inventory->csv);
  *inventory = (gl_inventory){0};
}
