/* Keys as a userdata, with the data that signing reuses for the next request. */
#ifndef GL_BINDING_CREDENTIALS_H
#define GL_BINDING_CREDENTIALS_H

#include "binding/box.h"

extern const gl_box_class gl_credentials_box; /* boxes that contain a gl_signer */

/* core.credentials(access_key_id, secret_access_key, session_token or nil) -> credentials.  Copies
 * the keys into memory that is wiped when it is freed.  Raises "PartialCredentialsError" if a key
 * is missing, and "CredentialRetrievalError" for a zero byte or another control character. */
int gl_lua_credentials(lua_State *L);

#endif
