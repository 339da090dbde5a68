#include "binding/client_options.h"

#include "binding/validate_report.h"

#include <string.h>

/* Further checks of the value on top of the stack, whose type is valid. */

static int is_positive(lua_State *L) {
  return lua_tonumber(L, -1) > 0;
}

static int is_integer_from(lua_State *L, double least) {
  double number = (double)lua_tonumber(L, -1);
  if (!(number >= least))
    return 0;
  if (number >= 0x1p53)
    return number - number == 0; /* false for infinity; all others are integers */
  return (double)(int64_t)number == number;
}

static int is_count(lua_State *L) {
  return is_integer_from(L, 1);
}

static int is_not_negative(lua_State *L) {
  return is_integer_from(L, 0);
}

static int is_header_text(lua_State *L) {
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
      return 0;
  return 1;
}

/* Returns whether the string at `index`, which may contain a NUL, equals `text`. */
static int equals(lua_State *L, int index, const char *text) {
  size_t length;
  const char *value = lua_tolstring(L, index, &length);
  return strlen(text) == length && memcmp(value, text, length) == 0;
}

static int is_retry_mode(lua_State *L) {
  return equals(L, -1, "standard") || equals(L, -1, "legacy") || equals(L, -1, "adaptive");
}

static int is_wait(lua_State *L) {
  if (lua_isfunction(L, -1))
    return 1;
  lua_getfield(L, -1, "sleep");
  lua_getfield(L, -2, "readable");
  int is_valid = lua_isfunction(L, -2) && (lua_isnil(L, -1) || lua_isfunction(L, -1));
  lua_pop(L, 2);
  return is_valid;
}

enum {
  BOOLEAN = 1 << LUA_TBOOLEAN,
  NUMBER = 1 << LUA_TNUMBER,
  STRING = 1 << LUA_TSTRING,
  TABLE = 1 << LUA_TTABLE,
  FUNCTION = 1 << LUA_TFUNCTION
};

#define SECONDS NUMBER, is_positive, "number (seconds, more than 0)"

/* Sorted by name. */
static const struct client_option {
  const char *name;
  unsigned types;                /* bits of the Lua types */
  int (*is_valid)(lua_State *L); /* or NULL */
  const char *expected;          /* describes the valid values */
} options[] = {
    {"ca_bundle", STRING, NULL, "string"},
    {"clock", FUNCTION, NULL, "function"},
    {"connect_timeout", SECONDS},
    {"credentials", TABLE | FUNCTION, NULL, "table or function"},
    {"endpoint_url", STRING, NULL, "string"},
    {"env", TABLE, NULL, "table"},
    {"hash_threads", NUMBER, is_not_negative, "number (integer, at least 0)"},
    {"logger", FUNCTION, NULL, "function"},
    {"max_attempts", NUMBER, is_count, "number (integer, at least 1)"},
    {"mfa_code", FUNCTION, NULL, "function"},
    {"profile", STRING, NULL, "string"},
    {"proxy", STRING, NULL, "string"},
    {"random", FUNCTION, NULL, "function"},
    {"read_timeout", SECONDS},
    {"region", STRING, NULL, "string"},
    {"retry_mode", STRING, is_retry_mode, "standard, legacy, adaptive"},
    {"strict_notifications", BOOLEAN, NULL, "boolean"},
    {"timeout", SECONDS},
    {"transport", FUNCTION, NULL, "function"},
    {"use_dualstack_endpoint", BOOLEAN, NULL, "boolean"},
    {"use_fips_endpoint", BOOLEAN, NULL, "boolean"},
    {"user_agent_extra", STRING, is_header_text, "string (without control characters)"},
    {"verify", BOOLEAN, NULL, "boolean"},
    {"wait", FUNCTION | TABLE, is_wait,
     "function, or table { sleep = function, readable = function or nil }"},
};

enum {
  COUNT = sizeof options / sizeof *options,
  NAME_MAX_LENGTH = 32,
  TOO_DIFFERENT = 3 /* a name with this many different characters is not suggested */
};

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Returns how many characters must be inserted, removed or replaced to turn `text` into `name`. */
static size_t distance(const char *name, const char *text, size_t length) {
  size_t row[NAME_MAX_LENGTH + 1], width = strlen(name);
  for (size_t j = 0; j <= width; j++)
    row[j] = j;
  for (size_t i = 0; i < length; i++) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < width; j++) {
      size_t replaced = diagonal + (text[i] != name[j]);
      diagonal = row[j + 1];
      row[j + 1] = smaller(replaced, smaller(diagonal, row[j]) + 1);
    }
  }
  return row[width];
}

/* Returns the option that is most similar to an unknown name, or NULL. */
static const char *nearest(const char *text, size_t length) {
  const char *name = NULL;
  size_t least = TOO_DIFFERENT;
  for (size_t i = 0; i < COUNT; i++) {
    size_t width = strlen(options[i].name);
    if (length >= width + TOO_DIFFERENT || width >= length + TOO_DIFFERENT)
      continue;
    size_t differs = distance(options[i].name, text, length);
    if (differs < least) {
      least = differs;
      name = options[i].name;
    }
  }
  return name;
}

/* Pushes a violation for the key on top of the stack. */
static void push_unknown(lua_State *L) {
  size_t length;
  const char *text = gl_report_push_shown(L, -1, &length), *name = nearest(text, length);
  luaL_Buffer line;
  lua_pushliteral(L, "Unknown option: \"");
  lua_insert(L, -2);
  if (name)
    lua_pushfstring(L, "\" (did you mean \"%s\"?), must be one of: ", name);
  else
    lua_pushliteral(L, "\", must be one of: ");
  luaL_buffinit(L, &line);
  for (size_t i = 0; i < COUNT; i++) {
    luaL_addstring(&line, i ? ", " : "");
    luaL_addstring(&line, options[i].name);
  }
  luaL_pushresult(&line);
  lua_concat(L, 4);
}

static const struct client_option *find(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TSTRING)
    return NULL;
  for (size_t i = 0; i < COUNT; i++)
    if (equals(L, index, options[i].name))
      return &options[i];
  return NULL;
}

/* Pushes the violation of the key and the value on top of the stack.  Returns whether there is
 * one. */
static int push_violation(lua_State *L) {
  const struct client_option *option = find(L, -2);
  if (!option) {
    lua_pushvalue(L, -2);
    push_unknown(L);
    lua_remove(L, -2);
    return 1;
  }
  if ((option->types >> lua_type(L, -1) & 1) && (!option->is_valid || option->is_valid(L)))
    return 0;
  lua_pushfstring(L, "Invalid value for option %s, type: %s, valid: %s", option->name,
                  luaL_typename(L, -1), option->expected);
  return 1;
}

int gl_lua_option_violations(lua_State *L) {
  int count = 0;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_newtable(L);
  lua_pushnil(L);
  while (lua_next(L, 1)) {
    if (push_violation(L))
      lua_rawseti(L, 2, ++count);
    lua_pop(L, 1);
  }
  return 1;
}
