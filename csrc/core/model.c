#include "core/model.h"

/* ---- how a row is written ---------------------------------------------------------------- */

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define ROW(name, shape, location, required, header, fallback)                                     \
  { #name, &(shape), location, required, header, fallback }
#define BODY(name, shape) ROW(name, shape, GL_IN_BODY, 0, NULL, NULL)
#define REQUIRED(name, shape) ROW(name, shape, GL_IN_BODY, 1, NULL, NULL)
#define PAYLOAD(name, shape) ROW(name, shape, GL_IN_PAYLOAD, 0, NULL, NULL)
#define LABEL(name) ROW(name, STRING, GL_IN_PATH, 1, NULL, NULL)
#define QUERY(name) ROW(name, STRING, GL_IN_QUERY, 0, NULL, NULL)
#define HEADER(name, header) ROW(name, STRING, GL_IN_HEADER, 0, header, NULL)
/* In an input. */
#define ARCHIVE_DESCRIPTION                                                                        \
  ROW(archiveDescription, DESCRIPTION, GL_IN_HEADER, 0, "x-amz-archive-description", NULL)
/* In an output: the ID that is the result of the operation. */
#define REQUIRED_HEADER(name, header) ROW(name, STRING, GL_IN_HEADER, 1, header, NULL)
#define STATUS(name) ROW(name, LONG, GL_IN_STATUS, 0, NULL, NULL)
/* "-" is the account whose keys sign the request. */
#define ACCOUNT_ID ROW(accountId, STRING, GL_IN_PATH, 1, NULL, "-")

#define STRUCTURE(name, ...)                                                                       \
  static const gl_member name##_members[] = {__VA_ARGS__};                                         \
  static const gl_shape name = {GL_STRUCTURE, name##_members, COUNT(name##_members),               \
                                NULL,         #name,          0};
#define LIST(name, of) static const gl_shape name = {GL_LIST, NULL, 0, &(of), NULL, 0};
#define MAP(name, of) static const gl_shape name = {GL_MAP, NULL, 0, &(of), NULL, 0};

static const gl_shape STRING = {GL_STRING, NULL, 0, NULL, NULL, 0};
static const gl_shape LONG = {GL_LONG, NULL, 0, NULL, NULL, 0};
static const gl_shape BOOLEAN = {GL_BOOLEAN, NULL, 0, NULL, NULL, 0};
static const gl_shape BLOB = {GL_BLOB, NULL, 0, NULL, NULL, 0};
/* An archive description has at most 1,024 characters ("Upload Archive", developer guide). */
static const gl_shape DESCRIPTION = {GL_STRING, NULL, 0, NULL, NULL, 1024};

/* ---- shapes ------------------------------------------------------------------------------ */

STRUCTURE(upload_input, ACCOUNT_ID, LABEL(vaultName), LABEL(uploadId))
STRUCTURE(vault_input, ACCOUNT_ID, LABEL(vaultName))
MAP(tag_map, STRING)
STRUCTURE(add_tags_to_vault_input, ACCOUNT_ID, LABEL(vaultName), BODY(Tags, tag_map))
STRUCTURE(complete_multipart_upload_input, ACCOUNT_ID, LABEL(vaultName), LABEL(uploadId),
          HEADER(archiveSize, "x-amz-archive-size"), HEADER(checksum, "x-amz-sha256-tree-hash"))
STRUCTURE(archive_creation_output, HEADER(location, "Location"),
          HEADER(checksum, "x-amz-sha256-tree-hash"),
          REQUIRED_HEADER(archiveId, "x-amz-archive-id"))
STRUCTURE(complete_vault_lock_input, ACCOUNT_ID, LABEL(vaultName), LABEL(lockId))
STRUCTURE(create_vault_output, HEADER(location, "Location"))
STRUCTURE(delete_archive_input, ACCOUNT_ID, LABEL(vaultName), LABEL(archiveId))
STRUCTURE(describe_job_input, ACCOUNT_ID, LABEL(vaultName), LABEL(jobId))
STRUCTURE(inventory_retrieval_job_description, BODY(Format, STRING), BODY(StartDate, STRING),
          BODY(EndDate, STRING), BODY(Limit, STRING), BODY(Marker, STRING))
STRUCTURE(csv_input, BODY(FileHeaderInfo, STRING), BODY(Comments, STRING),
          BODY(QuoteEscapeCharacter, STRING), BODY(RecordDelimiter, STRING),
          BODY(FieldDelimiter, STRING), BODY(QuoteCharacter, STRING))
STRUCTURE(input_serialization, BODY(csv, csv_input))
STRUCTURE(csv_output, BODY(QuoteFields, STRING), BODY(QuoteEscapeCharacter, STRING),
          BODY(RecordDelimiter, STRING), BODY(FieldDelimiter, STRING), BODY(QuoteCharacter, STRING))
STRUCTURE(output_serialization, BODY(csv, csv_output))
STRUCTURE(select_parameters, BODY(InputSerialization, input_serialization),
          BODY(ExpressionType, STRING), BODY(Expression, STRING),
          BODY(OutputSerialization, output_serialization))
STRUCTURE(encryption, BODY(EncryptionType, STRING), BODY(KMSKeyId, STRING),
          BODY(KMSContext, STRING))
STRUCTURE(grantee, REQUIRED(Type, STRING), BODY(DisplayName, STRING), BODY(URI, STRING),
          BODY(ID, STRING), BODY(EmailAddress, STRING))
STRUCTURE(grant, BODY(Grantee, grantee), BODY(Permission, STRING))
LIST(access_control_policy_list, grant)
MAP(hashmap, STRING)
STRUCTURE(s3_location, BODY(BucketName, STRING), BODY(Prefix, STRING), BODY(Encryption, encryption),
          BODY(CannedACL, STRING), BODY(AccessControlList, access_control_policy_list),
          BODY(Tagging, hashmap), BODY(UserMetadata, hashmap), BODY(StorageClass, STRING))
STRUCTURE(output_location, BODY(S3, s3_location))
STRUCTURE(glacier_job_description, BODY(JobId, STRING), BODY(JobDescription, STRING),
          BODY(Action, STRING), BODY(ArchiveId, STRING), BODY(VaultARN, STRING),
          BODY(CreationDate, STRING), BODY(Completed, BOOLEAN), BODY(StatusCode, STRING),
          BODY(StatusMessage, STRING), BODY(ArchiveSizeInBytes, LONG),
          BODY(InventorySizeInBytes, LONG), BODY(SNSTopic, STRING), BODY(CompletionDate, STRING),
          BODY(SHA256TreeHash, STRING), BODY(ArchiveSHA256TreeHash, STRING),
          BODY(RetrievalByteRange, STRING), BODY(Tier, STRING),
          BODY(InventoryRetrievalParameters, inventory_retrieval_job_description),
          BODY(JobOutputPath, STRING), BODY(SelectParameters, select_parameters),
          BODY(OutputLocation, output_location))
STRUCTURE(describe_vault_output, BODY(VaultARN, STRING), BODY(VaultName, STRING),
          BODY(CreationDate, STRING), BODY(LastInventoryDate, STRING), BODY(NumberOfArchives, LONG),
          BODY(SizeInBytes, LONG))
STRUCTURE(account_input, ACCOUNT_ID)
STRUCTURE(data_retrieval_rule, BODY(Strategy, STRING), BODY(BytesPerHour, LONG))
LIST(data_retrieval_rules_list, data_retrieval_rule)
STRUCTURE(data_retrieval_policy, BODY(Rules, data_retrieval_rules_list))
STRUCTURE(get_data_retrieval_policy_output, BODY(Policy, data_retrieval_policy))
STRUCTURE(vault_access_policy, BODY(Policy, STRING))
STRUCTURE(get_vault_access_policy_output, PAYLOAD(policy, vault_access_policy))
STRUCTURE(get_vault_lock_output, BODY(Policy, STRING), BODY(State, STRING),
          BODY(ExpirationDate, STRING), BODY(CreationDate, STRING))
LIST(notification_event_list, STRING)
STRUCTURE(vault_notification_config, BODY(SNSTopic, STRING), BODY(Events, notification_event_list))
STRUCTURE(get_vault_notifications_output,
          PAYLOAD(vaultNotificationConfig, vault_notification_config))
STRUCTURE(inventory_retrieval_job_input, BODY(StartDate, STRING), BODY(EndDate, STRING),
          BODY(Limit, STRING), BODY(Marker, STRING))
STRUCTURE(job_parameters, BODY(Format, STRING), BODY(Type, STRING), BODY(ArchiveId, STRING),
          BODY(Description, STRING), BODY(SNSTopic, STRING), BODY(RetrievalByteRange, STRING),
          BODY(Tier, STRING), BODY(InventoryRetrievalParameters, inventory_retrieval_job_input),
          BODY(SelectParameters, select_parameters), BODY(OutputLocation, output_location))
STRUCTURE(initiate_job_input, ACCOUNT_ID, LABEL(vaultName), PAYLOAD(jobParameters, job_parameters))
STRUCTURE(initiate_job_output, HEADER(location, "Location"), REQUIRED_HEADER(jobId, "x-amz-job-id"),
          HEADER(jobOutputPath, "x-amz-job-output-path"))
STRUCTURE(initiate_multipart_upload_input, ACCOUNT_ID, LABEL(vaultName), ARCHIVE_DESCRIPTION,
          HEADER(partSize, "x-amz-part-size"))
STRUCTURE(initiate_multipart_upload_output, HEADER(location, "Location"),
          REQUIRED_HEADER(uploadId, "x-amz-multipart-upload-id"))
STRUCTURE(vault_lock_policy, BODY(Policy, STRING))
STRUCTURE(initiate_vault_lock_input, ACCOUNT_ID, LABEL(vaultName),
          PAYLOAD(policy, vault_lock_policy))
STRUCTURE(initiate_vault_lock_output, REQUIRED_HEADER(lockId, "x-amz-lock-id"))
STRUCTURE(list_jobs_input, ACCOUNT_ID, LABEL(vaultName), QUERY(limit), QUERY(marker),
          QUERY(statuscode), QUERY(completed))
LIST(job_list, glacier_job_description)
STRUCTURE(list_jobs_output, BODY(JobList, job_list), BODY(Marker, STRING))
STRUCTURE(list_multipart_uploads_input, ACCOUNT_ID, LABEL(vaultName), QUERY(marker), QUERY(limit))
STRUCTURE(upload_list_element, BODY(MultipartUploadId, STRING), BODY(VaultARN, STRING),
          BODY(ArchiveDescription, STRING), BODY(PartSizeInBytes, LONG), BODY(CreationDate, STRING))
LIST(uploads_list, upload_list_element)
STRUCTURE(list_multipart_uploads_output, BODY(UploadsList, uploads_list), BODY(Marker, STRING))
STRUCTURE(list_parts_input, ACCOUNT_ID, LABEL(vaultName), LABEL(uploadId), QUERY(marker),
          QUERY(limit))
STRUCTURE(part_list_element, BODY(RangeInBytes, STRING), BODY(SHA256TreeHash, STRING))
LIST(part_list, part_list_element)
STRUCTURE(list_parts_output, BODY(MultipartUploadId, STRING), BODY(VaultARN, STRING),
          BODY(ArchiveDescription, STRING), BODY(PartSizeInBytes, LONG), BODY(CreationDate, STRING),
          BODY(Parts, part_list), BODY(Marker, STRING))
STRUCTURE(provisioned_capacity_description, BODY(CapacityId, STRING), BODY(StartDate, STRING),
          BODY(ExpirationDate, STRING))
LIST(provisioned_capacity_list, provisioned_capacity_description)
STRUCTURE(list_provisioned_capacity_output,
          BODY(ProvisionedCapacityList, provisioned_capacity_list))
STRUCTURE(list_tags_for_vault_output, BODY(Tags, tag_map))
STRUCTURE(list_vaults_input, ACCOUNT_ID, QUERY(marker), QUERY(limit))
LIST(vault_list, describe_vault_output)
STRUCTURE(list_vaults_output, BODY(VaultList, vault_list), BODY(Marker, STRING))
STRUCTURE(purchase_provisioned_capacity_output, REQUIRED_HEADER(capacityId, "x-amz-capacity-id"))
LIST(tag_key_list, STRING)
STRUCTURE(remove_tags_from_vault_input, ACCOUNT_ID, LABEL(vaultName), BODY(TagKeys, tag_key_list))
STRUCTURE(set_data_retrieval_policy_input, ACCOUNT_ID, BODY(Policy, data_retrieval_policy))
STRUCTURE(set_vault_access_policy_input, ACCOUNT_ID, LABEL(vaultName),
          PAYLOAD(policy, vault_access_policy))
STRUCTURE(set_vault_notifications_input, ACCOUNT_ID, LABEL(vaultName),
          PAYLOAD(vaultNotificationConfig, vault_notification_config))

STRUCTURE(get_job_output_input, ACCOUNT_ID, LABEL(vaultName), LABEL(jobId), HEADER(range, "Range"))
STRUCTURE(get_job_output_output, PAYLOAD(body, BLOB), HEADER(checksum, "x-amz-sha256-tree-hash"),
          STATUS(status), HEADER(contentRange, "Content-Range"),
          HEADER(acceptRanges, "Accept-Ranges"), HEADER(contentType, "Content-Type"),
          HEADER(archiveDescription, "x-amz-archive-description"))
STRUCTURE(upload_archive_input, LABEL(vaultName), ACCOUNT_ID, ARCHIVE_DESCRIPTION,
          HEADER(checksum, "x-amz-sha256-tree-hash"), PAYLOAD(body, BLOB))
STRUCTURE(upload_multipart_part_input, ACCOUNT_ID, LABEL(vaultName), LABEL(uploadId),
          HEADER(checksum, "x-amz-sha256-tree-hash"), HEADER(range, "Content-Range"),
          PAYLOAD(body, BLOB))
STRUCTURE(upload_multipart_part_output, HEADER(checksum, "x-amz-sha256-tree-hash"))

/* ---- operations -------------------------------------------------------------------------- */

const gl_operation gl_operations[] = {
    {"AbortMultipartUpload", "abort_multipart_upload", "DELETE",
     "/{accountId}/vaults/{vaultName}/multipart-uploads/{uploadId}", NULL, &upload_input, NULL},
    {"AbortVaultLock", "abort_vault_lock", "DELETE", "/{accountId}/vaults/{vaultName}/lock-policy",
     NULL, &vault_input, NULL},
    {"AddTagsToVault", "add_tags_to_vault", "POST", "/{accountId}/vaults/{vaultName}/tags",
     "operation=add", &add_tags_to_vault_input, NULL},
    {"CompleteMultipartUpload", "complete_multipart_upload", "POST",
     "/{accountId}/vaults/{vaultName}/multipart-uploads/{uploadId}", NULL,
     &complete_multipart_upload_input, &archive_creation_output},
    {"CompleteVaultLock", "complete_vault_lock", "POST",
     "/{accountId}/vaults/{vaultName}/lock-policy/{lockId}", NULL, &complete_vault_lock_input,
     NULL},
    {"CreateVault", "create_vault", "PUT", "/{accountId}/vaults/{vaultName}", NULL, &vault_input,
     &create_vault_output},
    {"DeleteArchive", "delete_archive", "DELETE",
     "/{accountId}/vaults/{vaultName}/archives/{archiveId}", NULL, &delete_archive_input, NULL},
    {"DeleteVault", "delete_vault", "DELETE", "/{accountId}/vaults/{vaultName}", NULL, &vault_input,
     NULL},
    {"DeleteVaultAccessPolicy", "delete_vault_access_policy", "DELETE",
     "/{accountId}/vaults/{vaultName}/access-policy", NULL, &vault_input, NULL},
    {"DeleteVaultNotifications", "delete_vault_notifications", "DELETE",
     "/{accountId}/vaults/{vaultName}/notification-configuration", NULL, &vault_input, NULL},
    {"DescribeJob", "describe_job", "GET", "/{accountId}/vaults/{vaultName}/jobs/{jobId}", NULL,
     &describe_job_input, &glacier_job_description},
    {"DescribeVault", "describe_vault", "GET", "/{accountId}/vaults/{vaultName}", NULL,
     &vault_input, &describe_vault_output},
    {"GetDataRetrievalPolicy", "get_data_retrieval_policy", "GET",
     "/{accountId}/policies/data-retrieval", NULL, &account_input,
     &get_data_retrieval_policy_output},
    {"GetJobOutput", "get_job_output", "GET", "/{accountId}/vaults/{vaultName}/jobs/{jobId}/output",
     NULL, &get_job_output_input, &get_job_output_output},
    {"GetVaultAccessPolicy", "get_vault_access_policy", "GET",
     "/{accountId}/vaults/{vaultName}/access-policy", NULL, &vault_input,
     &get_vault_access_policy_output},
    {"GetVaultLock", "get_vault_lock", "GET", "/{accountId}/vaults/{vaultName}/lock-policy", NULL,
     &vault_input, &get_vault_lock_output},
    {"GetVaultNotifications", "get_vault_notifications", "GET",
     "/{accountId}/vaults/{vaultName}/notification-configuration", NULL, &vault_input,
     &get_vault_notifications_output},
    {"InitiateJob", "initiate_job", "POST", "/{accountId}/vaults/{vaultName}/jobs", NULL,
     &initiate_job_input, &initiate_job_output},
    {"InitiateMultipartUpload", "initiate_multipart_upload", "POST",
     "/{accountId}/vaults/{vaultName}/multipart-uploads", NULL, &initiate_multipart_upload_input,
     &initiate_multipart_upload_output},
    {"InitiateVaultLock", "initiate_vault_lock", "POST",
     "/{accountId}/vaults/{vaultName}/lock-policy", NULL, &initiate_vault_lock_input,
     &initiate_vault_lock_output},
    {"ListJobs", "list_jobs", "GET", "/{accountId}/vaults/{vaultName}/jobs", NULL, &list_jobs_input,
     &list_jobs_output},
    {"ListMultipartUploads", "list_multipart_uploads", "GET",
     "/{accountId}/vaults/{vaultName}/multipart-uploads", NULL, &list_multipart_uploads_input,
     &list_multipart_uploads_output},
    {"ListParts", "list_parts", "GET",
     "/{accountId}/vaults/{vaultName}/multipart-uploads/{uploadId}", NULL, &list_parts_input,
     &list_parts_output},
    {"ListProvisionedCapacity", "list_provisioned_capacity", "GET",
     "/{accountId}/provisioned-capacity", NULL, &account_input, &list_provisioned_capacity_output},
    {"ListTagsForVault", "list_tags_for_vault", "GET", "/{accountId}/vaults/{vaultName}/tags", NULL,
     &vault_input, &list_tags_for_vault_output},
    {"ListVaults", "list_vaults", "GET", "/{accountId}/vaults", NULL, &list_vaults_input,
     &list_vaults_output},
    {"PurchaseProvisionedCapacity", "purchase_provisioned_capacity", "POST",
     "/{accountId}/provisioned-capacity", NULL, &account_input,
     &purchase_provisioned_capacity_output},
    {"RemoveTagsFromVault", "remove_tags_from_vault", "POST",
     "/{accountId}/vaults/{vaultName}/tags", "operation=remove", &remove_tags_from_vault_input,
     NULL},
    {"SetDataRetrievalPolicy", "set_data_retrieval_policy", "PUT",
     "/{accountId}/policies/data-retrieval", NULL, &set_data_retrieval_policy_input, NULL},
    {"SetVaultAccessPolicy", "set_vault_access_policy", "PUT",
     "/{accountId}/vaults/{vaultName}/access-policy", NULL, &set_vault_access_policy_input, NULL},
    {"SetVaultNotifications", "set_vault_notifications", "PUT",
     "/{accountId}/vaults/{vaultName}/notification-configuration", NULL,
     &set_vault_notifications_input, NULL},
    {"UploadArchive", "upload_archive", "POST", "/{accountId}/vaults/{vaultName}/archives", NULL,
     &upload_archive_input, &archive_creation_output},
    {"UploadMultipartPart", "upload_multipart_part", "PUT",
     "/{accountId}/vaults/{vaultName}/multipart-uploads/{uploadId}", NULL,
     &upload_multipart_part_input, &upload_multipart_part_output},
};
const size_t gl_operations_count = COUNT(gl_operations);

const char *const gl_exceptions[] = {
    "InsufficientCapacityException", "InvalidParameterValueException",
    "LimitExceededException",        "MissingParameterValueException",
    "NoLongerSupportedException",    "PolicyEnforcedException",
    "RequestTimeoutException",       "ResourceNotFoundException",
    "ServiceUnavailableException",
};
const size_t gl_exceptions_count = COUNT(gl_exceptions);

const gl_member *gl_shape_payload(const gl_shape *shape) {
  for (size_t i = 0; i < shape->count; i++)
    if (shape->members[i].location == GL_IN_PAYLOAD)
      return &shape->members[i];
  return NULL;
}

int gl_shape_has_json(const gl_shape *shape) {
  const gl_member *payload = gl_shape_payload(shape);
  if (payload)
    return payload->shape->type != GL_BLOB;
  for (size_t i = 0; i < shape->count; i++)
    if (shape->members[i].location == GL_IN_BODY)
      return 1;
  return 0;
}
