#include "runtime/actor/ask_desk.hpp"

#include <caf/actor_registry.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_actor.hpp>

namespace codius::runtime {

namespace {

const auto desk_key = caf::atom("ask_desk");
const auto wake_word = caf::atom("wake");

ask_desk* raw(const caf::strong_actor_ptr& desk) {
  return static_cast<ask_desk*>(caf::actor_cast<caf::abstract_actor*>(desk));
}

} // namespace

caf::strong_actor_ptr ask_desk::of(caf::actor_system& sys) {
  auto& registry = sys.registry();
  if (auto known = registry.get(desk_key))
    return known;
  static std::mutex first_use;
  const std::lock_guard lock{first_use};
  if (auto known = registry.get(desk_key))
    return known;
  caf::actor_config cfg;
  auto fresh
    = caf::make_actor<ask_desk, caf::strong_actor_ptr>(sys.next_actor_id(), sys.node(), &sys, cfg);
  registry.put(desk_key, fresh);
  return fresh;
}

void ask_desk::ask(caf::actor_system& sys, const caf::strong_actor_ptr& dst,
                   std::chrono::milliseconds timeout, caf::message msg,
                   std::unique_ptr<pending_ask> who) {
  const auto desk = of(sys);
  raw(desk)->send(dst, timeout, std::move(msg), std::move(who));
}

void ask_desk::send(const caf::strong_actor_ptr& dst, std::chrono::milliseconds timeout,
                    caf::message msg, std::unique_ptr<pending_ask> who) {
  const auto due = home_system().clock().now() + timeout;
  uint64_t id = 0;
  bool earliest = false;
  {
    const std::lock_guard lock{mutex_};
    id = ++last_id_;
    pending_.emplace(id, entry{std::move(who), due});
    deadlines_.emplace(due, id);
    if (due < next_wake_) {
      next_wake_ = due;
      earliest = true;
    }
  }
  if (earliest)
    wake_at(due);
  dst->enqueue(caf::strong_actor_ptr{ctrl()}, caf::make_message_id(id), std::move(msg), nullptr);
}

void ask_desk::wake_at(caf_time due) {
  auto word = caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, wake_word);
  home_system().clock().schedule_message(due, caf::strong_actor_ptr{ctrl()}, std::move(word));
}

/// A wake-up arrives on the clock's own thread, which must not schedule: its queue is bounded, and
/// only that thread empties it. So the work goes to a CAF worker.
void ask_desk::wake_soon() {
  caf::strong_actor_ptr me{ctrl()};
  home_system().spawn<caf::hidden>([me](caf::event_based_actor*) { raw(me)->expire(); });
}

void ask_desk::enqueue(caf::mailbox_element_ptr ptr, caf::execution_unit*) {
  auto& content = ptr->content();
  if (!ptr->mid.is_response()) {
    if (content.match_elements<caf::atom_value>()
        && content.get_as<caf::atom_value>(0) == wake_word)
      wake_soon();
    return;
  }
  // Late answers find nobody.
  if (const auto who = take(ptr->mid.request_id().integer_value()))
    who->answered(content.empty() ? nullptr : &content);
}

void ask_desk::enqueue(caf::strong_actor_ptr, caf::message_id mid, caf::message content,
                       caf::execution_unit*) {
  if (!mid.is_response())
    return;
  if (const auto who = take(mid.request_id().integer_value()))
    who->answered(content.empty() ? nullptr : &content.content());
}

std::unique_ptr<pending_ask> ask_desk::take(uint64_t id) {
  const std::lock_guard lock{mutex_};
  const auto found = pending_.find(id);
  if (found == pending_.end())
    return nullptr;
  auto who = std::move(found->second.who);
  deadlines_.erase({found->second.due, id});
  pending_.erase(found);
  return who;
}

void ask_desk::expire() {
  const auto now = home_system().clock().now();
  std::vector<std::unique_ptr<pending_ask>> late;
  auto next = caf_time::max();
  {
    const std::lock_guard lock{mutex_};
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      const auto found = pending_.find(deadlines_.begin()->second);
      late.push_back(std::move(found->second.who));
      pending_.erase(found);
      deadlines_.erase(deadlines_.begin());
    }
    // A wake-up that lies ahead is on its way already.
    if (next_wake_ <= now) {
      next_wake_ = deadlines_.empty() ? caf_time::max() : deadlines_.begin()->first;
      next = next_wake_;
    }
  }
  for (const auto& who : late)
    who->failed({errc::timed_out, "no answer within the deadline"});
  if (next != caf_time::max())
    wake_at(next);
}

} // namespace codius::runtime
