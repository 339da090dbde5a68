/* Amazon Glacier's API 2012-06-01 as data: one row for each operation, member and exception.  The
 * facts come from the service's own model (protocol rest-json, signature version 4).  No operation
 * has special code: loops over these rows handle all of them.
 *
 * All data here is constant and lives as long as the program. */
#ifndef GL_CORE_MODEL_H
#define GL_CORE_MODEL_H

#include <stddef.h>

#define GL_API_VERSION "2012-06-01"
#define GL_SERVICE "glacier" /* the signing name, and the prefix of the endpoint's host */

typedef enum gl_type {
  GL_STRING,
  GL_LONG, /* 64-bit signed */
  GL_BOOLEAN,
  GL_STRUCTURE,
  GL_LIST,
  GL_MAP, /* maps strings to strings */
  GL_BLOB /* bytes that may be streamed; always a payload */
} gl_type;

/* The part of the request or response that contains a member of the input or output. */
typedef enum gl_location {
  GL_IN_BODY,    /* a member of the JSON object; also every member of a nested structure */
  GL_IN_PATH,    /* a label of the path: required, never empty */
  GL_IN_QUERY,   /* a query parameter */
  GL_IN_HEADER,  /* a header field */
  GL_IN_PAYLOAD, /* the whole body: a structure or a blob */
  GL_IN_STATUS   /* the status code of the response; only in outputs */
} gl_location;

typedef struct gl_shape gl_shape;

typedef struct gl_member {
  const char *name;
  const gl_shape *shape;
  gl_location location;
  int required;         /* in an output (GL_IN_HEADER only): a success without it is an error */
  const char *header;   /* GL_IN_HEADER: the field's name; otherwise NULL */
  const char *fallback; /* used for an absent or empty value; NULL for none */
} gl_member;

struct gl_shape {
  gl_type type;
  const gl_member *members; /* the members of a GL_STRUCTURE */
  size_t count;             /* number of members */
  const gl_shape *element;  /* the shape of each item of a GL_LIST or each value of a GL_MAP */
  const char *name;         /* of a GL_STRUCTURE, in snake case; for the reference */
  size_t most; /* of a GL_STRING: the most characters, which must be ASCII from space to tilde; 0
                * for any text */
};

typedef struct gl_operation {
  const char *name;        /* "SetVaultNotifications" */
  const char *method_name; /* "set_vault_notifications", as boto3 names the method */
  const char *http_method;
  const char *path;       /* a template with {labels} */
  const char *query;      /* a fixed query; NULL for none */
  const gl_shape *input;  /* always a structure */
  const gl_shape *output; /* a structure; NULL if there is no output */
} gl_operation;

extern const gl_operation gl_operations[];
extern const size_t gl_operations_count;

/* The codes of the modelled exceptions. */
extern const char *const gl_exceptions[];
extern const size_t gl_exceptions_count;

/* Returns the member of a structure that is the whole body, or NULL if there is none. */
const gl_member *gl_shape_payload(const gl_shape *shape);

/* Returns whether an input or output has a JSON body.  An input's body is sent even if it is `{}`.
 */
int gl_shape_has_json(const gl_shape *shape);

#endif
