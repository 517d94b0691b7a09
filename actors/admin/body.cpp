#include "actors/admin/body.hpp"

#include "actors/http_ingress/answers.hpp"

#include <algorithm>
#include <cmath>

namespace codius::actors {

using runtime::json;
using runtime::json_object;

namespace {

constexpr double ten_years = 315'360'000;

} // namespace

body_reader::body_reader(const std::string& text) {
  auto body = runtime::parse_json(text);
  if (!body)
    broken_ = body.error().detail;
  else if (auto* object = body->object())
    members_ = std::move(*object);
  else
    wrong("", "must be an object");
}

const json* body_reader::take(const char* name) {
  known_.emplace_back(name);
  return members_ ? members_->find(name) : nullptr;
}

void body_reader::decimal_member(const char* name, decimal& out) {
  const auto* value = take(name);
  if (value == nullptr)
    return;
  const auto* number = value->number();
  const auto* text = value->text();
  const auto read = parse_decimal(number ? runtime::number_text(*number) : text ? *text : "");
  if (read)
    out = *read;
  else
    wrong(std::string{"/"} + name, "must be a decimal number of at most 18 digits, not negative");
}

void body_reader::seconds_member(const char* name, std::chrono::seconds& out) {
  const auto* value = take(name);
  if (value == nullptr)
    return;
  const auto* number = value->number();
  if (number != nullptr && *number >= 1 && *number <= ten_years && std::floor(*number) == *number)
    out = std::chrono::seconds{static_cast<int64_t>(*number)};
  else
    wrong(std::string{"/"} + name, "must be a whole number of seconds from 1 to 315360000");
}

void body_reader::fraction_member(const char* name, double& out) {
  const auto* value = take(name);
  if (value == nullptr)
    return;
  const auto* number = value->number();
  if (number != nullptr && *number > 0 && *number <= 1)
    out = *number;
  else
    wrong(std::string{"/"} + name, "must be a number, more than 0 and at most 1");
}

void body_reader::count_member(const char* name, size_t& out, size_t least, size_t most) {
  const auto* value = take(name);
  if (value == nullptr)
    return;
  const auto* number = value->number();
  if (number != nullptr && *number >= static_cast<double>(least)
      && *number <= static_cast<double>(most) && std::floor(*number) == *number)
    out = static_cast<size_t>(*number);
  else
    wrong(std::string{"/"} + name, "must be a whole number from " + std::to_string(least) + " to "
                                     + std::to_string(most));
}

void body_reader::bool_member(const char* name, bool& out) {
  const auto* value = take(name);
  if (value == nullptr)
    return;
  if (const auto* yes = value->boolean())
    out = *yes;
  else
    wrong(std::string{"/"} + name, "must be true or false");
}

void body_reader::text_member(const char* name, std::string& out) {
  const auto* value = take(name);
  const auto* text = value ? value->text() : nullptr;
  if (text != nullptr && !text->empty())
    out = *text;
  else
    wrong(std::string{"/"} + name, "must be a text, and there");
}

void body_reader::wrong(std::string pointer, std::string sentence) {
  faults_.emplace_back(json_object{{"pointer", std::move(pointer)}, {"message", std::move(sentence)}});
}

std::optional<net::http_response> body_reader::refusal() && {
  if (!broken_.empty())
    return error_answer({errc::malformed, "the body is no JSON: " + broken_});
  if (members_)
    for (const auto& [name, value] : *members_)
      if (std::find(known_.begin(), known_.end(), name) == known_.end())
        wrong("/" + name, "is not known here");
  if (faults_.empty())
    return std::nullopt;
  return error_answer({errc::invalid, "the body cannot be taken; see errors"},
                      {{"errors", std::move(faults_)}});
}

} // namespace codius::actors
