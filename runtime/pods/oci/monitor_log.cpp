#include "runtime/pods/oci/monitor_log.hpp"

namespace codius::runtime::oci {

namespace {

/// The text up to the next blank, taken off the front together with it; empty when there is none.
std::string_view take_word(std::string_view& line) {
  const auto end = line.find(' ');
  if (end == line.npos)
    return {};
  const auto word = line.substr(0, end);
  line.remove_prefix(end + 1);
  return word;
}

bool parse_record(std::string_view line, monitor_record& out) {
  const auto time = take_word(line);
  const auto stream = take_word(line);
  const auto tag = take_word(line);
  if (time.empty() || (stream != "stdout" && stream != "stderr") || (tag != "F" && tag != "P"))
    return false;
  out.err = stream == "stderr";
  out.whole = tag == "F";
  out.text = line;
  return true;
}

} // namespace

bool take_record(std::string_view& in, monitor_record& out) {
  auto rest = in;
  for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (parse_record(line, out)) {
      in = rest;
      return true;
    }
  }
  return false;
}

records_read read_records(std::string_view in, size_t container, bool flush, bool full) {
  struct open_line {
    std::string text;
    bool begun = false;
    size_t at = 0; ///< where its first record begins
  } lines[2];
  records_read out;
  size_t finished = 0; ///< the end of the last record that ended a line
  auto rest = in;
  monitor_record record;
  const auto here = [&] { return in.size() - rest.size(); };
  for (auto before = here(); take_record(rest, record); before = here()) {
    auto& line = lines[record.err];
    if (!line.begun)
      line = {{}, true, before};
    line.text += record.text;
    if (!record.whole)
      continue;
    out.pieces.push_back({container, record.err, std::move(line.text) + '\n'});
    line = {};
    finished = here();
  }
  // A line may only wait if reading again from its first record repeats nothing.
  bool take_all = flush || (full && out.pieces.empty());
  for (const auto& line : lines)
    take_all = take_all || (line.begun && line.at < finished);
  out.used = take_all ? here() : finished;
  if (take_all)
    for (const bool err : {false, true})
      if (lines[err].begun && !lines[err].text.empty())
        out.pieces.push_back({container, err, std::move(lines[err].text)});
  if (full && out.used == 0) // nothing that conmon would write
    out.used = in.size();
  return out;
}

} // namespace codius::runtime::oci
