/* Tests of eight bytes at a time, for loops that search for rare bytes. */
#ifndef GL_CORE_WORD_H
#define GL_CORE_WORD_H

#include <stdint.h>
#include <string.h>

enum { GL_WORD_SIZE = 8 };

static inline uint64_t gl_word_load(const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

/* Returns a word whose bytes are all `byte`. */
static inline uint64_t gl_word_of(unsigned char byte) {
  return 0x0101010101010101u * byte;
}

/* Returns a value other than 0 if one of the bytes is above 0x7F. */
static inline uint64_t gl_word_has_high(uint64_t word) {
  return word & gl_word_of(0x80);
}

/* Returns a value other than 0 if one of the bytes is below `bound`, which is at most 0x80. */
static inline uint64_t gl_word_has_less(uint64_t word, unsigned char bound) {
  return (word - gl_word_of(bound)) & ~word & gl_word_of(0x80);
}

/* Returns a value other than 0 if one of the bytes is `byte`. */
static inline uint64_t gl_word_has(uint64_t word, unsigned char byte) {
  return gl_word_has_less(word ^ gl_word_of(byte), 1);
}

/* Returns a value other than 0 if one of the bytes is an ASCII control character. */
static inline uint64_t gl_word_has_control(uint64_t word) {
  uint64_t less = word - gl_word_of(0x20);                     /* bit 7 below 0x20 */
  uint64_t del = (word & gl_word_of(0x7F)) + gl_word_of(0x01); /* bit 7 for 0x7F */
  return (less | del) & ~word & gl_word_of(0x80);
}

/* A set of bytes, one bit for each. */
typedef struct gl_byte_set {
  uint32_t bits[8];
} gl_byte_set;

static inline int gl_byte_set_has(const gl_byte_set *set, unsigned char byte) {
  return set->bits[byte >> 5] >> (byte & 31) & 1;
}

#endif
