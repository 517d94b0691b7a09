#include "net/http/prefer.hpp"

#include "net/http/text.hpp"

#include <algorithm>
#include <optional>

namespace codius::net {

namespace {

// More than anybody means; what is beyond them is not looked at.
constexpr size_t most = 32;

/// Reads one field value from left to right.
class prefer_reader {
public:
  explicit prefer_reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  /// The next element, and the comma behind it; nothing when it is empty or breaks the grammar.
  std::optional<preference> element() {
    skip_blanks();
    preference out;
    bool right = pair(out.name, out.value);
    while (right && take(';')) {
      skip_blanks();
      if (rest_.empty() || rest_.front() == ';' || rest_.front() == ',')
        continue; // a parameter may be left out
      std::pair<std::string, std::string> parameter;
      right = pair(parameter.first, parameter.second);
      out.parameters.push_back(std::move(parameter));
    }
    right = right && (rest_.empty() || rest_.front() == ',');
    skip_element();
    if (!right)
      return std::nullopt;
    return out;
  }

private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c)
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// `name`, or `name = word`; blanks behind it are taken, too.
  bool pair(std::string& name, std::string& value) {
    name = lower_case(token());
    if (name.empty())
      return false;
    if (take('=')) {
      skip_blanks();
      if (!word(value))
        return false;
    }
    skip_blanks();
    return true;
  }

  std::string_view token() {
    size_t n = 0;
    while (n < rest_.size() && is_token(rest_.substr(n, 1)))
      ++n;
    const auto out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return out;
  }

  bool word(std::string& out) {
    if (!rest_.empty() && rest_.front() == '"')
      return quoted(out);
    out = token();
    return !out.empty();
  }

  bool quoted(std::string& out) {
    for (size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return true;
      }
      if (rest_[i] == '\\' && ++i == rest_.size())
        break;
      out += rest_[i];
    }
    rest_ = {}; // never closed: nothing behind it can be told apart
    return false;
  }

  /// To behind the next comma that stands in no quotes.
  void skip_element() {
    while (!rest_.empty()) {
      std::string ignored;
      if (rest_.front() == '"') {
        (void)quoted(ignored);
        continue;
      }
      const bool comma = rest_.front() == ',';
      rest_.remove_prefix(1);
      if (comma)
        return;
    }
  }

  std::string_view rest_;
};

} // namespace

std::vector<preference> read_preferences(const http_fields& fields) {
  std::vector<preference> out;
  for (const auto& field : fields) {
    if (!same_text(field.name, "prefer"))
      continue;
    prefer_reader in{field.value};
    while (!in.at_end() && out.size() < most) {
      auto one = in.element();
      const bool fresh = one && std::none_of(out.begin(), out.end(), [&](const preference& p) {
                           return p.name == one->name;
                         });
      if (fresh)
        out.push_back(std::move(*one));
    }
  }
  return out;
}

bool prefers_async(const http_fields& fields) {
  const auto all = read_preferences(fields);
  return std::any_of(all.begin(), all.end(), [](const preference& p) {
    return p.name == "respond-async" && p.value.empty();
  });
}

} // namespace codius::net
