#pragma once
#include "runtime/client/purchase.hpp"
#include "runtime/client/state_file.hpp"

#include <string>

namespace codius::client {

/// Keeps a state file true while money moves: a host's pay token is on disk before it is paid, and
/// what came of it at once afterwards. So a run that is cut off anywhere can be taken up again.
class state_keeper {
public:
  state_keeper(std::string path, pod_state state)
    : path_(std::move(path)), state_(std::move(state)) {}

  pod_state& state() { return state_; }
  const pod_state& state_for_reading() const { return state_; }
  const std::string& path() const { return path_; }

  /// Before the first unit goes out.
  done expect(const pod_purchase& to);
  /// When a purchase has ended, either way.
  done settle(const pod_purchase& with);
  done write() const;

  /// What had to be moved out of the way: called once, before the first write.
  std::function<done()> before_first_write;

private:
  done save();

  std::string path_;
  pod_state state_;
};

} // namespace codius::client
