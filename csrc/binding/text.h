/* Functions on texts that would be slow in Lua or differ between its versions. */
#ifndef GL_BINDING_TEXT_H
#define GL_BINDING_TEXT_H

#include "binding/compat.h"

/* core.uri_encode(text) -> string: every byte but A-Z a-z 0-9 - . _ ~ as "%XX". */
int gl_lua_uri_encode(lua_State *L);

/* core.utf8_valid(text) -> boolean */
int gl_lua_utf8_valid(lua_State *L);

/* core.utf8_clean(text [, limit]) -> string: valid UTF-8 of at most `limit` bytes, cut between
 * characters; by default there is no limit.  U+FFFD replaces invalid bytes. */
int gl_lua_utf8_clean(lua_State *L);

/* core.sha1_hex(text) -> string: 40 lower-case hexadecimal digits.  Only for names of cache files.
 */
int gl_lua_sha1_hex(lua_State *L);

/* core.parse_date(text) -> number: seconds since the epoch; or nil for any value that is not a
 * string with a date that gl_date_parse accepts. */
int gl_lua_parse_date(lua_State *L);

#endif
