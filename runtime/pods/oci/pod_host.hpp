#pragma once
#include "runtime/base/unique_fd.hpp"
#include "runtime/pods/oci/host.hpp"
#include "runtime/pods/oci/image_store.hpp"
#include "runtime/pods/oci/pod_maker.hpp"
#include "runtime/pods/oci/records.hpp"
#include "runtime/pods/oci/slots.hpp"

#include <atomic>
#include <optional>

namespace codius::runtime::oci {

/// The pods of one machine, behind `oci_runtime`, whose comments say what each call does.
class pod_host {
public:
  explicit pod_host(oci_options options);

  status prepare();
  status ensure_images(const pod_spec& spec, const progress& tell, std::stop_token stop);
  result<pod_address> start(const pod_spec& spec);
  status remove(const pod_id& id);
  result<std::optional<observed_pod>> inspect(const pod_id& id) const;
  result<std::vector<observed_pod>> list() const;
  result<pod_usage> usage(const pod_id& id) const;
  status sweep();
  status release();

  const host& about() const { return on_; }

private:
  status ready() const;
  status make_directories() const;
  status take_lock();
  status find_out();
  pod_record first_record(const pod_spec& spec, uint32_t slot) const;
  result<pod_address> make(const pod_spec& spec, const std::vector<container_plan>& plans);
  status take_apart(const pod_record& record);
  status remove_remains(const pod_id& id);
  observed_pod look_at(const pod_record& record) const;

  host on_; ///< fixed once prepared
  image_store images_;
  pod_records records_;
  std::optional<slots> places_;
  unique_fd lock_;
  std::atomic<bool> prepared_ = false;
};

} // namespace codius::runtime::oci
