/* Checks the parameters of an operation against its shapes: the first half of marshalling. */
#ifndef GL_BINDING_VALIDATE_H
#define GL_BINDING_VALIDATE_H

#include "binding/compat.h"
#include "core/buf.h"
#include "core/model.h"

/* Checks the table at `index` against the operation's input and returns whether anything is wrong.
 * Appends a line to `problems` for each thing that is: botocore's words, names such as
 * "vaultNotificationConfig.Events[0]".  `problems` must be anchored; NULL only checks,
 * which is faster. */
int gl_validate_input(lua_State *L, int index, const gl_operation *operation, gl_buf *problems);

#endif
