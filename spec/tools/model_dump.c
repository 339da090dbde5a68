/* model_dump: prints the model of csrc/core/model.c as a Lua table, for make-reference. */
#include "core/model.h"

#include <stdio.h>

static void dump_shape(const gl_shape *shape);

static void dump_member(const gl_member *member) {
  static const char *const locations[] = {
      [GL_IN_BODY] = "body",     [GL_IN_PATH] = "path",       [GL_IN_QUERY] = "query",
      [GL_IN_HEADER] = "header", [GL_IN_PAYLOAD] = "payload", [GL_IN_STATUS] = "status"};
  printf("{name=\"%s\",location=\"%s\",required=%s,", member->name, locations[member->location],
         member->required && !member->fallback ? "true" : "false");
  if (member->header)
    printf("header=\"%s\",", member->header);
  printf("shape=");
  dump_shape(member->shape);
  printf("},");
}

static void dump_shape(const gl_shape *shape) {
  static const char *const types[] = {
      [GL_STRING] = "string", [GL_LONG] = "integer", [GL_BOOLEAN] = "boolean",
      [GL_LIST] = "list",     [GL_MAP] = "map",      [GL_STRUCTURE] = "structure",
      [GL_BLOB] = "blob"};
  printf("{type=\"%s\",", types[shape->type]);
  if (shape->type == GL_STRUCTURE) {
    printf("name=\"%s\",members={", shape->name);
    for (size_t i = 0; i < shape->count; i++)
      dump_member(&shape->members[i]);
    printf("},");
  }
  if (shape->element) {
    printf("element=");
    dump_shape(shape->element);
    printf(",");
  }
  printf("}");
}

int main(void) {
  printf("return {operations={\n");
  for (size_t i = 0; i < gl_operations_count; i++) {
    const gl_operation *operation = &gl_operations[i];
    printf("{name=\"%s\",method=\"%s\",http=\"%s\",path=\"%s%s%s\",input=", operation->name,
           operation->method_name, operation->http_method, operation->path,
           operation->query ? "?" : "", operation->query ? operation->query : "");
    dump_shape(operation->input);
    if (operation->output) {
      printf(",output=");
      dump_shape(operation->output);
    }
    printf("},\n");
  }
  printf("},exceptions={");
  for (size_t i = 0; i < gl_exceptions_count; i++)
    printf("\"%s\",", gl_exceptions[i]);
  printf("}}\n");
  return 0;
}
