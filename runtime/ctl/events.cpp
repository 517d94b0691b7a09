#include "runtime/ctl/events.hpp"

#include "runtime/client/text.hpp"
#include "runtime/ctl/exit_codes.hpp"
#include "runtime/ctl/views.hpp"
#include "runtime/store/event_chain.hpp"

#include <charconv>
#include <cstdio>
#include <optional>

namespace codius::runtime::ctl {

namespace {

struct wish {
  std::optional<uint64_t> after;
  uint64_t limit = 0; ///< 0: the host's own
  bool follow = false;
  bool verify = false;
};

std::optional<uint64_t> read_number(const std::string& text) {
  uint64_t n = 0;
  const auto [at, bad] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.empty() || bad != std::errc{} || at != text.data() + text.size())
    return std::nullopt;
  return n;
}

std::optional<wish> read_wish(std::span<const std::string> words) {
  wish out;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--follow" || word == "-f") {
      out.follow = true;
    } else if (word == "--verify") {
      out.verify = true;
    } else if ((word == "--after" || word == "--limit") && i + 1 < words.size()) {
      const auto n = read_number(words[++i]);
      if (!n || (word == "--limit" && *n == 0))
        return std::nullopt;
      if (word == "--after")
        out.after = n;
      else
        out.limit = *n;
    } else {
      return std::nullopt;
    }
  }
  if (out.verify && (out.follow || out.after || out.limit != 0))
    return std::nullopt;
  return out;
}

std::string query_of(const wish& w) {
  std::string out;
  const auto add = [&](const std::string& pair) { out += (out.empty() ? "?" : "&") + pair; };
  if (w.after)
    add("after=" + std::to_string(*w.after));
  if (w.limit != 0)
    add("limit=" + std::to_string(w.limit));
  if (w.follow)
    add("follow=true");
  return "/events" + out;
}

int lost(const error& why) {
  std::fprintf(stderr, "%s\n", why.detail.c_str());
  return why.code == errc::invalid ? wrong_use : no_host;
}

int refused_with(const admin_answer& answer) {
  const auto body = parse_json(answer.body);
  const auto* message = body ? body->find_text("message") : nullptr;
  std::fprintf(stderr, "the host said no: %s\n", message ? message->c_str() : "without a reason");
  return refused;
}

/// One page, parsed. The exit status when there is none.
int fetch(const admin_place& at, const std::string& target, json& page, std::string& raw) {
  auto answer = ask_admin(at, "GET", target);
  if (!answer)
    return lost(answer.error());
  if (answer->status >= 300)
    return refused_with(*answer);
  auto body = parse_json(answer->body);
  if (!body || body->find("events") == nullptr || body->find("events")->array() == nullptr) {
    std::fprintf(stderr, "the host answered what is no event log\n");
    return refused;
  }
  page = std::move(*body);
  raw = std::move(answer->body);
  return done;
}

int list(const wish& w, const admin_place& at, bool as_json) {
  json page;
  std::string raw;
  if (const int bad = fetch(at, query_of(w), page, raw); bad != done)
    return bad;
  const auto text = as_json ? dump_pretty(page) + "\n" : events_view(page);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return done;
}

int follow(const wish& w, const admin_place& at, bool as_json) {
  const auto show = [as_json](std::string_view line) {
    constexpr std::string_view field = "data: ";
    if (!line.starts_with(field))
      return true;
    line.remove_prefix(field.size());
    const auto event = parse_json(line);
    if (!event)
      return true;
    const auto text = (as_json ? std::string{line} : event_line(*event)) + "\n";
    // Whoever reads this may have gone: head, say.
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size()
           && std::fflush(stdout) == 0;
  };
  const auto ended = follow_admin(at, query_of(w), show);
  if (!ended)
    return lost(ended.error());
  return ended->status >= 300 ? refused_with(*ended) : done;
}

/// From where the chain begins to its head, page by page.
int verify(const admin_place& at, bool as_json) {
  json page;
  std::string raw;
  if (const int bad = fetch(at, "/events?after=0&limit=1000", page, raw); bad != done)
    return bad;
  const auto anchor = read_point(page.find("anchor"));
  if (!anchor) {
    std::fprintf(stderr, "the host answered what is no event log\n");
    return refused;
  }
  event_checker checker{*anchor};
  std::string wrong;
  std::optional<event_point> head;
  while (wrong.empty()) {
    const auto& rows = *page.find("events")->array();
    for (const auto& row : rows)
      if (const auto right = checker.check(row); !right) {
        wrong = right.error().detail;
        break;
      }
    const auto seen = read_point(page.find("head"));
    const auto begins = read_point(page.find("anchor"));
    if (!seen || !begins)
      wrong = "the host answered what is no event log";
    else if (begins->seq > checker.at().seq)
      wrong = "rows were pruned while they were read: check again";
    else if (rows.empty() || checker.at().seq >= seen->seq)
      head = *seen;
    if (!wrong.empty() || head)
      break;
    const auto next = "/events?limit=1000&after=" + std::to_string(checker.at().seq);
    if (const int bad = fetch(at, next, page, raw); bad != done)
      return bad;
  }
  if (wrong.empty() && head && *head != checker.at())
    wrong = "row " + std::to_string(checker.at().seq + 1) + " is missing: the log ends before its head";
  const auto rows = checker.at().seq - anchor->seq;
  if (as_json)
    std::printf("%s\n", dump(json_object{{"whole", wrong.empty()},
                                         {"rows", rows},
                                         {"last", point_json(checker.at())},
                                         {"why", wrong}})
                          .c_str());
  else if (wrong.empty())
    std::printf("the event log is whole: %llu rows, up to number %llu, %s\n",
                static_cast<unsigned long long>(rows),
                static_cast<unsigned long long>(checker.at().seq),
                to_hex(checker.at().hash).c_str());
  else
    std::fprintf(stderr, "the event log is not whole: %s\n", wrong.c_str());
  return wrong.empty() ? done : refused;
}

} // namespace

std::string event_line(const json& event) {
  std::string out;
  const auto add = [&](const std::string& word) { out += (out.empty() ? "" : "  ") + word; };
  if (const auto* seq = event.find("seq"); seq && seq->number())
    add(number_text(*seq->number()));
  for (const char* member : {"at", "kind", "subject"})
    if (const auto* text = event.find_text(member))
      add(client::printable(*text));
  const auto* detail = event.find("detail");
  if (detail != nullptr && detail->object() != nullptr)
    for (const auto& [name, value] : *detail->object())
      add(client::printable(name + "=" + (value.text() ? *value.text() : dump(value))));
  return out;
}

int show_events(std::span<const std::string> words, const admin_place& at, bool as_json) {
  const auto w = read_wish(words);
  if (!w) {
    std::fprintf(stderr, "codiusd ctl does not know these words; see codiusd ctl --help\n");
    return wrong_use;
  }
  if (w->verify)
    return verify(at, as_json);
  return w->follow ? follow(*w, at, as_json) : list(*w, at, as_json);
}

} // namespace codius::runtime::ctl
