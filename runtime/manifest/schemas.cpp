#include "runtime/manifest/schema.hpp"

namespace codius::runtime {

namespace {

using kind = schema::kind;
constexpr bool required = true;
constexpr bool optional = false;

/// The library's `[1-9][0-9]*` is not anchored: one digit that is not zero, anywhere, will do.
bool has_digit_1_to_9(std::string_view text) {
  return text.find_first_of("123456789") != std::string_view::npos;
}

bool is_host_port(std::string_view text) { return text.empty() || is_port_text(text); }

constexpr schema text{.what = kind::text};
constexpr schema boolean{.what = kind::boolean};
constexpr schema small{.what = kind::choice, .only = "small"};
constexpr schema private_sha256{.what = kind::choice, .only = "private:sha256"};
constexpr schema command{.what = kind::list, .element = &text};

// The library's manifest.

constexpr schema library_port{.what = kind::text, .pattern = has_digit_1_to_9};
constexpr schema library_environment{.what = kind::map, .element = &text};
constexpr schema_field library_container_fields[] = {
  {"id", required, &text},
  {"image", required, &text},
  {"command", optional, &command},
  {"workdir", optional, &text},
  {"environment", optional, &library_environment},
};
constexpr schema library_container{.what = kind::record, .fields = library_container_fields};
constexpr schema library_containers{
  .what = kind::list, .min_items = 1, .element = &library_container};
constexpr schema_field library_var_fields[] = {
  {"encoding", optional, &private_sha256},
  {"value", required, &text},
  {"description", optional, &text},
};
constexpr schema library_var{.what = kind::record, .fields = library_var_fields};
constexpr schema library_vars{.what = kind::map, .element = &library_var};
constexpr schema_field library_manifest_fields[] = {
  {"name", required, &text},
  {"version", required, &text},
  {"port", optional, &library_port},
  {"machine", optional, &small},
  {"containers", required, &library_containers},
  {"vars", optional, &library_vars},
  {"debug", optional, &boolean},
};
constexpr schema library_manifest{.what = kind::record, .fields = library_manifest_fields};

constexpr schema_field private_var_fields[] = {
  {"nonce", required, &text},
  {"value", required, &text},
};
constexpr schema private_var{.what = kind::record, .fields = private_var_fields};
constexpr schema private_vars{.what = kind::map, .element = &private_var};
constexpr schema_field private_part_fields[] = {{"vars", optional, &private_vars}};
constexpr schema private_part{.what = kind::record, .fields = private_part_fields};

constexpr schema_field complete_fields[] = {
  {"manifest", required, &library_manifest},
  {"private", optional, &private_part},
};

// The two files that a manifest is generated from.

constexpr schema_field codius_file_fields[] = {{"manifest", required, &library_manifest}};

constexpr schema_field file_public_var_fields[] = {
  {"value", required, &text},
  {"description", optional, &text},
};
constexpr schema file_public_var{.what = kind::record, .fields = file_public_var_fields};
constexpr schema file_public_vars{.what = kind::map, .element = &file_public_var};
constexpr schema_field file_private_var_fields[] = {{"value", required, &text}};
constexpr schema file_private_var{.what = kind::record, .fields = file_private_var_fields};
constexpr schema file_private_vars{.what = kind::map, .element = &file_private_var};
constexpr schema_field file_vars_fields[] = {
  {"public", optional, &file_public_vars},
  {"private", optional, &file_private_vars},
};
constexpr schema file_vars{.what = kind::record, .fields = file_vars_fields, .open = true};
constexpr schema_field vars_file_fields[] = {{"vars", required, &file_vars}};

// What a host takes: a port that works, no descriptions, no name that JavaScript would drop.

constexpr schema host_port{
  .what = kind::text,
  .pattern = is_host_port,
  .expects = "must be a decimal number from 1 to 65535 in a string, without sign, blanks or "
             "leading zeros; leave it out for a pod that serves nothing"};
constexpr schema host_environment{.what = kind::map, .element = &text, .refuse_proto = true};
constexpr schema_field host_container_fields[] = {
  {"id", required, &text},
  {"image", required, &text},
  {"command", optional, &command},
  {"workdir", optional, &text},
  {"environment", optional, &host_environment},
};
constexpr schema host_container{.what = kind::record, .fields = host_container_fields};
constexpr schema host_containers{.what = kind::list, .min_items = 1, .element = &host_container};
constexpr schema_field host_var_fields[] = {
  {"encoding", optional, &private_sha256},
  {"value", required, &text},
};
constexpr schema host_var{.what = kind::record, .fields = host_var_fields};
constexpr schema host_vars{.what = kind::map, .element = &host_var, .refuse_proto = true};
constexpr schema_field host_manifest_fields[] = {
  {"name", required, &text},
  {"version", required, &text},
  {"port", optional, &host_port},
  {"machine", optional, &small},
  {"containers", required, &host_containers},
  {"vars", optional, &host_vars},
  {"debug", optional, &boolean},
};
constexpr schema host_manifest{.what = kind::record, .fields = host_manifest_fields};
constexpr schema_field host_request_fields[] = {
  {"manifest", required, &host_manifest},
  {"private", optional, &private_part},
};

} // namespace

constinit const schema complete_manifest_schema{.what = kind::record, .fields = complete_fields};
constinit const schema codius_file_schema{
  .what = kind::record, .fields = codius_file_fields, .open = true};
constinit const schema vars_file_schema{.what = kind::record, .fields = vars_file_fields};
constinit const schema pod_request_schema{.what = kind::record, .fields = host_request_fields};

bool is_port_text(std::string_view text_) {
  if (text_.empty() || text_.size() > 5 || text_[0] == '0')
    return false;
  unsigned value = 0;
  for (char c : text_) {
    if (c < '0' || c > '9')
      return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value <= 65535;
}

} // namespace codius::runtime
