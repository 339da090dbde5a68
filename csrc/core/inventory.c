#include "core/inventory.h"

#include "core/inventory_csv.h"
#include "core/inventory_json.h"

#include <string.h>

enum { UNKNOWN, JSON, CSV };

/* Returns the length of the byte order mark, or of its first bytes, at the start of the input. */
static size_t mark_length(const gl_buf *input) {
  static const char mark[] = "\xEF\xBB\xBF";
  size_t length = input->length < 3 ? input->length : 3;
  return length && !memcmp(input->data, mark, length) ? length : 0;
}

/* Detects the format from the first byte that is not white space: JSON begins with "{" or "[".
 * Returns GL_INVENTORY_DONE when the format is known. */
static gl_inventory_result detect(gl_inventory *inventory, gl_error *error) {
  const gl_buf *input = &inventory->input;
  size_t at = mark_length(input);
  if (at > 0 && at < 3 && !inventory->is_end)
    return GL_INVENTORY_MORE;
  while (at < input->length && strchr(" \t\r\n", input->data[at]) && input->data[at])
    at++;
  if (at == input->length)
    return inventory->is_end ? gl_inventory_set_error(error, "inventory", at, "it is empty")
                             : GL_INVENTORY_MORE;
  int is_json = input->data[at] == '{' || input->data[at] == '[';
  inventory->format = is_json ? JSON : CSV;
  inventory->at = at;
  inventory->json.position = at;
  return GL_INVENTORY_DONE;
}

gl_inventory_result gl_inventory_next(gl_inventory *inventory, gl_error *error) {
  if (inventory->format == UNKNOWN) {
    gl_inventory_result detected = detect(inventory, error);
    if (detected != GL_INVENTORY_DONE)
      return detected;
  }
  return inventory->format == JSON ? gl_inventory_next_json(inventory, error)
                                   : gl_inventory_next_csv(inventory, error);
}
