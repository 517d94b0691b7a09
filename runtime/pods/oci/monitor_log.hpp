#pragma once
#include "runtime/pods/pod_log.hpp"

#include <string_view>

// Reading what conmon writes with `-l k8s-file:`. Pure.

namespace codius::runtime::oci {

/// One record: `<time> <stdout|stderr> <F|P> <text>` and a line feed. P: the line goes on in the
/// next record of that stream.
struct monitor_record {
  bool err = false;
  bool whole = true; ///< F
  std::string_view text;
};

/// Takes one record off the front of `in`. False: `in` holds no whole record; it is unchanged. What
/// is no record is skipped up to its line feed.
bool take_record(std::string_view& in, monitor_record& out);

struct records_read {
  std::vector<log_piece> pieces;
  size_t used = 0; ///< octets of the input that these pieces stand for
};

/// The pieces in `in`, which begins with a record: each line put together from its records. An
/// unfinished line at the end is left for the next time, except that all is taken if `flush` is
/// set, if lines of the other stream ended after it began, or if it fills `in` alone up to `full`.
records_read read_records(std::string_view in, size_t container, bool flush, bool full);

} // namespace codius::runtime::oci
