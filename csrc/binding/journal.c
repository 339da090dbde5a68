#include "binding/journal.h"

#include "binding/error_object.h"
#include "binding/flush.h"
#include "binding/option.h"
#include "core/output_journal.h"

enum { MAX_TEXT = 4 * 1024 * 1024 }; /* bytes; the lines of 10,000 ranges are less than 1 MiB */

static void clear_journal(void *value) {
  gl_output_journal_close(value);
}

int gl_lua_journal(lua_State *L) {
  char why[GL_FILE_ERROR_SIZE] = "";
  const char *path = gl_check_string(L, 1);
  lua_Number number = luaL_checknumber(L, 2);
  luaL_argcheck(L, number >= 0 && number < GL_OUTPUT_JOURNALS, 2, "invalid journal number");
  int create = lua_toboolean(L, 3);
  gl_output_journal *journal = gl_box_new(L, &gl_journal_box);
  gl_output_journal_result result = gl_output_journal_open(journal, path, (int)number, create, why);
  if (result == GL_JOURNAL_MEMORY)
    return gl_raise_memory(L);
  if (result == GL_JOURNAL_OPEN)
    return 1;
  lua_pushnil(L);
  lua_pushstring(L, result == GL_JOURNAL_BUSY   ? "busy"
                    : result == GL_JOURNAL_NONE ? "none"
                                                : "failed");
  lua_pushstring(L, why);
  return 3;
}

static gl_output_journal *check_journal(lua_State *L) {
  gl_output_journal *journal = gl_box_self(L, &gl_journal_box);
  luaL_argcheck(L, journal->is_open, 1, "the journal is closed");
  return journal;
}

static int journal_read(lua_State *L) {
  char why[GL_FILE_ERROR_SIZE] = "";
  gl_output_journal *journal = check_journal(L);
  gl_buf *text = gl_box_new_buf(L);
  int result = gl_output_journal_read(journal, MAX_TEXT, text, why);
  if (result)
    return gl_lua_push_outcome(L, result, why);
  lua_pushlstring(L, gl_buf_string(text), text->length);
  return 1;
}

typedef int writer(gl_output_journal *journal, const char *text, size_t length,
                   char why[GL_FILE_ERROR_SIZE]);

static int write_text(lua_State *L, writer *writer_of_text) {
  char why[GL_FILE_ERROR_SIZE] = "";
  size_t length;
  gl_output_journal *journal = check_journal(L);
  const char *text = luaL_checklstring(L, 2, &length);
  return gl_lua_push_outcome(L, writer_of_text(journal, text, length, why), why);
}

static int journal_append(lua_State *L) {
  return write_text(L, gl_output_journal_append);
}

static int journal_restart(lua_State *L) {
  return write_text(L, gl_output_journal_restart);
}

static int journal_flush(lua_State *L) {
  return gl_lua_flush(L, check_journal(L)->fd, 2);
}

static int journal_close(lua_State *L) {
  gl_output_journal_close(gl_box_self(L, &gl_journal_box));
  return 0;
}

static int journal_remove(lua_State *L) {
  gl_output_journal_remove(gl_box_self(L, &gl_journal_box));
  return 0;
}

static const luaL_Reg journal_methods[] = {
    {"read", journal_read},
    {"append", journal_append},
    {"restart", journal_restart},
    {"flush", journal_flush},
    {"close", journal_close},
    {"remove", journal_remove},
    {NULL, NULL},
};

const gl_box_class gl_journal_box = {"glacier.journal", sizeof(gl_output_journal), clear_journal,
                                     journal_methods, 0};
