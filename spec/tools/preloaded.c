/* Preloaded with the sanitizers' runtime into an interpreter that was built without it.
 *
 * Programs that the interpreter starts (a shell, nginx) must not inherit the preload: they are not
 * under test.
 *
 * Libraries stay loaded until the leak check, which runs after Lua has closed its state.  The check
 * then sees what their globals point to, and can name functions in its report. */
#include <stdlib.h>

int dlclose(void *handle);

int dlclose(void *handle) {
  (void)handle;
  return 0;
}

__attribute__((constructor)) static void spare_children(void) {
  unsetenv("LD_PRELOAD");
}
