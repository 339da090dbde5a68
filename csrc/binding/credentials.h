/* Keys as a userdata, with what signing keeps between two requests. */
#ifndef GL_BINDING_CREDENTIALS_H
#define GL_BINDING_CREDENTIALS_H

#include "binding/box.h"

extern const gl_box_class gl_credentials_box; /* of a gl_signer */

/* core.credentials(access_key_id, secret_access_key, session_token or nil) -> credentials, copied
 * into memory that is wiped when freed.  Raises "PartialCredentialsError" if one of the keys is
 * missing, "CredentialRetrievalError" for a zero byte. */
int gl_lua_credentials(lua_State *L);

#endif
