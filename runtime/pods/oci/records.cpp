#include "runtime/pods/oci/records.hpp"

#include "runtime/pods/oci/files.hpp"

namespace codius::runtime::oci {

result<std::optional<pod_record>> pod_records::read(const pod_id& id) const {
  if (!is_pod_id(id.text))
    return std::optional<pod_record>{};
  const auto text = read_text(pod_paths{state_dir_, state_dir_, id}.record);
  if (!text && text.error().code == errc::io)
    return text.error();
  const auto record = text ? read_record(*text) : result<pod_record>{text.error()};
  if (!record || record->id != id)
    return std::optional<pod_record>{};
  return std::optional{*record};
}

result<std::vector<pod_record>> pod_records::read_all() const {
  const auto names = names_in(state_dir_ + "/pods");
  if (!names)
    return names.error();
  std::vector<pod_record> out;
  for (const auto& name : *names) {
    auto record = read(pod_id{name});
    if (!record)
      return record.error();
    if (*record)
      out.push_back(std::move(**record));
  }
  return out;
}

status pod_records::write(const pod_record& record) const {
  const pod_paths paths{state_dir_, state_dir_, record.id};
  if (auto made = make_dirs(paths.state, 0700); !made)
    return made;
  return replace_text(paths.record, to_text(record), 0600);
}

} // namespace codius::runtime::oci
