/* Keys as a userdata, with the data that signing reuses for the next request. */
#ifndef GL_BINDING_CREDENTIALS_H
#define GL_BINDING_CREDENTIALS_H

#include "binding/box.h"

extern const gl_box_class gl_credentials_box; /* boxes that contain a gl_signer */

/* core.credentials(keys, provider or nil) -> credentials.  `keys` is a table with access_key_id,
 * secret_access_key, session_token or nil, account_id or nil.  Copies the keys into memory that is
 * wiped when it is freed.  Raises "PartialCredentialsError" if a key is missing or empty.  Raises
 * "CredentialRetrievalError" for a field that is not a string, for a NUL byte in a field, and for
 * another control character in a key or the token.  `provider` is botocore's name for the source of
 * the keys, for the message about a field that is not a string; by default "explicit". */
int gl_lua_credentials(lua_State *L);

#endif
