#include "core/home.h"

#include "core/error.h"

#include <errno.h>
#include <pwd.h>
#include <sys/types.h>
#include <unistd.h>

enum { ROOM = 1024, ROOM_MAX = 1024 * 1024 };

/* Calls getpwnam_r or getpwuid_r.  Returns 0 or an errno; *match is NULL for an unknown user. */
static int look_up(const char *user, struct passwd *entry, gl_buf *room, struct passwd **match) {
  *match = NULL;
  if (user)
    return getpwnam_r(user, entry, room->data, room->capacity, match);
  return getpwuid_r(getuid(), entry, room->data, room->capacity, match);
}

int gl_home_find(const char *user, gl_buf *out) {
  struct passwd entry, *match = NULL;
  gl_buf room = {0};
  int result = gl_buf_reserve(&room, ROOM);
  if (!result) {
    int number;
    while ((number = look_up(user, &entry, &room, &match)) == ERANGE && room.capacity < ROOM_MAX)
      if ((result = gl_buf_reserve(&room, room.capacity * 2)))
        break;
    if (!result)
      result = number || !match || !match->pw_dir ? -1 : gl_buf_append_string(out, match->pw_dir);
  }
  gl_buf_clear(&room);
  return result;
}
