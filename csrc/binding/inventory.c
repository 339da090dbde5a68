#include "binding/inventory.h"

#include "binding/error_object.h"
#include "core/inventory.h"

static void clear_inventory(void *value) {
  gl_inventory_clear(value);
}

int gl_lua_inventory(lua_State *L) {
  gl_box_new(L, &gl_inventory_box);
  return 1;
}

static int inventory_feed(lua_State *L) {
  size_t length;
  gl_inventory *inventory = gl_box_check(L, 1, &gl_inventory_box);
  luaL_checktype(L, 2, LUA_TSTRING);
  const char *bytes = lua_tolstring(L, 2, &length);
  return gl_inventory_feed(inventory, bytes, length) ? gl_raise_memory(L) : 0;
}

static int inventory_finish(lua_State *L) {
  gl_inventory *inventory = gl_box_check(L, 1, &gl_inventory_box);
  gl_inventory_end(inventory);
  return 0;
}

static void set_text(lua_State *L, int index, const char *name, const gl_buf *text) {
  if (text->length == 0)
    return;
  lua_pushlstring(L, text->data, text->length);
  lua_setfield(L, index, name);
}

/* Pushes a table of the archive's members. */
static void push_archive(lua_State *L, const gl_inventory_archive *archive) {
  lua_createtable(L, 0, GL_INVENTORY_MEMBERS);
  for (int member = 0; member < GL_INVENTORY_MEMBERS; member++) {
    const gl_csv_field *field = &archive->texts[member];
    if (!archive->present[member])
      continue;
    if (member == GL_INVENTORY_SIZE)
      gl_compat_pushint64(L, archive->size);
    else
      lua_pushlstring(L, gl_buf_string(&archive->text) + field->offset, field->length);
    lua_setfield(L, -2, gl_inventory_members[member]);
  }
}

static int inventory_next(lua_State *L) {
  gl_error error;
  gl_inventory *inventory = gl_box_check(L, 1, &gl_inventory_box);
  luaL_checktype(L, 2, LUA_TTABLE);
  gl_inventory_result result = gl_inventory_next(inventory, &error);
  if (result == GL_INVENTORY_FAILED)
    return gl_raise(L, &error, NULL);
  if (inventory->head_changed) {
    set_text(L, 2, "VaultARN", &inventory->vault_arn);
    set_text(L, 2, "InventoryDate", &inventory->date);
    inventory->head_changed = 0;
  }
  if (result == GL_INVENTORY_ARCHIVE)
    push_archive(L, &inventory->archive);
  else if (result == GL_INVENTORY_MORE)
    lua_pushboolean(L, 0);
  else
    lua_pushnil(L);
  return 1;
}

static const luaL_Reg inventory_methods[] = {
    {"feed", inventory_feed}, {"finish", inventory_finish}, {"next", inventory_next}, {NULL, NULL}};

const gl_box_class gl_inventory_box = {"glacier.inventory", sizeof(gl_inventory), clear_inventory,
                                       inventory_methods, 0};
