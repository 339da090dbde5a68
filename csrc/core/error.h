/* An error, in memory that the caller owns: reporting one allocates nothing.
 *
 * Functions of the core that can fail return 0, or fill the gl_error that they were given and
 * return its kind.  An error of the service is not a gl_error: its text has no bound, so it stays
 * in the response until the binding raises it. */
#ifndef GL_CORE_ERROR_H
#define GL_CORE_ERROR_H

typedef enum gl_kind {
  GL_OK = 0,
  GL_MEMORY,     /* an allocation failed; `code` is empty */
  GL_VALIDATION, /* the caller's parameters */
  GL_CONFIG,     /* settings: region, endpoint, CA bundle */
  GL_CREDENTIALS,
  GL_TRANSPORT /* no complete response arrived */
} gl_kind;

typedef struct gl_error {
  gl_kind kind;
  char code[48];      /* botocore's exception name, such as "ReadTimeoutError" */
  int retryable;      /* whether trying again could help */
  char message[1024]; /* a longer one is cut between UTF-8 characters */
} gl_error;

/* Fills `error`, which is not retryable, with a printf-formatted message; returns `kind`.  The
 * arguments may point into `error` itself. */
int gl_error_set(gl_error *error, gl_kind kind, const char *code, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 4, 5)))
#endif
    ;

/* Fills `error` for a failed allocation; returns GL_MEMORY. */
int gl_error_memory(gl_error *error);

/* The name that Lua sees: "validation", "config", "credentials", "transport", or "memory";
 * "" for GL_OK. */
const char *gl_kind_name(gl_kind kind);

#endif
