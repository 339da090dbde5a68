/* replay FILE...: runs a fuzz target on the files of its corpus and reports in TAP.  A failed check
 * aborts the program, and the incomplete TAP counts as a failure. */
#include "fuzz.h"

static uint8_t *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return NULL;
  fseek(file, 0, SEEK_END);
  long length = ftell(file);
  rewind(file);
  uint8_t *data = malloc(length > 0 ? (size_t)length : 1);
  *size = data && length > 0 ? fread(data, 1, (size_t)length, file) : 0;
  fclose(file);
  return data;
}

int main(int count, char **paths) {
  printf("1..%d\n", count - 1);
  for (int i = 1; i < count; i++) {
    size_t size = 0;
    uint8_t *data = read_file(paths[i], &size);
    if (data)
      LLVMFuzzerTestOneInput(data, size);
    printf("%s %d - %s passes the checks\n", data ? "ok" : "not ok", i, paths[i]);
    fflush(stdout);
    free(data);
  }
  return 0;
}
