/* An error, in memory that the caller owns: reporting an error allocates nothing.
 *
 * A function of the core that can fail returns 0, or fills the gl_error of its caller and returns
 * the error's kind.  An error of the service is not a gl_error, because its text has no limit.  It
 * stays in the response until the binding raises it. */
#ifndef GL_CORE_ERROR_H
#define GL_CORE_ERROR_H

typedef enum gl_kind {
  GL_OK = 0,
  GL_MEMORY,     /* an allocation failed; `code` is empty */
  GL_VALIDATION, /* the caller's parameters are invalid */
  GL_CONFIG,     /* a setting is invalid: region, endpoint, … */
  GL_CREDENTIALS,
  GL_TRANSPORT /* no valid response arrived */
} gl_kind;

typedef struct gl_error {
  gl_kind kind;
  char code[48];      /* botocore's exception name, such as "ReadTimeoutError" */
  int retryable;      /* whether trying again could help */
  char message[1024]; /* a longer message is cut between two UTF-8 characters */
} gl_error;

/* Fills `error` with a printf-formatted message and makes it not retryable.  Returns `kind`.  The
 * arguments may point into `error` itself. */
int gl_error_set(gl_error *error, gl_kind kind, const char *code, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 4, 5)))
#endif
    ;

/* Fills `error` for a failed allocation; returns GL_MEMORY. */
int gl_error_memory(gl_error *error);

/* Returns the name that Lua sees: "validation", "config", "credentials", "transport" or "memory".
 * For GL_OK it is "". */
const char *gl_kind_name(gl_kind kind);

#endif
