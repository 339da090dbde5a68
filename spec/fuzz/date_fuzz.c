/* Dates: if a time that was read can be written, reading the written date returns the same time. */
#include "fuzz.h"

#include "core/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int64_t time, again;
  char text[GL_DATE_BASIC_SIZE];
  if (gl_date_parse((const char *)data, size, &time) != 0)
    return 0;
  CHECK(size <= GL_DATE_TEXT_MAX);
  if (gl_date_format(time, text) != 0)
    return 0;
  CHECK(gl_date_parse(text, strlen(text), &again) == 0 && again == time);
  return 0;
}
