#include "core/identifier.h"

#include "core/digest.h"
#include "core/process.h"

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

int gl_identifier_uuid(gl_identifiers *pool, char text[GL_UUID_LENGTH + 1], gl_error *error) {
  static const char digits[] = "0123456789abcdef";
  int result = refill(pool, error);
  if (result)
    return result;
  pool->left -= UUID_BYTES;
  unsigned char *bytes = pool->bytes + pool->left;
  bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* version 4 */
  bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* the variant of RFC 9562 */
  for (int i = 0; i < UUID_BYTES; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      *text++ = '-';
    *text++ = digits[bytes[i] >> 4];
    *text++ = digits[bytes[i] & 15];
  }
  *text = '\0';
  return 0;
}
