/* The operations and exceptions of the model. */
#include "model.h"

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

/* ---- operations -------------------------------------------------------------------------- */
static const char *const operations[] = {"AbortMultipartUpload",
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

static void the_model_has_every_operation_of_the_api(void **state) {
  (void)state;
  assert_int_equal(gl_operations_count, COUNT(operations));
  for (size_t i = 0; i < COUNT(operations); i++) {
    const gl_operation *operation = find_operation(operations[i]);
    assert_non_null(operation);
    assert_string_equal(operation->name, operations[i]);
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
      {"UploadA", "POST"},  {"UploadM", "PUT"},
  };
  for (size_t i = 0; i < gl_operations_count; i++) {
    size_t matches = 0;
    for (size_t j = 0; j < COUNT(rules); j++)
      if (!strncmp(gl_operations[i].name, rules[j].prefix, strlen(rules[j].prefix))) {
        assert_string_equal(gl_operations[i].http_method, rules[j].method);
        matches++;
      }
    assert_int_equal(matches, 1);
  }
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
  size_t count = 0;
  for (size_t i = 0; i < gl_operations_count; i++)
    count += gl_shape_has_json(gl_operations[i].input) != 0;
  assert_int_equal(count, COUNT(with_body));
  for (size_t i = 0; i < COUNT(with_body); i++)
    assert_true(gl_shape_has_json(find_operation(with_body[i])->input));
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
    size_t count = 0;
    for (size_t j = 0; j < gl_exceptions_count; j++)
      count += !strcmp(gl_exceptions[j], codes[i]);
    assert_int_equal(count, 1);
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
      cmocka_unit_test(the_model_has_every_exception_of_the_api_once),
  };
  return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
