#include "core/waker.h"

#include "directory.h"
#include "unix_socket.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int make_directory(void **state) {
  (void)state;
  return directory_make();
}

/* Fails unless the directory is empty. */
static int remove_directory(void **state) {
  (void)state;
  return rmdir(directory);
}

static gl_waker *new_waker(void) {
  gl_waker *waker = NULL;
  assert_int_equal(gl_waker_new(&waker, directory), 0);
  assert_non_null(waker);
  return waker;
}

/* Returns a started waker and the loop's end of the connection. */
static gl_waker *start_waker(int *connection) {
  gl_waker *waker = new_waker();
  *connection = connect_to(gl_waker_path(waker));
  assert_int_equal(gl_waker_start(waker), 0);
  return waker;
}

/* Reads the byte for a readable descriptor.  A slow test also gets the bytes of idle seconds. */
static void assert_woken(int connection) {
  char byte = GL_WAKER_IDLE;
  for (int i = 0; i < 30 && byte == GL_WAKER_IDLE; i++)
    assert_int_equal(read(connection, &byte, 1), 1);
  assert_int_equal(byte, GL_WAKER_READY);
}

static void a_started_waker_leaves_no_file(void **state) {
  (void)state;
  int connection;
  gl_waker *waker = start_waker(&connection);
  assert_string_equal(gl_waker_path(waker), "");
  assert_int_equal(rmdir(directory), 0);
  assert_int_equal(directory_make(), 0);
  gl_waker_free(waker);
  close(connection);
}

static void a_waker_that_was_not_started_leaves_no_file(void **state) {
  (void)state;
  gl_waker_free(new_waker());
}

static void a_byte_arrives_when_a_watched_descriptor_is_readable(void **state) {
  (void)state;
  int connection, ends[2];
  char byte;
  gl_waker *waker = start_waker(&connection);
  assert_int_equal(pipe(ends), 0);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(gl_waker_watch(waker, ends[0]), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_woken(connection);
    assert_int_equal(read(ends[0], &byte, 1), 1);
  }
  gl_waker_free(waker);
  close(connection);
  close(ends[0]);
  close(ends[1]);
}

static void many_descriptors_are_watched_at_once(void **state) {
  (void)state;
  enum { COUNT = 40 };
  int connection, ends[COUNT][2];
  gl_waker *waker = start_waker(&connection);
  for (int i = 0; i < COUNT; i++) {
    assert_int_equal(pipe(ends[i]), 0);
    assert_int_equal(gl_waker_watch(waker, ends[i][0]), 0);
  }
  for (int i = 0; i < COUNT; i++) {
    assert_int_equal(write(ends[i][1], "x", 1), 1);
    assert_woken(connection);
  }
  gl_waker_free(waker);
  close(connection);
  for (int i = 0; i < COUNT; i++) {
    close(ends[i][0]);
    close(ends[i][1]);
  }
}

static void a_byte_arrives_while_nothing_is_watched(void **state) {
  (void)state;
  int connection;
  char byte;
  gl_waker *waker = start_waker(&connection);
  assert_int_equal(read(connection, &byte, 1), 1);
  assert_int_equal(byte, GL_WAKER_IDLE);
  gl_waker_free(waker);
  close(connection);
}

static void a_byte_arrives_each_second_while_numbers_arrive(void **state) {
  (void)state;
  int connection, ends[2];
  char byte = 0;
  assert_int_equal(pipe(ends), 0);
  gl_waker *waker = start_waker(&connection);
  struct pollfd loop = {.fd = connection, .events = POLLIN};
  for (int i = 0; i < 200 && poll(&loop, 1, 50) == 0; i++)
    assert_int_equal(gl_waker_watch(waker, ends[0]), 0);
  assert_int_equal(recv(connection, &byte, 1, MSG_DONTWAIT), 1);
  assert_int_equal(byte, GL_WAKER_IDLE);
  gl_waker_free(waker);
  close(connection);
  close(ends[0]);
  close(ends[1]);
}

static void the_connection_ends_with_the_waker(void **state) {
  (void)state;
  int connection;
  char byte;
  gl_waker *waker = start_waker(&connection);
  gl_waker_free(waker);
  while (read(connection, &byte, 1) == 1) {
  }
  close(connection);
}

/* The thread ends soon after the connection; until then, it accepts descriptors. */
static void nothing_can_be_watched_after_the_loop_closed_the_connection(void **state) {
  (void)state;
  int connection, ends[2];
  gl_waker *waker = start_waker(&connection);
  assert_int_equal(pipe(ends), 0);
  close(connection);
  while (gl_waker_watch(waker, ends[0]) == 0)
    poll(NULL, 0, 1);
  gl_waker_free(waker);
  close(ends[0]);
  close(ends[1]);
}

static void a_waker_without_a_connection_does_not_start(void **state) {
  (void)state;
  gl_waker *waker = new_waker();
  assert_int_equal(gl_waker_start(waker), -1);
  assert_int_equal(gl_waker_watch(waker, 0), -1);
  gl_waker_free(waker);
}

static void there_is_no_waker_if_the_system_refuses_the_directory(void **state) {
  (void)state;
  char path[256];
  gl_waker *waker;
  memset(path, 'x', sizeof path);
  path[sizeof path - 1] = '\0';
  assert_int_equal(gl_waker_new(&waker, path), 0);
  assert_null(waker);
  assert_int_equal(gl_waker_new(&waker, "/proc/missing"), 0);
  assert_null(waker);
}

static void a_forked_child_leaves_the_waker_to_its_parent(void **state) {
  (void)state;
  int connection, ends[2], status;
  gl_waker *waker = start_waker(&connection), *other = new_waker();
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    int watched = gl_waker_watch(waker, ends[0]);
    gl_waker_free(waker);
    gl_waker_free(other);
    _exit(watched == -1 ? 0 : 1);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  assert_int_equal(gl_waker_watch(waker, ends[0]), 0);
  assert_int_equal(write(ends[1], "x", 1), 1);
  assert_woken(connection);
  close(connect_to(gl_waker_path(other)));
  gl_waker_free(waker);
  gl_waker_free(other);
  close(connection);
  close(ends[0]);
  close(ends[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_started_waker_leaves_no_file),
      cmocka_unit_test(a_waker_that_was_not_started_leaves_no_file),
      cmocka_unit_test(a_byte_arrives_when_a_watched_descriptor_is_readable),
      cmocka_unit_test(many_descriptors_are_watched_at_once),
      cmocka_unit_test(a_byte_arrives_while_nothing_is_watched),
      cmocka_unit_test(a_byte_arrives_each_second_while_numbers_arrive),
      cmocka_unit_test(the_connection_ends_with_the_waker),
      cmocka_unit_test(nothing_can_be_watched_after_the_loop_closed_the_connection),
      cmocka_unit_test(a_waker_without_a_connection_does_not_start),
      cmocka_unit_test(there_is_no_waker_if_the_system_refuses_the_directory),
      cmocka_unit_test(a_forked_child_leaves_the_waker_to_its_parent),
  };
  return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
