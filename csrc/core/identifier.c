#include "core/identifier.h"

#include "core/digest.h"
#include "core/hex.h"
#include "core/process.h"

#include <string.h>

enum { UUID_BYTES = 16 };

static int refill(gl_identifiers *pool, gl_error *error) {
  pid_t process = gl_process_id();
  if (pool->process == process && pool->left >= UUID_BYTES)
    return 0;
  pool->left = 0;
  int result = gl_random(pool->bytes, sizeof pool->bytes, error);
  if (result)
    return result;
  pool->process = process;
  pool->left = sizeof pool->bytes;
  return 0;
}

/* Writes the groups of 8, 4, 4, 4 and 12 digits. */
static void write_groups(const unsigned char bytes[UUID_BYTES], char text[GL_UUID_LENGTH + 1]) {
  char digits[2 * UUID_BYTES];
  gl_hex_put(bytes, UUID_BYTES, digits);
  memcpy(text, digits, 8);
  memcpy(text + 9, digits + 8, 4);
  memcpy(text + 14, digits + 12, 4);
  memcpy(text + 19, digits + 16, 4);
  memcpy(text + 24, digits + 20, 12);
  text[8] = text[13] = text[18] = text[23] = '-';
  text[GL_UUID_LENGTH] = '\0';
}

int gl_identifier_uuid(gl_identifiers *pool, char text[GL_UUID_LENGTH + 1], gl_error *error) {
  int result = refill(pool, error);
  if (result)
    return result;
  pool->left -= UUID_BYTES;
  unsigned char *bytes = pool->bytes + pool->left;
  bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* version 4 */
  bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* the variant of RFC 9562 */
  write_groups(bytes, text);
  return 0;
}
