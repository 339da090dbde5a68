/* Preloaded together with the sanitizers' runtime into an interpreter that was built without it.
 * - What that interpreter starts in turn (a shell, nginx) is not ours to check: it must not inherit
 *   the preload.
 * - Libraries stay loaded until the leak check, which runs after Lua has closed: it then still sees
 *   what their globals hold, and can name the functions in its report. */
#include <stdlib.h>

int dlclose(void *handle);

int dlclose(void *handle) {
  (void)handle;
  return 0;
}

__attribute__((constructor)) static void spare_children(void) {
  unsetenv("LD_PRELOAD");
}
