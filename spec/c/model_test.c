#include "core/model.h"

#include "core/header.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

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

static size_t count_location(const gl_shape *shape, gl_location location) {
  size_t count = 0;
  for (size_t i = 0; shape && i < shape->count; i++)
    count += shape->members[i].location == location;
  return count;
}

static const gl_member *member_of(const gl_shape *shape, const char *name, size_t length) {
  for (size_t i = 0; i < shape->count; i++)
    if (strlen(shape->members[i].name) == length && !memcmp(shape->members[i].name, name, length))
      return &shape->members[i];
  return NULL;
}

/* Returns the operation with that API name. */
static const gl_operation *find_operation(const char *name) {
  for (size_t i = 0; i < gl_operations_count; i++)
    if (!strcmp(gl_operations[i].name, name))
      return &gl_operations[i];
  return NULL;
}

/* ---- operations -------------------------------------------------------------------------- */

static void the_model_has_every_operation_of_the_api(void **state) {
  (void)state;
  static const char *const names[] = {"AbortMultipartUpload",
                                      "AbortVaultLock",
                                      "AddTagsToVault",
                                      "CompleteMultipartUpload",
                                      "CompleteVaultLock",
                                      "CreateVault",
                                      "DeleteArchive",
                                      "DeleteVault",
                                      "DeleteVaultAccessPolicy",
                                      "DeleteVaultNotifications",
                                      "DescribeJob",
                                      "DescribeVault",
                                      "GetDataRetrievalPolicy",
                                      "GetJobOutput",
                                      "GetVaultAccessPolicy",
                                      "GetVaultLock",
                                      "GetVaultNotifications",
                                      "InitiateJob",
                                      "InitiateMultipartUpload",
                                      "InitiateVaultLock",
                                      "ListJobs",
                                      "ListMultipartUploads",
                                      "ListParts",
                                      "ListProvisionedCapacity",
                                      "ListTagsForVault",
                                      "ListVaults",
                                      "PurchaseProvisionedCapacity",
                                      "RemoveTagsFromVault",
                                      "SetDataRetrievalPolicy",
                                      "SetVaultAccessPolicy",
                                      "SetVaultNotifications",
                                      "UploadArchive",
                                      "UploadMultipartPart"};
  assert_int_equal(gl_operations_count, COUNT(names));
  for (size_t i = 0; i < COUNT(names); i++) {
    const gl_operation *operation = find_operation(names[i]);
    assert_non_null(operation);
    assert_string_equal(operation->name, names[i]);
  }
}

/* "SetVaultNotifications" becomes "set_vault_notifications".  No name has two consecutive capitals.
 */
static void a_method_has_the_name_of_its_operation_in_snake_case(void **state) {
  (void)state;
  for (size_t i = 0; i < gl_operations_count; i++) {
    char expected[64];
    size_t length = 0;
    for (const char *letter = gl_operations[i].name; *letter; letter++) {
      if (isupper((unsigned char)*letter) && length > 0)
        expected[length++] = '_';
      expected[length++] = (char)tolower((unsigned char)*letter);
    }
    expected[length] = '\0';
    assert_string_equal(gl_operations[i].method_name, expected);
  }
}

static void the_http_method_follows_from_the_operations_name(void **state) {
  (void)state;
  static const struct {
    const char *prefix, *method;
  } rules[] = {
      {"Abort", "DELETE"},  {"Delete", "DELETE"}, {"Describe", "GET"}, {"Get", "GET"},
      {"List", "GET"},      {"Initiate", "POST"}, {"Add", "POST"},     {"Remove", "POST"},
      {"Complete", "POST"}, {"Purchase", "POST"}, {"Create", "PUT"},   {"Set", "PUT"},
  };
  for (size_t i = 0; i < gl_operations_count; i++)
    for (size_t j = 0; j < COUNT(rules); j++)
      if (!strncmp(gl_operations[i].name, rules[j].prefix, strlen(rules[j].prefix)))
        assert_string_equal(gl_operations[i].http_method, rules[j].method);
}

static void the_labels_of_a_path_are_the_members_in_the_path(void **state) {
  (void)state;
  for (size_t i = 0; i < gl_operations_count; i++) {
    const gl_operation *operation = &gl_operations[i];
    size_t labels = 0;
    assert_memory_equal(operation->path, "/{accountId}/", 13);
    assert_null(strchr(operation->path, '?'));
    for (const char *at = operation->path; (at = strchr(at, '{')) != NULL; labels++) {
      size_t length = strcspn(++at, "}");
      const gl_member *member = member_of(operation->input, at, length);
      assert_int_equal(at[length], '}');
      assert_non_null(member);
      assert_int_equal(member->location, GL_IN_PATH);
    }
    assert_int_equal(labels, count_location(operation->input, GL_IN_PATH));
  }
}

static void only_operations_on_tags_have_a_fixed_query(void **state) {
  (void)state;
  for (size_t i = 0; i < gl_operations_count; i++) {
    const gl_operation *operation = &gl_operations[i];
    if (!strcmp(operation->name, "AddTagsToVault"))
      assert_string_equal(operation->query, "operation=add");
    else if (!strcmp(operation->name, "RemoveTagsFromVault"))
      assert_string_equal(operation->query, "operation=remove");
    else
      assert_null(operation->query);
  }
}

static void only_inputs_with_members_in_the_body_have_a_json_body(void **state) {
  (void)state;
  static const char *const with_body[] = {
      "AddTagsToVault",         "InitiateJob",
      "InitiateVaultLock",      "RemoveTagsFromVault",
      "SetDataRetrievalPolicy", "SetVaultAccessPolicy",
      "SetVaultNotifications",
  };
  size_t found = 0;
  for (size_t i = 0; i < gl_operations_count; i++)
    found += gl_shape_has_json(gl_operations[i].input) != 0;
  assert_int_equal(found, COUNT(with_body));
  for (size_t i = 0; i < COUNT(with_body); i++)
    assert_true(gl_shape_has_json(find_operation(with_body[i])->input));
}

/* ---- members ----------------------------------------------------------------------------- */

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

static void members_outside_the_body_are_strings_of_the_outermost_structure(void **state) {
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

static void the_required_members_of_inputs_are_the_labels_and_the_type_of_a_grantee(void **state) {
  (void)state;
  for (size_t i = 0; i < gl_operations_count; i++) {
    const gl_shape *input = gl_operations[i].input;
    for (size_t j = 0; j < input->count; j++)
      assert_int_equal(input->members[j].required, input->members[j].location == GL_IN_PATH);
  }
  const gl_shape *shape = find_operation("InitiateJob")->input;
  static const char *const path[] = {"jobParameters", "OutputLocation", "S3", "AccessControlList"};
  for (size_t i = 0; i < COUNT(path); i++)
    shape = member_of(shape, path[i], strlen(path[i]))->shape;
  shape = member_of(shape->element, "Grantee", 7)->shape;
  for (size_t i = 0; i < shape->count; i++)
    assert_int_equal(shape->members[i].required, !strcmp(shape->members[i].name, "Type"));
}

static void only_the_account_has_a_fallback(void **state) {
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

/* Validation stores the present members as a set of 64 bits. */
static void check_count(const gl_shape *shape, int is_top) {
  (void)is_top;
  assert_in_range(shape->count, 0, 64);
}

static void no_structure_has_more_than_64_members(void **state) {
  (void)state;
  walk_all(check_count);
}

/* ---- exceptions -------------------------------------------------------------------------- */

static void the_model_has_every_exception_of_the_api_once(void **state) {
  (void)state;
  static const char *const codes[] = {
      "InsufficientCapacityException", "InvalidParameterValueException",
      "LimitExceededException",        "MissingParameterValueException",
      "NoLongerSupportedException",    "PolicyEnforcedException",
      "RequestTimeoutException",       "ResourceNotFoundException",
      "ServiceUnavailableException",
  };
  assert_int_equal(gl_exceptions_count, COUNT(codes));
  for (size_t i = 0; i < COUNT(codes); i++) {
    size_t found = 0;
    for (size_t j = 0; j < gl_exceptions_count; j++)
      found += !strcmp(gl_exceptions[j], codes[i]);
    assert_int_equal(found, 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_model_has_every_operation_of_the_api),
      cmocka_unit_test(a_method_has_the_name_of_its_operation_in_snake_case),
      cmocka_unit_test(the_http_method_follows_from_the_operations_name),
      cmocka_unit_test(the_labels_of_a_path_are_the_members_in_the_path),
      cmocka_unit_test(only_operations_on_tags_have_a_fixed_query),
      cmocka_unit_test(only_inputs_with_members_in_the_body_have_a_json_body),
      cmocka_unit_test(member_names_are_unique_in_their_structure),
      cmocka_unit_test(every_shape_has_only_the_parts_of_its_type),
      cmocka_unit_test(members_outside_the_body_are_strings_of_the_outermost_structure),
      cmocka_unit_test(a_structure_with_a_payload_has_nothing_else_in_the_body),
      cmocka_unit_test(an_output_has_no_members_in_a_path_or_query),
      cmocka_unit_test(a_header_has_a_valid_name_and_one_member),
      cmocka_unit_test(the_required_members_of_inputs_are_the_labels_and_the_type_of_a_grantee),
      cmocka_unit_test(only_the_account_has_a_fallback),
      cmocka_unit_test(the_required_members_of_outputs_are_the_ids_of_what_was_created),
      cmocka_unit_test(no_structure_has_more_than_64_members),
      cmocka_unit_test(the_model_has_every_exception_of_the_api_once),
  };
  return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
