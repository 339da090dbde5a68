#define _GNU_SOURCE /* dladdr */

#include "binding/load_curl.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const char core_name[] = "core.so", curl_name[] = "curl.so";
static const char loader_name[] = "luaopen_glacier_curl";

/* Returns the length of the directory in the path of glacier.core, including the slash.  Returns 0
 * if the file is not core.so, for example if a program contains the module. */
static size_t directory_length(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash && strcmp(slash + 1, core_name) == 0 ? (size_t)(slash + 1 - path) : 0;
}

/* Pushes the function of glacier.curl that `require` calls.  `file` is the result of dlopen.
 * Returns how many values it pushed: 0 if the file was not loaded or has no such function. */
static int push_loader(lua_State *L, void *file) {
  lua_CFunction loader;
  void *address = file ? dlsym(file, loader_name) : NULL;
  if (!address)
    return 0;
  memcpy(&loader, &address, sizeof loader); /* ISO C forbids the conversion */
  lua_pushcfunction(L, loader);
  return 1;
}

int gl_lua_load_curl(lua_State *L) {
  Dl_info info;
  char path[4096];
  /* finds the file of this module, which contains core_name */
  if (!dladdr(core_name, &info) || !info.dli_fname)
    return 0;
  size_t length = directory_length(info.dli_fname);
  if (length == 0 || length + sizeof curl_name > sizeof path)
    return 0;
  (void)snprintf(path, sizeof path, "%.*s%s", (int)length, info.dli_fname, curl_name);
  return push_loader(L, dlopen(path, RTLD_LAZY));
}
