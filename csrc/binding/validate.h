/* Checks the parameters of an operation against its shapes: the first half of marshalling. */
#ifndef GL_BINDING_VALIDATE_H
#define GL_BINDING_VALIDATE_H

#include "binding/compat.h"
#include "core/buf.h"
#include "core/model.h"

/* Checks the value at `index` against the operation's input.  Returns whether anything is wrong,
 * and appends one line to `lines` for each problem.  A line has botocore's words and a name such
 * as "vaultNotificationConfig.Events[0]".  `lines` must be anchored.  It may be NULL if no text
 * is needed, which is faster. */
int gl_validate_input(lua_State *L, int index, const gl_operation *operation, gl_buf *lines);

#endif
