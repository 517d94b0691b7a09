#include "net/ilp/stream_server.hpp"

#include "net/ilp/condition.hpp"
#include "net/ilp/stream_math.hpp"
#include "net/ilp/stream_server_impl.hpp"

namespace codius::net {

using namespace std::chrono_literals;

namespace {

constexpr auto own_packet_expiry = 30'000ms;
constexpr auto first_retry = 100ms;
constexpr int announce_tries = 6;

} // namespace

stream_server::impl::impl(stream_server_deps d, stream_server_limits l)
  : deps(std::move(d)), limits(l), addresses(deps.secret), table(l) {
  if (!deps.after)
    deps.after = steady_delay(deps.io);
}

ilp_reject stream_server::impl::reject(const char* code, std::string message) const {
  return make_reject(code, deps.own_address(), std::move(message));
}

void stream_server::impl::announce_news(const std::shared_ptr<stream_entry>& entry) {
  const auto& c = entry->connection;
  if (entry->announcing || c.peer_address().empty() || !c.has_news())
    return;
  entry->announcing = true;
  asio::co_spawn(deps.io, announce(shared_from_this(), entry), asio::detached);
}

// Starts after the reply that caused it, which has taken the news along if it could.
asio::awaitable<void> stream_server::impl::announce(std::shared_ptr<impl> self,
                                                    std::shared_ptr<stream_entry> entry) {
  co_await asio::post(self->deps.io, asio::use_awaitable);
  auto wait = first_retry;
  for (int i = 0; i < announce_tries && entry->connection.has_news(); ++i) {
    auto news = entry->connection.take_news();
    stream_packet packet{ilp_type_prepare, ++entry->last_sequence, 0, news};
    auto prepare
      = make_stream_prepare(packet, entry->keys, self->deps.world, entry->connection.peer_address(),
                            0, true, own_packet_expiry);
    const auto reply = co_await self->deps.send(std::move(prepare));
    if (self->heard(*entry, reply))
      continue;
    entry->connection.put_back(std::move(news));
    if (!std::get<ilp_reject>(reply).code.starts_with('T'))
      break; // the client is gone, or its next packet will fetch the news
    co_await pause(self->deps.io, self->deps.after, wait);
    wait *= 2;
  }
  entry->announcing = false;
}

// True when the client answered itself.
bool stream_server::impl::heard(stream_entry& entry, const ilp_reply& reply) {
  const auto* fulfilled = std::get_if<ilp_fulfill>(&reply);
  const auto& data = fulfilled ? fulfilled->data : std::get<ilp_reject>(reply).data;
  const auto answer = open_stream_packet(data, entry.keys);
  if (answer && answer->ilp_type != ilp_type_prepare) {
    table.touch(entry);
    entry.connection.apply(*answer);
  }
  return fulfilled != nullptr || answer.has_value();
}

void stream_server::impl::arm() {
  if (cancel_tick)
    return;
  cancel_tick = deps.after(1s, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->cancel_tick = nullptr;
      self->tick();
    }
  });
}

void stream_server::impl::tick() {
  table.tick();
  if (table.size() > 0)
    arm();
}

stream_server::stream_server(stream_server_deps deps, stream_server_limits limits)
  : impl_(std::make_shared<impl>(std::move(deps), limits)) {}

stream_server::~stream_server() {
  if (impl_->cancel_tick)
    impl_->cancel_tick();
}

pay_details stream_server::generate(std::string_view own_address, byte_view tag) const {
  return impl_->addresses.make(own_address, tag, impl_->deps.world);
}

asio::awaitable<ilp_reply> stream_server::handle(ilp_prepare p) {
  return impl::handle(impl_, std::move(p));
}

bool stream_server::has_stream(const std::string& tag) const {
  const auto entry = impl_->table.payer(tag);
  return entry && entry->paying();
}

status stream_server::allow(const std::string& tag, uint64_t more) {
  const auto entry = impl_->table.payer(tag);
  if (!entry || !entry->paying())
    return error{errc::not_found, "no open stream for this token"};
  auto& c = entry->connection;
  c.set_limit(entry->stream_id, saturating_add(c.received(entry->stream_id), more));
  entry->collecting = true;
  impl_->announce_news(entry);
  return ok();
}

void stream_server::stop_receiving(const std::string& tag) {
  if (const auto entry = impl_->table.payer(tag)) {
    entry->connection.stop(entry->stream_id);
    entry->collecting = false;
  }
}

void stream_server::forget(const std::string& tag) {
  if (const auto entry = impl_->table.payer(tag)) {
    entry->connection.end_stream(entry->stream_id);
    entry->collecting = false;
    impl_->table.forget(tag);
  }
}

uint64_t stream_server::received(const std::string& tag) const {
  return impl_->table.received(tag);
}

size_t stream_server::connections() const { return impl_->table.size(); }
void stream_server::tick() { impl_->tick(); }

} // namespace codius::net
