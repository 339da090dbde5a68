/* Inventories in JSON: { "VaultARN": …, "InventoryDate": …, "ArchiveList": [ { … }, … ] }. */
#include "core/inventory_json.h"

#include <string.h>

/* Where in the document the next event is; a zeroed reader is before the document. */
enum { DOCUMENT, TOP, TOP_VALUE, LIST, ARCHIVE, ARCHIVE_VALUE, AFTER };

/* Members of the document. */
enum { VAULT_ARN, DATE, ARCHIVES, OTHER };

enum { MAX_ARCHIVE = 4 * GL_JSON_MAX_TEXT /* bytes of an archive's texts */ };

static gl_inventory_result set_error(const gl_inventory *inventory, gl_error *error,
                                     const char *why) {
  return gl_inventory_set_error(error, "inventory", inventory->json.position, why);
}

static gl_inventory_result set_memory_error(gl_error *error) {
  gl_error_memory(error);
  return GL_INVENTORY_FAILED;
}

/* Sets where the next event is, and whether names and values are skipped there. */
static gl_inventory_result move_to(gl_inventory *inventory, int where, int skip) {
  inventory->where = where;
  inventory->json.text.skip = skip;
  return GL_INVENTORY_MORE;
}

static int document_member(const gl_buf *name) {
  static const char *const names[] = {"VaultARN", "InventoryDate", "ArchiveList"};
  int member = 0;
  while (member < OTHER && (strlen(names[member]) != name->length ||
                            memcmp(names[member], gl_buf_string(name), name->length)))
    member++;
  return member;
}

/* Skips a value that is not needed, with all values inside it.  `where` is the state after it. */
static gl_inventory_result skip_value(gl_inventory *inventory, int where) {
  int is_over = inventory->json.depth == inventory->outer;
  return is_over ? move_to(inventory, where, 0) : GL_INVENTORY_MORE;
}

static gl_inventory_result on_top(gl_inventory *inventory, gl_json_event event) {
  if (event == GL_JSON_OBJECT_END)
    return move_to(inventory, AFTER, 0);
  inventory->outer = inventory->json.depth;
  inventory->member = document_member(&inventory->json.text.bytes);
  return move_to(inventory, TOP_VALUE, inventory->member >= ARCHIVES);
}

static gl_inventory_result on_top_value(gl_inventory *inventory, gl_json_event event,
                                        gl_error *error) {
  const gl_buf *text = &inventory->json.text.bytes;
  gl_buf *out = inventory->member == VAULT_ARN ? &inventory->vault_arn : &inventory->date;
  if (inventory->member == OTHER)
    return skip_value(inventory, TOP);
  if (inventory->member == ARCHIVES) {
    if (event != GL_JSON_ARRAY)
      return set_error(inventory, error, "ArchiveList is not a list");
    inventory->lists = 1;
    return move_to(inventory, LIST, 0);
  }
  if (event != GL_JSON_STRING && event != GL_JSON_NULL)
    return set_error(inventory, error, "VaultARN and InventoryDate must be strings");
  gl_buf_reset(out);
  inventory->head_changed = 1;
  if (event == GL_JSON_STRING && gl_buf_append(out, text->data, text->length))
    return set_memory_error(error);
  return move_to(inventory, TOP, 0);
}

static gl_inventory_result on_list(gl_inventory *inventory, gl_json_event event, gl_error *error) {
  if (event == GL_JSON_ARRAY_END)
    return move_to(inventory, TOP, 0);
  if (event != GL_JSON_OBJECT)
    return set_error(inventory, error, "ArchiveList has an element that is not an object");
  gl_inventory_begin_archive(inventory);
  return move_to(inventory, ARCHIVE, 0);
}

static gl_inventory_result on_archive(gl_inventory *inventory, gl_json_event event,
                                      gl_error *error) {
  const gl_buf *name = &inventory->json.text.bytes;
  if (event == GL_JSON_OBJECT_END) {
    move_to(inventory, LIST, 0);
    return inventory->archive.present[GL_INVENTORY_ID]
               ? GL_INVENTORY_ARCHIVE
               : set_error(inventory, error, "an archive has no ArchiveId");
  }
  inventory->outer = inventory->json.depth;
  inventory->member = gl_inventory_member(gl_buf_string(name), name->length);
  return move_to(inventory, ARCHIVE_VALUE, inventory->member == GL_INVENTORY_MEMBERS);
}

/* Stores a member's value.  Returns NULL, or what is wrong; "" means that an allocation failed. */
static const char *store(gl_inventory *inventory, gl_json_event event) {
  const gl_buf *text = &inventory->json.text.bytes;
  gl_inventory_archive *archive = &inventory->archive;
  int member = inventory->member;
  archive->present[member] = 0;
  if (event == GL_JSON_NULL)
    return NULL;
  if (member == GL_INVENTORY_SIZE)
    return event == GL_JSON_NUMBER && gl_inventory_set_size(inventory, text->data, text->length)
               ? NULL
               : "Size is not a whole number below 2^63";
  if (event != GL_JSON_STRING)
    return "a member of an archive is not a string";
  if (text->length > MAX_ARCHIVE - archive->text.length)
    return "an archive is longer than 4 MiB";
  archive->texts[member] = (gl_csv_field){archive->text.length, text->length};
  archive->present[member] = 1;
  return gl_buf_append(&archive->text, text->data, text->length) ? "" : NULL;
}

static gl_inventory_result on_archive_value(gl_inventory *inventory, gl_json_event event,
                                            gl_error *error) {
  if (inventory->member == GL_INVENTORY_MEMBERS)
    return skip_value(inventory, ARCHIVE);
  const char *why = store(inventory, event);
  if (why)
    return *why ? set_error(inventory, error, why) : set_memory_error(error);
  return move_to(inventory, ARCHIVE, 0);
}

static gl_inventory_result on_event(gl_inventory *inventory, gl_json_event event, gl_error *error) {
  switch (inventory->where) {
  case DOCUMENT:
    return event == GL_JSON_OBJECT ? move_to(inventory, TOP, 0)
                                   : set_error(inventory, error, "the document is not an object");
  case TOP:
    return on_top(inventory, event);
  case TOP_VALUE:
    return on_top_value(inventory, event, error);
  case LIST:
    return on_list(inventory, event, error);
  case ARCHIVE:
    return on_archive(inventory, event, error);
  default:
    return on_archive_value(inventory, event, error);
  }
}

/* Returns the result after all bytes that were fed have been read. */
static gl_inventory_result at_end(gl_inventory *inventory, gl_error *error) {
  if (!inventory->is_end)
    return GL_INVENTORY_MORE;
  if (!gl_json_is_whole(&inventory->json))
    return set_error(inventory, error, "the document ends too early");
  return inventory->lists ? GL_INVENTORY_DONE
                          : set_error(inventory, error, "the document has no ArchiveList");
}

gl_inventory_result gl_inventory_next_json(gl_inventory *inventory, gl_error *error) {
  gl_inventory_result result = GL_INVENTORY_MORE;
  while (result == GL_INVENTORY_MORE) {
    const char *start = inventory->input.data, *at = start + inventory->at;
    gl_json_event event =
        gl_json_read(&inventory->json, &at, start + inventory->input.length, error);
    inventory->at = (size_t)(at - start);
    if (event == GL_JSON_FAILED)
      return GL_INVENTORY_FAILED;
    if (event == GL_JSON_MORE)
      return at_end(inventory, error);
    result = on_event(inventory, event, error);
  }
  return result;
}
