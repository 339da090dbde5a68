/* luaopen_glacier_core: the C module behind `require "glacier"`. */
#include "binding/box.h"
#include "binding/body_hash.h"
#include "binding/credentials.h"
#include "binding/certificate.h"
#include "binding/client_options.h"
#include "binding/error_object.h"
#include "binding/errors.h"
#include "binding/events.h"
#include "binding/files.h"
#include "binding/flush.h"
#include "binding/output.h"
#include "binding/inventory.h"
#include "binding/journal.h"
#include "binding/load_curl.h"
#include "binding/marshal_json.h"
#include "binding/operation.h"
#include "binding/redact.h"
#include "binding/request.h"
#include "binding/response.h"
#include "binding/settings.h"
#include "binding/stay_loaded.h"
#include "binding/system.h"
#include "binding/text.h"
#include "binding/tree_hash.h"
#include "binding/unmarshal_json.h"
#include "binding/waker.h"
#include "core/model.h"
#include "core/output_journal.h"

static int is_blob(const gl_member *payload) {
  return payload && payload->shape->type == GL_BLOB;
}

/* core.blob_inputs, core.blob_outputs: API name -> the name of the member that is a blob */
static void set_blobs(lua_State *L) {
  lua_newtable(L);
  lua_newtable(L);
  for (size_t i = 0; i < gl_operations_count; i++) {
    const gl_operation *operation = &gl_operations[i];
    const gl_member *input = gl_shape_payload(operation->input);
    const gl_member *output = operation->output ? gl_shape_payload(operation->output) : NULL;
    if (is_blob(input)) {
      lua_pushstring(L, input->name);
      lua_setfield(L, -3, operation->name);
    }
    if (is_blob(output)) {
      lua_pushstring(L, output->name);
      lua_setfield(L, -2, operation->name);
    }
  }
  lua_setfield(L, -3, "blob_outputs");
  lua_setfield(L, -2, "blob_inputs");
}

static const luaL_Reg functions[] = {
    {"endpoint", gl_lua_endpoint},
    {"partition", gl_lua_partition},
    {"request", gl_lua_request},
    {"credentials", gl_lua_credentials},
    {"response", gl_lua_response},
    {"decode", gl_lua_decode},
    {"encode", gl_lua_encode},
    {"events", gl_lua_events},
    {"tree_hash", gl_lua_tree_hash},
    {"combine_tree_hashes", gl_lua_combine_tree_hashes},
    {"inventory", gl_lua_inventory},
    {"journal", gl_lua_journal},
    {"hash_body", gl_lua_hash_body},
    {"error", gl_lua_error},
    {"time", gl_lua_time},
    {"monotonic", gl_lua_monotonic},
    {"sleep", gl_lua_sleep},
    {"random", gl_lua_random},
    {"certificate", gl_lua_certificate},
    {"uri_encode", gl_lua_uri_encode},
    {"utf8_valid", gl_lua_utf8_valid},
    {"utf8_clean", gl_lua_utf8_clean},
    {"sha1_hex", gl_lua_sha1_hex},
    {"parse_date", gl_lua_parse_date},
    {"output", gl_lua_output},
    {"read_file", gl_lua_read_file},
    {"replace_file", gl_lua_replace_file},
    {"home", gl_lua_home},
    {"load_curl", gl_lua_load_curl},
    {"waker", gl_lua_waker},
    {"option_violations", gl_lua_option_violations},
    {"redact", gl_lua_redact},
    {"has_settings", gl_lua_has_settings},
    {"has_shared_files", gl_lua_has_shared_files},
    {"operation", gl_lua_operation},
    {"operations", gl_lua_operations},
    {"exceptions", gl_lua_exceptions},
    {NULL, NULL},
};

enum {
  FIELDS = 48
}; /* at least the number of fields of the module, so that the table never grows */

/* The upvalue is the pool of identifiers. */
static const luaL_Reg of_identifiers[] = {{"uuid", gl_lua_uuid}, {NULL, NULL}};

/* The upvalues are the table of gl_lua_check_operation and the pool of identifiers. */
static const luaL_Reg of_operations[] = {
    {"prepare", gl_lua_prepare},
    {"parse", gl_lua_parse},
    {NULL, NULL},
};

int luaopen_glacier_core(lua_State *L);

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int luaopen_glacier_core(lua_State *L) {
  /* the classes that glacier.curl uses too */
  static const gl_box_class *const classes[] = {&gl_buf_box, &gl_request_box, &gl_response_box,
                                                &gl_events_box};
  gl_stay_loaded(functions); /* its handler of pthread_atfork cannot be removed */
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    gl_box_register(L, classes[i]);
  gl_error_object_register(L);
  gl_box_new(L, &gl_identifiers_box);
  int identifiers = lua_gettop(L);
  lua_createtable(L, 0, FIELDS);
  gl_compat_setfuncs(L, functions, 0);
  lua_pushvalue(L, identifiers);
  gl_compat_setfuncs(L, of_identifiers, 1);
  lua_newtable(L);
  lua_pushvalue(L, identifiers);
  gl_compat_setfuncs(L, of_operations, 2);
  gl_lua_push_errors(L);
  lua_setfield(L, -2, "errors");
  set_blobs(L);
  lua_pushinteger(L, GL_OUTPUT_JOURNALS);
  lua_setfield(L, -2, "journals");
  lua_pushliteral(L, GL_VERSION);
  lua_setfield(L, -2, "version");
  return 1;
}
