/* Are the parameters what the operation's shapes say?  The first half of marshalling. */
#ifndef GL_BINDING_CHECK_H
#define GL_BINDING_CHECK_H

#include "binding/compat.h"
#include "core/buf.h"
#include "core/model.h"

/* Checks the table at `index` against the operation's input and appends a line to `problems`, which
 * must be anchored, for each thing that is wrong: botocore's words, names such as
 * "vaultNotificationConfig.Events[0]". */
void gl_validate_input(lua_State *L, int index, const gl_operation *operation, gl_buf *problems);

#endif
