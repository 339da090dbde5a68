#define _XOPEN_SOURCE 700 /* realpath */

#include "core/output_private.h"

#include "core/error.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINKS_MAX = 40 }; /* the limit of Linux */

int gl_output_failed(int number, char *why) {
  gl_file_describe(number, why);
  return -1;
}

size_t gl_output_folder(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Returns whether a directory lists the descriptors of this process.  Its path ends in a slash. */
static int lists_descriptors(const char *path, size_t length) {
  char descriptors[64], folder[PATH_MAX];
  if (length == 0 || length >= sizeof folder)
    return 0;
  memcpy(folder, path, length);
  folder[length] = '\0';
  char *resolved = realpath(folder, NULL);
  snprintf(descriptors, sizeof descriptors, "/proc/%ld/fd", (long)getpid());
  int matches = resolved && (!strcmp(resolved, descriptors) || !strcmp(resolved, "/dev/fd"));
  free(resolved);
  return matches;
}

/* Returns the number of the descriptor that a path names, and -1 for any other path. */
static int descriptor_of(const char *path) {
  size_t length = gl_output_folder(path), digits = strspn(path + length, "0123456789");
  if (digits == 0 || digits > 9 || path[length + digits] || !lists_descriptors(path, length))
    return -1;
  return (int)strtol(path + length, NULL, 10);
}

/* If `path` is a symbolic link, replaces it with its target.  Sets `*was_link`. */
static int follow_once(gl_buf *path, int *was_link, char *why) {
  char target[PATH_MAX];
  ssize_t length = readlink(path->data, target, sizeof target);
  *was_link = length >= 0;
  if (length < 0)
    return errno == EINVAL || errno == ENOENT ? 0 : gl_output_failed(errno, why);
  if (length == (ssize_t)sizeof target)
    return gl_output_failed(ENAMETOOLONG, why);
  gl_buf_truncate(path, length > 0 && target[0] == '/' ? 0 : gl_output_folder(path->data));
  return gl_buf_append(path, target, (size_t)length);
}

int gl_output_follow(gl_buf *path, int *descriptor, char *why) {
  for (int i = 0; i <= LINKS_MAX; i++) {
    int was_link, result;
    *descriptor = descriptor_of(path->data);
    if (*descriptor >= 0)
      return 0;
    result = follow_once(path, &was_link, why);
    if (result || !was_link)
      return result;
  }
  return gl_output_failed(ELOOP, why);
}
