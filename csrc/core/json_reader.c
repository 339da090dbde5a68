#include "core/json_reader.h"

#include <inttypes.h>
#include <string.h>

/* What the grammar allows next.  A zeroed reader expects a value. */
enum { VALUE, FIRST_VALUE, KEY, FIRST_KEY, COLON, COMMA };

/* What is being read. */
enum { NO_TOKEN, STRING, NUMBER, WORD };

/* The states of a number (section 6), by the byte that was read last. */
enum { SIGN, ZERO, INTEGER, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, EXPONENT_DIGIT, NO_NUMBER };

/* Fills `error` for the byte at `at`.  `from` is the byte at the reader's position.  `why` is NULL
 * if an allocation failed. */
static gl_json_event set_error(gl_json_reader *reader, const char *from, const char *at,
                               const char *why, gl_error *error) {
  uint64_t byte = reader->position + (uint64_t)(at - from) + 1;
  if (why)
    gl_error_set(error, GL_TRANSPORT, "ResponseParserError", "invalid JSON at byte %" PRIu64 ": %s",
                 byte, why);
  else
    gl_error_memory(error);
  return GL_JSON_FAILED;
}

/* ---- objects and arrays ------------------------------------------------------------------ */

static unsigned char *level_byte(gl_json_reader *reader) {
  return &reader->is_object[(reader->depth - 1) / 8];
}

static unsigned char level_bit(const gl_json_reader *reader) {
  return (unsigned char)(1u << (reader->depth - 1) % 8);
}

static int in_object(gl_json_reader *reader) {
  return reader->depth && *level_byte(reader) & level_bit(reader);
}

/* Opens a level.  The caller has checked the depth. */
static gl_json_event open_level(gl_json_reader *reader, int is_object) {
  reader->depth++;
  if (is_object)
    *level_byte(reader) |= level_bit(reader);
  else
    *level_byte(reader) &= (unsigned char)~level_bit(reader);
  reader->expected = is_object ? FIRST_KEY : FIRST_VALUE;
  return is_object ? GL_JSON_OBJECT : GL_JSON_ARRAY;
}

static gl_json_event close_level(gl_json_reader *reader) {
  gl_json_event event = in_object(reader) ? GL_JSON_OBJECT_END : GL_JSON_ARRAY_END;
  reader->depth--;
  reader->expected = COMMA;
  return event;
}

/* ---- tokens ------------------------------------------------------------------------------ */

static gl_json_event end_value(gl_json_reader *reader, gl_json_event event) {
  reader->token = NO_TOKEN;
  reader->expected = COMMA;
  return event;
}

static gl_json_event read_string(gl_json_reader *reader, const char **at, const char *end,
                                 gl_error *error) {
  const char *from = *at, *why = NULL;
  switch (gl_json_text_read(&reader->text, at, end, &why)) {
  case GL_JSON_TEXT_FAILED:
    return set_error(reader, from, *at, why, error);
  case GL_JSON_TEXT_MORE:
    return GL_JSON_MORE;
  case GL_JSON_TEXT_END:
    break;
  }
  int is_key = reader->expected == KEY || reader->expected == FIRST_KEY;
  end_value(reader, GL_JSON_STRING);
  if (is_key)
    reader->expected = COLON;
  return is_key ? GL_JSON_KEY : GL_JSON_STRING;
}

static int number_after(int state, char byte) {
  int is_digit = byte >= '0' && byte <= '9', is_exponent = byte == 'e' || byte == 'E';
  switch (state) {
  case SIGN:
    return byte == '0' ? ZERO : is_digit ? INTEGER : NO_NUMBER;
  case ZERO:
  case INTEGER:
    if (state == INTEGER && is_digit)
      return INTEGER;
    return byte == '.' ? POINT : is_exponent ? EXPONENT : NO_NUMBER;
  case POINT:
    return is_digit ? FRACTION : NO_NUMBER;
  case FRACTION:
    return is_digit ? FRACTION : is_exponent ? EXPONENT : NO_NUMBER;
  case EXPONENT:
    return is_digit ? EXPONENT_DIGIT : byte == '+' || byte == '-' ? EXPONENT_SIGN : NO_NUMBER;
  default:
    return is_digit ? EXPONENT_DIGIT : NO_NUMBER;
  }
}

static int may_end(int state) {
  return state == ZERO || state == INTEGER || state == FRACTION || state == EXPONENT_DIGIT;
}

/* Continues to read a number.  Only the byte after it shows where it ends. */
static gl_json_event read_number(gl_json_reader *reader, const char **at, const char *end,
                                 gl_error *error) {
  const char *from = *at, *why = "expected a digit";
  int state = reader->number;
  for (; *at < end && state != NO_NUMBER; ++*at) {
    reader->number = state;
    state = number_after(state, **at);
    if (state == NO_NUMBER)
      break;
  }
  if (state == NO_NUMBER && !may_end(reader->number))
    return set_error(reader, from, *at, why, error);
  if (gl_json_text_append(&reader->text, from, (size_t)(*at - from), &why) == GL_JSON_TEXT_FAILED)
    return set_error(reader, from, *at, why, error);
  if (state == NO_NUMBER)
    return end_value(reader, GL_JSON_NUMBER);
  reader->number = state;
  return GL_JSON_MORE;
}

static gl_json_event read_word(gl_json_reader *reader, const char **at, const char *end,
                               gl_error *error) {
  const char *from = *at;
  for (; *reader->word; reader->word++, ++*at) {
    if (*at == end)
      return GL_JSON_MORE;
    if (**at != *reader->word)
      return set_error(reader, from, *at, "expected true, false or null", error);
  }
  return end_value(reader, reader->word_event);
}

static gl_json_event read_token(gl_json_reader *reader, const char **at, const char *end,
                                gl_error *error) {
  if (reader->token == STRING)
    return read_string(reader, at, end, error);
  return reader->token == NUMBER ? read_number(reader, at, end, error)
                                 : read_word(reader, at, end, error);
}

/* If `first` is the first byte of "true", "false" or "null", begins that word and returns 1. */
static int begin_word(gl_json_reader *reader, char first) {
  static const struct {
    const char *word;
    gl_json_event event;
  } words[] = {{"true", GL_JSON_TRUE}, {"false", GL_JSON_FALSE}, {"null", GL_JSON_NULL}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (*words[i].word != first)
      continue;
    reader->word = words[i].word;
    reader->word_event = words[i].event;
    reader->token = WORD;
    return 1;
  }
  return 0;
}

/* Begins a string, a number or a word at this byte.  Returns the number of bytes that were read, or
 * -1.  A quote or a minus sign is read here; any other byte is read with the rest of the token. */
static int begin_token(gl_json_reader *reader, char byte, const char **why) {
  int is_key = reader->expected == KEY || reader->expected == FIRST_KEY;
  gl_json_text_begin(&reader->text);
  if (byte == '"') {
    reader->token = STRING;
    return 1;
  }
  *why = is_key ? "expected a member's name" : "expected a value";
  if (is_key)
    return -1;
  if (begin_word(reader, byte))
    return 0;
  int is_minus = byte == '-';
  if (!is_minus && (byte < '0' || byte > '9'))
    return -1;
  reader->token = NUMBER;
  reader->number = SIGN;
  if (is_minus && gl_json_text_append(&reader->text, "-", 1, why) == GL_JSON_TEXT_FAILED)
    return -1;
  return is_minus;
}

/* ---- between tokens ---------------------------------------------------------------------- */

static const char *skip_space(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
    at++;
  return at;
}

/* Reads the comma or colon that is expected.  Returns 0, or -1 for any other byte. */
static int read_separator(gl_json_reader *reader, char byte, const char **why) {
  int is_object = in_object(reader);
  if (reader->expected == COLON) {
    *why = "expected ':'";
    reader->expected = VALUE;
    return byte == ':' ? 0 : -1;
  }
  *why = !reader->depth ? "expected nothing after the document"
         : is_object    ? "expected ',' or '}'"
                        : "expected ',' or ']'";
  reader->expected = is_object ? KEY : VALUE;
  return reader->depth && byte == ',' ? 0 : -1;
}

/* Returns whether the byte closes the open level and may do so here. */
static int ends_level(gl_json_reader *reader, char byte) {
  if (!reader->depth || byte != (in_object(reader) ? '}' : ']'))
    return 0;
  return reader->expected == COMMA || reader->expected == FIRST_KEY ||
         reader->expected == FIRST_VALUE;
}

/* Reads from the byte at `*at`, which is not white space between tokens.  Returns an event, or
 * GL_JSON_MORE if there is none yet. */
static gl_json_event step(gl_json_reader *reader, const char **at, const char *end,
                          gl_error *error) {
  const char *from = *at, *why = NULL;
  char byte = **at;
  int read = 1;
  if (reader->token != NO_TOKEN)
    return read_token(reader, at, end, error);
  if (ends_level(reader, byte))
    return ++*at, close_level(reader);
  if (reader->expected == COLON || reader->expected == COMMA) {
    read = read_separator(reader, byte, &why) ? -1 : 1;
  } else if ((byte == '{' || byte == '[') && reader->expected <= FIRST_VALUE) {
    why = "objects and arrays are nested too deeply";
    if (reader->depth < GL_JSON_MAX_DEPTH)
      return ++*at, open_level(reader, byte == '{');
    read = -1;
  } else {
    read = begin_token(reader, byte, &why);
  }
  if (read < 0)
    return set_error(reader, from, from, why, error);
  *at += read;
  return GL_JSON_MORE;
}

gl_json_event gl_json_read(gl_json_reader *reader, const char **at, const char *end,
                           gl_error *error) {
  gl_json_event event = GL_JSON_MORE;
  while (event == GL_JSON_MORE) {
    const char *from = *at;
    if (reader->token == NO_TOKEN)
      *at = skip_space(from, end);
    reader->position += (uint64_t)(*at - from);
    if (*at == end)
      break;
    from = *at;
    event = step(reader, at, end, error);
    reader->position += (uint64_t)(*at - from);
  }
  return event;
}

int gl_json_is_whole(const gl_json_reader *reader) {
  return !reader->depth && reader->token == NO_TOKEN && reader->expected == COMMA;
}

void gl_json_reader_clear(gl_json_reader *reader) {
  gl_buf_clear(&reader->text.bytes);
  *reader = (gl_json_reader){0};
}
