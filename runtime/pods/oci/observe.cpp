#include "runtime/pods/oci/observe.hpp"

#include "runtime/pods/oci/files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>

namespace codius::runtime::oci {
namespace {

container_life look_at(const container_record& one, const std::string& exit_dir) {
  container_life out;
  out.alive = is_alive(one.init);
  if (out.alive)
    return out;
  const auto file = exit_dir + "/" + one.id;
  struct stat st {};
  if (::stat(file.c_str(), &st) == 0)
    out.ended_at = st.st_mtim.tv_sec * int64_t{1'000'000'000} + st.st_mtim.tv_nsec;
  int code = 0;
  if (const auto text = read_text(file, 32))
    if (std::from_chars(text->data(), text->data() + text->size(), code).ec == std::errc{})
      out.exit_code = code;
  return out;
}

} // namespace

observed_pod judge(const pod_record& record, const std::vector<container_life>& lives) {
  observed_pod out;
  out.id = record.id;
  out.address = record.address;
  const container_life* first = nullptr;
  bool any_alive = false;
  const auto failed = [](const container_life& life) { return life.exit_code != 0; };
  for (const auto& life : lives) {
    any_alive = any_alive || life.alive;
    if (life.alive)
      continue;
    const bool earlier = first == nullptr || failed(life) > failed(*first)
                         || (failed(life) == failed(*first) && life.ended_at < first->ended_at);
    if (earlier)
      first = &life;
  }
  if (any_alive && (first == nullptr || !failed(*first)))
    return out;
  out.now = observed_pod::condition::stopped;
  if (first != nullptr)
    out.exit_code = first->exit_code;
  return out;
}

observed_pod observe(const pod_record& record, const std::string& exit_dir,
                     const std::string& boot) {
  std::vector<container_life> lives;
  for (const auto& one : record.containers)
    lives.push_back(record.boot == boot ? look_at(one, exit_dir) : container_life{});
  return judge(record, lives);
}

} // namespace codius::runtime::oci
