/* What went wrong, in memory that the caller owns: nothing is allocated to fail.
 *
 * Functions of the core that can fail return 0, or the kind of the error after filling the
 * gl_error they were given.  A service's error is not one of these: its text has no bound, so it
 * stays in the response until the binding raises it. */
#ifndef GL_CORE_ERROR_H
#define GL_CORE_ERROR_H

typedef enum gl_kind {
  GL_OK = 0,
  GL_MEMORY,     /* an allocation failed; `code` is empty */
  GL_VALIDATION, /* the caller's parameters */
  GL_CONFIG,     /* settings: region, endpoint, CA bundle */
  GL_CREDENTIALS,
  GL_TRANSPORT /* no whole response came */
} gl_kind;

typedef struct gl_error {
  gl_kind kind;
  char code[48];      /* botocore's exception name, such as "ReadTimeoutError" */
  int retryable;      /* whether trying again could help */
  char message[1024]; /* cut, at a whole UTF-8 character, if longer */
} gl_error;

/* Fills `error` with a printf-formatted message, not retryable; returns `kind`.  The arguments may
 * lie in `error` itself. */
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
