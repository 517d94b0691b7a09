#include "actors/http_ingress/info_text.hpp"

namespace codius::actors {

std::shared_ptr<const std::string> info_text::at(utc_time now, const terms_ptr& terms,
                                                 uint64_t sales) {
  const std::lock_guard lock{guard_};
  if (is_told(now, terms, sales))
    return text_;
  awaited_until_ = now + patience;
  return nullptr;
}

std::shared_ptr<const std::string> info_text::peek(utc_time now, const terms_ptr& terms,
                                                   uint64_t sales) {
  const std::lock_guard lock{guard_};
  return is_told(now, terms, sales) ? text_ : nullptr;
}

bool info_text::is_told(utc_time now, const terms_ptr& terms, uint64_t sales) const {
  // A clock that was set back makes it anew, too.
  const bool same = text_ != nullptr && now >= made_ && terms == terms_ && sales == sales_;
  return same && (now - made_ < freshness || (now < awaited_until_ && now - made_ < patience));
}

void info_text::keep(std::string text, utc_time now, terms_ptr terms, uint64_t sales) {
  auto fresh = std::make_shared<const std::string>(std::move(text));
  const std::lock_guard lock{guard_};
  text_.swap(fresh);
  made_ = now;
  terms_ = std::move(terms);
  sales_ = sales;
  awaited_until_ = {};
}

} // namespace codius::actors
