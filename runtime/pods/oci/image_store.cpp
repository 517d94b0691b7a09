#include "runtime/pods/oci/image_store.hpp"

#include "runtime/base/unique_fd.hpp"
#include "runtime/pods/oci/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace codius::runtime::oci {
namespace {

constexpr size_t max_pulls = 2;
constexpr std::string_view unfinished = "tmp-";

} // namespace

image_store::image_store(std::string dir, puller way_in)
  : dir_(std::move(dir)), way_in_(std::move(way_in)) {}

bool image_store::is_here(const std::string& digest) const {
  return exists(dir_ + "/" + digest + "/config.json");
}

status image_store::ensure(const std::string& reference, const progress& tell,
                           std::stop_token stop) {
  const auto image = parse_image_reference(reference);
  if (!image)
    return image.error();
  std::unique_lock lock{mutex_};
  while (!is_here(image->digest)) {
    if (const auto found = pulling_.find(image->digest); found != pulling_.end()) {
      const auto other = found->second;
      if (!changed_.wait(lock, stop, [&] { return other->ended; }))
        return error{errc::unavailable, "stopped"};
      // Stopped by somebody who is not waiting here: try again.
      if (!other->outcome && other->outcome.error().code != errc::unavailable)
        return other->outcome;
      continue;
    }
    if (pulling_.size() < max_pulls)
      return pull(*image, tell, stop, lock);
    if (tell)
      tell("waiting for other pulls to end");
    if (!changed_.wait(lock, stop, [&] { return pulling_.size() < max_pulls; }))
      return error{errc::unavailable, "stopped"};
  }
  return ok();
}

status image_store::pull(const image_reference& image, const progress& tell, std::stop_token stop,
                         std::unique_lock<std::mutex>& lock) {
  const auto mine = std::make_shared<attempt>();
  pulling_.emplace(image.digest, mine);
  lock.unlock();
  if (tell)
    tell("pulling " + image.pinned());
  auto done = pull_into_place(image, std::move(stop));
  lock.lock();
  mine->ended = true;
  mine->outcome = done;
  pulling_.erase(image.digest);
  changed_.notify_all();
  return done;
}

status image_store::pull_into_place(const image_reference& image, std::stop_token stop) {
  const auto fresh = dir_ + "/" + std::string{unfinished} + image.digest;
  const auto place = dir_ + "/" + image.digest;
  for (const auto& old : {fresh, place}) // a place without a configuration is no image
    if (auto gone = remove_tree(old); !gone)
      return gone;
  if (auto made = make_dirs(fresh, 0700); !made)
    return made;
  auto done = way_in_(image, fresh, std::move(stop));
  // The rename must not reach the disk before the files do: a broken image would stay for ever.
  const unique_fd on_disk{::open(fresh.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (done && ::syncfs(on_disk.get()) != 0)
    done = os_error("cannot write the image " + image.pinned());
  if (done && ::rename(fresh.c_str(), place.c_str()) != 0)
    done = os_error("cannot keep the image " + image.pinned());
  if (!done)
    (void)remove_tree(fresh);
  return done;
}

result<stored_image> image_store::find(const std::string& reference) const {
  const auto image = parse_image_reference(reference);
  if (!image)
    return image.error();
  const auto place = dir_ + "/" + image->digest;
  const auto text = read_text(place + "/config.json", 8 << 20);
  if (!text)
    return error{errc::image_unavailable, image->pinned() + ": is not on this host yet"};
  const auto config = parse_image_config(*text);
  if (!config)
    return config.error();
  return stored_image{place + "/rootfs", *config};
}

status image_store::sweep() {
  const auto names = names_in(dir_);
  if (!names)
    return names.error();
  for (const auto& name : *names)
    if (name.starts_with(unfinished))
      if (auto gone = remove_tree(dir_ + "/" + name); !gone)
        return gone;
  return ok();
}

} // namespace codius::runtime::oci
