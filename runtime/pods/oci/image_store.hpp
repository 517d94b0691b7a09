#pragma once
#include "runtime/pods/oci/image_config.hpp"
#include "runtime/pods/oci/image_reference.hpp"
#include "runtime/pods/oci/oci_options.hpp"
#include "runtime/pods/pod_runtime.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>

namespace codius::runtime::oci {

/// An image that is here, unpacked. Never written to.
struct stored_image {
  std::string rootfs;
  image_config config;
};

/// The unpacked images of a host, one directory a manifest digest. Asks for the same digest are
/// made one; at most two images are pulled at once. Any thread.
class image_store {
public:
  /// Pulls by skopeo and umoci; tests put another way in. Fills an empty directory.
  using puller
    = std::function<status(const image_reference&, const std::string& dir, std::stop_token stop)>;

  image_store(std::string dir, puller way_in);

  /// Has the image here afterwards. Errors: those of `parse_image_reference` and the puller;
  /// `unavailable` when `stop` was requested.
  status ensure(const std::string& reference, const progress& tell, std::stop_token stop);
  /// An image that is here. Errors: `image_unavailable`.
  result<stored_image> find(const std::string& reference) const;
  /// Removes what pulls of an earlier process left half-done. Errors: `io`.
  status sweep();

private:
  /// One pull, for all who want that image.
  struct attempt {
    bool ended = false;
    status outcome = ok();
  };

  bool is_here(const std::string& digest) const;
  status pull(const image_reference& image, const progress& tell, std::stop_token stop,
              std::unique_lock<std::mutex>& lock);
  status pull_into_place(const image_reference& image, std::stop_token stop);

  const std::string dir_;
  const puller way_in_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, std::shared_ptr<attempt>> pulling_; ///< by digest
};

} // namespace codius::runtime::oci
