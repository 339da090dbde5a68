/* Certificates as userdata. */
#ifndef GL_BINDING_CERTIFICATE_H
#define GL_BINDING_CERTIFICATE_H

#include "binding/box.h"

extern const gl_box_class gl_certificate_box; /* boxes that contain a gl_certificate */

/* core.certificate(pem) -> certificate; or nil and what is wrong.
 *
 *   certificate:valid_at(time) -> true; or nil and what is wrong.  `time` is in seconds since the
 *                              epoch.
 *   certificate:verify(bytes, signature, hash) -> true; or nil and what is wrong.  `signature` is
 *                              an RSA PKCS #1 v1.5 signature of the bytes, in base64.  `hash` is
 *                              "sha1" or "sha256". */
int gl_lua_certificate(lua_State *L);

#endif
