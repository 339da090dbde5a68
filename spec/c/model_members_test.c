/* The members of the model's inputs and outputs. */
#include "model.h"

#include "core/header.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

typedef void (*shape_check)(const gl_shape *shape, int is_top);

/* Runs the check on a shape and on every shape inside it. */
static void walk(const gl_shape *shape, int is_top, shape_check check) {
  check(shape, is_top);
  for (size_t i = 0; i < shape->count; i++)
    walk(shape->members[i].shape, 0, check);
  if (shape->element)
    walk(shape->element, 0, check);
}

static void walk_all(shape_check check) {
  for (size_t i = 0; i < gl_operations_count; i++) {
    walk(gl_operations[i].input, 1, check);
    if (gl_operations[i].output)
      walk(gl_operations[i].output, 1, check);
  }
}

static void check_names(const gl_shape *shape, int is_top) {
  (void)is_top;
  for (size_t i = 0; i < shape->count; i++)
    assert_ptr_equal(member_of(shape, shape->members[i].name, strlen(shape->members[i].name)),
                     &shape->members[i]);
}

static void member_names_are_unique_in_their_structure(void **state) {
  (void)state;
  walk_all(check_names);
}

static void check_kind(const gl_shape *shape, int is_top) {
  if (is_top)
    assert_int_equal(shape->type, GL_STRUCTURE);
  if (shape->type == GL_STRUCTURE)
    assert_true(shape->count > 0 && shape->members && !shape->element);
  else
    assert_true(shape->count == 0 && !shape->members);
  assert_int_equal(shape->element != NULL, shape->type == GL_LIST || shape->type == GL_MAP);
  if (shape->type == GL_MAP)
    assert_int_equal(shape->element->type, GL_STRING);
}

static void every_shape_has_only_the_parts_of_its_type(void **state) {
  (void)state;
  walk_all(check_kind);
}

static void check_locations(const gl_shape *shape, int is_top) {
  for (size_t i = 0; i < shape->count; i++) {
    const gl_member *member = &shape->members[i];
    if (!is_top)
      assert_int_equal(member->location, GL_IN_BODY);
    if (member->location == GL_IN_PAYLOAD)
      assert_true(member->shape->type == GL_STRUCTURE || member->shape->type == GL_BLOB);
    else if (member->location == GL_IN_STATUS)
      assert_int_equal(member->shape->type, GL_LONG);
    else if (member->location != GL_IN_BODY)
      assert_int_equal(member->shape->type, GL_STRING);
    assert_int_equal(member->header != NULL, member->location == GL_IN_HEADER);
  }
}

static void members_outside_the_body_belong_to_the_outermost_structure(void **state) {
  (void)state;
  walk_all(check_locations);
}

static void a_structure_with_a_payload_has_nothing_else_in_the_body(void **state) {
  (void)state;
  for (size_t i = 0; i < gl_operations_count; i++) {
    const gl_shape *shapes[] = {gl_operations[i].input, gl_operations[i].output};
    for (size_t j = 0; j < 2; j++) {
      size_t payloads = count_location(shapes[j], GL_IN_PAYLOAD);
      assert_true(payloads <= 1);
      assert_true(payloads == 0 || count_location(shapes[j], GL_IN_BODY) == 0);
    }
  }
}

static void an_output_has_no_members_in_a_path_or_query(void **state) {
  (void)state;
  for (size_t i = 0; i < gl_operations_count; i++) {
    assert_int_equal(count_location(gl_operations[i].output, GL_IN_PATH), 0);
    assert_int_equal(count_location(gl_operations[i].output, GL_IN_QUERY), 0);
  }
}

static void a_header_has_a_valid_name_and_one_member(void **state) {
  (void)state;
  for (size_t i = 0; i < gl_operations_count; i++) {
    const gl_shape *shapes[] = {gl_operations[i].input, gl_operations[i].output};
    for (size_t j = 0; j < 2; j++) {
      gl_headers seen = {0};
      for (size_t k = 0; shapes[j] && k < shapes[j]->count; k++) {
        const char *name = shapes[j]->members[k].header;
        if (!name)
          continue;
        assert_null(gl_headers_get(&seen, name));
        assert_int_equal(gl_headers_add(&seen, name, strlen(name), "", 0), 0);
      }
      gl_headers_clear(&seen);
    }
  }
}

static size_t required_inside; /* the number of required members of inner structures */

static void count_required(const gl_shape *shape, int is_top) {
  for (size_t i = 0; !is_top && i < shape->count; i++)
    required_inside += shape->members[i].required != 0;
}

static void the_required_members_of_inputs_are_the_labels_and_the_type_of_a_grantee(void **state) {
  (void)state;
  for (size_t i = 0; i < gl_operations_count; i++) {
    const gl_shape *input = gl_operations[i].input;
    for (size_t j = 0; j < input->count; j++)
      assert_int_equal(input->members[j].required, input->members[j].location == GL_IN_PATH);
    walk(input, 1, count_required);
  }
  assert_int_equal(required_inside, 1);
  const gl_shape *shape = find_operation("InitiateJob")->input;
  static const char *const path[] = {"jobParameters", "OutputLocation", "S3", "AccessControlList"};
  for (size_t i = 0; i < COUNT(path); i++)
    shape = member_of(shape, path[i], strlen(path[i]))->shape;
  shape = member_of(shape->element, "Grantee", 7)->shape;
  for (size_t i = 0; i < shape->count; i++)
    assert_int_equal(shape->members[i].required, !strcmp(shape->members[i].name, "Type"));
}

static void only_the_account_has_a_default(void **state) {
  (void)state;
  for (size_t i = 0; i < gl_operations_count; i++) {
    const gl_shape *input = gl_operations[i].input;
    assert_string_equal(member_of(input, "accountId", 9)->fallback, "-");
    for (size_t j = 0; j < input->count; j++)
      if (strcmp(input->members[j].name, "accountId"))
        assert_null(input->members[j].fallback);
  }
}

static void the_required_members_of_outputs_are_the_ids_of_what_was_created(void **state) {
  (void)state;
  static const struct {
    const char *operation, *member;
  } required[] = {
      {"CompleteMultipartUpload", "archiveId"},      {"InitiateJob", "jobId"},
      {"InitiateMultipartUpload", "uploadId"},       {"InitiateVaultLock", "lockId"},
      {"PurchaseProvisionedCapacity", "capacityId"}, {"UploadArchive", "archiveId"},
  };
  size_t count = 0;
  for (size_t i = 0; i < gl_operations_count; i++) {
    const gl_shape *output = gl_operations[i].output;
    for (size_t j = 0; output && j < output->count; j++)
      count += output->members[j].required != 0;
  }
  assert_int_equal(count, COUNT(required));
  for (size_t i = 0; i < COUNT(required); i++) {
    const char *name = required[i].member;
    const gl_shape *output = find_operation(required[i].operation)->output;
    const gl_member *member = member_of(output, name, strlen(name));
    assert_true(member->required);
    assert_int_equal(member->location, GL_IN_HEADER);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(member_names_are_unique_in_their_structure),
      cmocka_unit_test(every_shape_has_only_the_parts_of_its_type),
      cmocka_unit_test(members_outside_the_body_belong_to_the_outermost_structure),
      cmocka_unit_test(a_structure_with_a_payload_has_nothing_else_in_the_body),
      cmocka_unit_test(an_output_has_no_members_in_a_path_or_query),
      cmocka_unit_test(a_header_has_a_valid_name_and_one_member),
      cmocka_unit_test(the_required_members_of_inputs_are_the_labels_and_the_type_of_a_grantee),
      cmocka_unit_test(only_the_account_has_a_default),
      cmocka_unit_test(the_required_members_of_outputs_are_the_ids_of_what_was_created),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
