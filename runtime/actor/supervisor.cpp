#include "runtime/actor/supervisor.hpp"

#include "runtime/actor/mailbox_report.hpp"
#include "runtime/base/log.hpp"

#include <caf/response_promise.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <memory>

namespace codius::runtime {

namespace {

exit_kind kind_of(const caf::error& reason) {
  if (!reason || reason == caf::exit_reason::normal)
    return exit_kind::normal;
  if (reason == caf::exit_reason::user_shutdown)
    return exit_kind::shutdown;
  return reason == caf::exit_reason::kill ? exit_kind::kill : exit_kind::error;
}

} // namespace

supervisor_state::~supervisor_state() {
  for (auto c = children_.rbegin(); c != children_.rend(); ++c) {
    if (!c->live)
      continue;
    caf::anon_send_exit(c->live, caf::exit_reason::kill);
    release(*c);
  }
}

caf::behavior supervisor_state::make_behavior(supervision how, std::vector<child_spec> specs) {
  end_on_exception(self_);
  how_ = std::move(how);
  policy_ = restart_policy{how_.rules};
  if (how_.on_end)
    self_->attach_functor([f = how_.on_end](const caf::error& reason) { f(reason); });
  self_->set_down_handler([this](const caf::down_msg& down) { on_down(down); });
  self_->set_exit_handler([this](const caf::exit_msg& exit) { stop(exit.reason); });
  for (auto& spec : specs) {
    const auto key = policy_.add(spec.when, spec.stop);
    auto label = how_.name + "/" + caf::to_string(spec.id);
    children_.push_back({key, std::move(spec), std::move(label), nullptr, 0, {}});
  }
  run(policy_.begin());
  return {
    [this](const add_child& req) { return on_add(req); },
    [this](describe_tree) { return on_describe(); },
    [this](supervisor_wake timer) { run(policy_.wake(timer.ticket)); },
  };
}

/// Carries out what the policy decided, and what it decides on hearing the outcome.
void supervisor_state::run(actions todo) {
  todo_.insert(todo_.end(), todo.begin(), todo.end());
  if (running_)
    return;
  running_ = true;
  while (!todo_.empty()) {
    const auto next = todo_.front();
    todo_.pop_front();
    carry_out(next);
  }
  running_ = false;
}

void supervisor_state::carry_out(const action& a) {
  switch (a.what) {
    case action::kind::start: return start(a.child);
    case action::kind::ask: return send_end(a.child, caf::exit_reason::user_shutdown);
    case action::kind::kill: return send_end(a.child, caf::exit_reason::kill);
    case action::kind::wake: return self_->delayed_send(self_, a.after, supervisor_wake{a.ticket});
    case action::kind::forget: return forget(a.child);
    case action::kind::finish: return finish(a.escalated);
  }
}

void supervisor_state::start(child_key key) {
  auto* c = lookup(key);
  if (!c)
    return;
  try {
    c->live = c->spec.start(self_);
    if (!c->live)
      throw std::runtime_error("the factory gave no actor");
  } catch (const std::exception& e) {
    c->live = nullptr;
    c->why = last_failure_ = std::string{"start failed: "} + e.what();
    log::write(log::level::warn, "actor.start_failed", {{"actor", c->label}, {"why", e.what()}});
    return run(policy_.down(key, exit_kind::error, self_->clock().now()));
  }
  self_->monitor(c->live);
  if (c->spec.id != caf::atom(""))
    self_->system().registry().put(c->spec.id, c->live);
  if (c->starts++ > 0)
    log::write(log::level::warn, "actor.restarted",
               {{"actor", c->label}, {"restarts", c->starts - 1}, {"why", c->why}});
  run(policy_.up(key, self_->clock().now()));
}

void supervisor_state::send_end(child_key key, caf::exit_reason reason) {
  const auto* c = lookup(key);
  if (!c || !c->live)
    return;
  if (reason == caf::exit_reason::kill && c->spec.stop.how == shutdown::kind::timed)
    log::write(log::level::warn, "actor.killed", {{"actor", c->label}, {"why", "grace is over"}});
  self_->send_exit(c->live, reason);
}

void supervisor_state::on_down(const caf::down_msg& down) {
  const auto c = std::find_if(children_.begin(), children_.end(), [&](const child& x) {
    return x.live && x.live.address() == down.source;
  });
  if (c == children_.end())
    return;
  release(*c);
  c->why = describe(down.reason);
  const auto how = kind_of(down.reason);
  if (policy_.phase(c->key) == child_phase::running
      && (how == exit_kind::error || how == exit_kind::kill)) {
    last_failure_ = c->label + ": " + c->why;
    log::write(log::level::warn, "actor.failed", {{"actor", c->label}, {"why", c->why}});
  }
  run(policy_.down(c->key, how, self_->clock().now()));
}

void supervisor_state::stop(const caf::error& why) {
  if (policy_.ending())
    return;
  asked_ = why ? why : caf::make_error(caf::exit_reason::user_shutdown);
  run(policy_.stop());
}

void supervisor_state::finish(bool escalated) {
  if (!escalated)
    return self_->quit(asked_);
  log::write(log::level::error, "supervisor.escalated",
             {{"actor", how_.name}, {"why", last_failure_}});
  self_->quit(to_caf(
    {errc::internal, how_.name + " gave up after too many restarts, last " + last_failure_}));
}

caf::result<caf::actor> supervisor_state::on_add(const add_child& req) {
  if (how_.rules.how != strategy::simple_one_for_one)
    return to_caf({errc::unsupported, how_.name + " makes no children on demand"});
  if (policy_.ending())
    return to_caf({errc::unavailable, how_.name + " is ending"});
  caf::actor live;
  try {
    live = req.start(self_);
  } catch (const std::exception& e) {
    return to_caf({errc::start_failed, req.name + ": " + e.what()});
  }
  if (!live)
    return to_caf({errc::start_failed, req.name + ": the factory gave no actor"});
  const auto key = policy_.adopt(how_.dynamic_when, how_.dynamic_stop, self_->clock().now());
  child_spec spec{caf::atom(""), req.start, how_.dynamic_when, how_.dynamic_stop};
  children_.push_back({key, std::move(spec), how_.name + "/" + req.name, live, 1, {}});
  self_->monitor(live);
  return live;
}

supervisor_state::child* supervisor_state::lookup(child_key key) {
  const auto c = std::find_if(children_.begin(), children_.end(),
                              [&](const child& x) { return x.key == key; });
  return c == children_.end() ? nullptr : &*c;
}

void supervisor_state::release(child& c) {
  c.live = nullptr;
  if (c.spec.id != caf::atom(""))
    self_->system().registry().erase(c.spec.id);
}

void supervisor_state::forget(child_key key) {
  std::erase_if(children_, [&](const child& x) { return x.key == key; });
}

tree_node supervisor_state::describe_self() const {
  tree_node top{how_.name, policy_.ending() ? "stopping" : "running", 0, {}};
  for (const auto& c : children_)
    top.children.push_back(
      {c.label, to_string(policy_.phase(c.key)), c.starts > 1 ? c.starts - 1 : 0, {}});
  return top;
}

caf::result<tree_node> supervisor_state::on_describe() {
  auto top = std::make_shared<tree_node>(describe_self());
  top->waiting = self_->mailbox().size();
  auto answer = self_->make_response_promise<tree_node>();
  // Dropped by the last of the branches below, which delivers the tree.
  std::shared_ptr<void> last{nullptr, [answer, top](void*) mutable { answer.deliver(*top); }};
  constexpr std::chrono::seconds patience{1};
  for (size_t i = 0; i < children_.size(); ++i) {
    const auto& c = children_[i];
    if (!c.live)
      continue;
    if (c.spec.is_supervisor)
      self_->request(c.live, patience, describe_tree{})
        .then(
          [top, i, last](tree_node& sub) {
            top->children[i].children = std::move(sub.children);
            top->children[i].waiting = sub.waiting;
          },
          [last](const caf::error&) {});
    else if (c.spec.tells_mailbox)
      self_->request(c.live, patience, mailbox_atom::value)
        .then([top, i, last](uint64_t waiting) { top->children[i].waiting = waiting; },
              [last](const caf::error&) {});
  }
  return answer;
}

caf::behavior supervisor(caf::stateful_actor<supervisor_state>* self, supervision how,
                         std::vector<child_spec> specs) {
  return self->state.make_behavior(std::move(how), std::move(specs));
}

child_spec nested(caf::atom_value id, supervision how, std::vector<child_spec> specs) {
  auto start = [how = std::move(how), specs = std::move(specs)](caf::event_based_actor* parent) {
    return parent->spawn(supervisor, how, specs);
  };
  return {id, std::move(start), restart::permanent, infinity, true};
}

} // namespace codius::runtime
