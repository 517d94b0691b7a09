#include "runtime/ctl/views.hpp"

#include "messages/money.hpp"
#include "runtime/client/text.hpp"
#include "runtime/ctl/events.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace codius::runtime::ctl {

namespace {

using rows = std::vector<std::vector<std::string>>;

std::string word(const json& from, std::string_view member) {
  const auto* value = from.find(member);
  if (value == nullptr || value->is_null())
    return "-";
  if (const auto* text = value->text())
    return text->empty() ? "-" : client::printable(*text);
  if (const auto* yes = value->boolean())
    return *yes ? "yes" : "no";
  if (const auto* number = value->number())
    return number_text(*number);
  return "-";
}

double amount_of(const json& from, std::string_view member) {
  const auto* value = from.find(member);
  const auto* number = value ? value->number() : nullptr;
  return number ? *number : 0;
}

std::string mebibytes(const json& from, std::string_view member) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f MiB", amount_of(from, member) / (1 << 20));
  return text;
}

std::string span(const json& from, std::string_view member) {
  const auto seconds = static_cast<int64_t>(amount_of(from, member));
  return seconds <= 0 ? "0 s" : client::duration_words(std::chrono::seconds{seconds});
}

const json& part(const json& from, std::string_view member) {
  static const json none;
  const auto* value = from.find(member);
  return value ? *value : none;
}

const json_array& list(const json& from, std::string_view member) {
  static const json_array none;
  const auto* value = from.find(member);
  const auto* array = value ? value->array() : nullptr;
  return array ? *array : none;
}

/// Smallest units, as text, to whole ones.
std::string whole(const json& line, std::string_view member) {
  const auto* digits = line.find_text(member);
  return digits ? whole_units(std::strtoull(digits->c_str(), nullptr, 10),
                              static_cast<uint8_t>(amount_of(line, "assetScale")))
                : "-";
}

/// "0.0022 XRP", of several assets one after the other.
std::string paid_words(const json& pod) {
  std::string out;
  for (const auto& line : list(pod, "paid"))
    out += (out.empty() ? "" : ", ") + whole(line, "amount") + " " + word(line, "assetCode");
  return out.empty() ? "-" : out;
}

struct usage_words {
  std::string memory, cpu, tasks;
};

/// "12 of 512 MiB"; where nobody counts, only what it may have.
usage_words used_words(const json& pod) {
  const auto& used = part(pod, "usage");
  usage_words out{mebibytes(pod, "memoryBytes"), "-", word(used, "tasks")};
  if (used.object() == nullptr)
    return out;
  char text[64];
  std::snprintf(text, sizeof text, "%.0f of ", amount_of(used, "memoryBytes") / (1 << 20));
  out.memory.insert(0, text);
  std::snprintf(text, sizeof text, "%.1f s", amount_of(used, "cpuSeconds"));
  out.cpu = text;
  return out;
}

void add_tree(const json& node, size_t depth, rows& out) {
  auto name = word(node, "id"); // "hosting/expiry"
  name.erase(0, name.rfind('/') + 1);
  out.push_back({std::string(depth * 2, ' ') + name, word(node, "state"), word(node, "restarts"),
                 word(node, "waiting")});
  for (const auto& child : list(node, "children"))
    add_tree(child, depth + 1, out);
}

} // namespace

std::string table(const rows& all) {
  std::vector<size_t> widths;
  for (const auto& row : all) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : all) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string status_view(const json& s) {
  const auto& ledger = part(s, "ledger");
  const auto& memory = part(s, "memory");
  const auto& terms = part(s, "terms");
  const auto& test = part(s, "selfTest");
  const bool up = word(ledger, "up") == "yes";
  rows out{{"host", word(s, "uri")},
           {"version", word(s, "version")},
           {"up for", span(s, "uptimeSeconds")},
           {"sells", word(terms, "draining") == "yes" ? "no new pods (drained)" : "yes"},
           {"price", word(terms, "costPerMonth") + " " + word(ledger, "assetCode") + " a month"},
           {"pods", word(s, "runningPods") + " running"},
           {"memory", mebibytes(memory, "usedBytes") + " of " + mebibytes(memory, "sellableBytes")
                        + " sold, " + mebibytes(memory, "podBytes") + " a pod"},
           {"payments", up ? "at " + word(ledger, "address")
                           : "not taken: " + word(ledger, "why") + "; " + word(ledger, "hint")},
           {"peers", word(s, "peers")},
           {"connections", word(s, "connections")},
           {"self-test",
            word(test, "phase") + (word(test, "why") == "-" ? "" : ": " + word(test, "why"))}};
  return table(out);
}

std::string pods_view(const json& answer) {
  rows out{{"POD", "PHASE", "LEFT", "PAID", "MEMORY", "CPU TIME", "TASKS", "CONNECTIONS"}};
  for (const auto& pod : list(answer, "pods")) {
    const auto used = used_words(pod);
    out.push_back({word(pod, "hash"), word(pod, "phase"), span(pod, "secondsLeft"), paid_words(pod),
                   used.memory, used.cpu, used.tasks, word(pod, "connections")});
  }
  return out.size() == 1 ? "no pods\n" : table(out);
}

std::string pod_view(const json& pod) {
  const auto used = used_words(pod);
  rows out{{"pod", word(pod, "hash")},
           {"phase", word(pod, "phase")},
           {"started", word(pod, "startedAt")},
           {"ends", word(pod, "expiresAt")},
           {"left", span(pod, "secondsLeft")},
           {"paid", paid_words(pod)},
           {"purchases", word(pod, "purchases")},
           {"memory", used.memory},
           {"cpu time", used.cpu},
           {"tasks", used.tasks},
           {"address", word(pod, "ip")},
           {"port", word(pod, "port")},
           {"connections", word(pod, "connections")}};
  for (const auto& container : list(pod, "containers"))
    out.push_back({"container", word(container, "id") + "  " + word(container, "image")});
  return table(out);
}

std::string earnings_view(const json& answer) {
  rows out{{"ASSET", "EARNED", "RECEIVED", "OWED", "CREDIT"}};
  for (const auto& line : list(answer, "assets"))
    out.push_back({word(line, "assetCode"), whole(line, "earned"), whole(line, "received"),
                   whole(line, "owed"), whole(line, "credit")});
  return out.size() == 1 ? "nothing was paid yet\n" : table(out);
}

std::string peers_view(const json& answer) {
  rows out{{"PEER", "STATE", "KNOWN FOR", "LAST SEEN", "FAILURES"}};
  for (const auto& peer : list(answer, "peers"))
    out.push_back({word(peer, "uri"),
                   word(peer, "state") + (word(peer, "bootstrap") == "yes" ? " (bootstrap)" : ""),
                   span(peer, "knownSeconds"), span(peer, "silentSeconds") + " ago",
                   word(peer, "failures")});
  return out.size() == 1 ? "no peers\n" : table(out);
}

std::string tree_view(const json& tree) {
  rows out{{"ACTOR", "STATE", "RESTARTS", "WAITING"}};
  add_tree(tree, 0, out);
  return table(out);
}

std::string terms_view(const json& terms) {
  return table({{"price", word(terms, "costPerMonth") + " a month"},
                {"shortest", span(terms, "minDuration")},
                {"longest", span(terms, "maxDuration")},
                {"tells how full it is", word(terms, "additionalHostInfo")},
                {"memory for pods", word(terms, "maxMemoryFraction") + " of the machine's"},
                {"peers", word(terms, "knownPeers")},
                {"drained", word(terms, "draining")}});
}

std::string reload_view(const json& answer) {
  rows out{{"SETTING", "FROM", "TO", ""}};
  for (const auto& c : list(answer, "changes"))
    out.push_back({word(c, "setting"), word(c, "from"), word(c, "to"),
                   word(c, "applied") == "now" ? "changed" : "needs a restart"});
  std::string text = out.size() == 1 ? "nothing is different\n" : table(out);
  for (const auto& warning : list(answer, "warnings"))
    if (const auto* line = warning.text())
      text += "warning: " + client::printable(*line) + "\n";
  return text;
}

std::string evicted_view(const json& answer) {
  rows out{{"ended", word(answer, "hash")}};
  for (const auto& line : list(answer, "credited"))
    out.push_back({"credited", whole(line, "amount") + " " + word(line, "assetCode")});
  if (out.size() == 1)
    out.push_back({"credited", "nothing"});
  out.push_back({"purchases", word(answer, "purchases")});
  return table(out);
}

std::string events_view(const json& page) {
  std::string out;
  for (const auto& event : list(page, "events"))
    out += event_line(event) + "\n";
  return out.empty() ? "nothing happened yet\n" : out;
}

std::string self_test_view(const json& report) {
  rows out{{"self-test", word(report, "phase"), word(report, "why")}};
  for (const auto& step : list(report, "steps"))
    out.push_back({"  " + word(step, "step"), word(step, "phase"), word(step, "said")});
  return table(out);
}

} // namespace codius::runtime::ctl
