/* Look-ups in the model, for its tests. */
#ifndef GL_SPEC_MODEL_H
#define GL_SPEC_MODEL_H

#include "core/model.h"

#include <string.h>

static inline size_t count_location(const gl_shape *shape, gl_location location) {
  size_t count = 0;
  for (size_t i = 0; shape && i < shape->count; i++)
    count += shape->members[i].location == location;
  return count;
}

static const gl_member *member_of(const gl_shape *shape, const char *name, size_t length) {
  for (size_t i = 0; i < shape->count; i++)
    if (strlen(shape->members[i].name) == length && !memcmp(shape->members[i].name, name, length))
      return &shape->members[i];
  return NULL;
}

/* Returns the operation with that API name. */
static const gl_operation *find_operation(const char *name) {
  for (size_t i = 0; i < gl_operations_count; i++)
    if (!strcmp(gl_operations[i].name, name))
      return &gl_operations[i];
  return NULL;
}

#endif
