#define _GNU_SOURCE /* dladdr */

#include "binding/stay_loaded.h"

#include <dlfcn.h>

void gl_stay_loaded(const void *object) {
  Dl_info info;
  if (dladdr(object, &info) && info.dli_fname)
    (void)dlopen(info.dli_fname, RTLD_NOW | RTLD_NODELETE);
}
