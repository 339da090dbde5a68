/* A pair of AWS keys, and the session token of temporary keys. */
#ifndef GL_CORE_CREDENTIALS_H
#define GL_CORE_CREDENTIALS_H

#include "core/error.h"

/* The zero value holds no keys and is legal to clear. */
typedef struct gl_credentials {
  char *access_key_id;     /* owned; all three are wiped when cleared */
  char *secret_access_key; /* owned */
  char *session_token;     /* owned; NULL for none */
} gl_credentials;

/* Copies the keys; `session_token` may be NULL or empty for none.  Returns 0 or the kind in
 * `error`: GL_MEMORY, or GL_CREDENTIALS with "PartialCredentialsError" for a missing or empty key,
 * or with "CredentialRetrievalError" for a control character, which could end a header line.  The
 * message names the field and never shows its value.  On failure `credentials` is unchanged. */
int gl_credentials_set(gl_credentials *credentials, const char *access_key_id,
                       const char *secret_access_key, const char *session_token, gl_error *error);

/* Wipes and frees.  Legal any number of times. */
void gl_credentials_clear(gl_credentials *credentials);

#endif
