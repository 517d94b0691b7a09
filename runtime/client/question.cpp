#include "runtime/client/question.hpp"

#include "net/http/text.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <unistd.h>

namespace codius::client {

namespace {

using descriptor = asio::posix::stream_descriptor;

/// One line of the terminal; empty at the end of the input, or on a stop.
asio::awaitable<std::string> read_line(int fd, stopper& stop) {
  const asio::any_io_executor io = co_await asio::this_coro::executor;
  const auto input = std::make_shared<descriptor>(io, ::dup(fd));
  const auto hook = stop.on_stop([input] {
    boost::system::error_code ignored;
    input->cancel(ignored);
  });
  boost::system::error_code ec;
  // Waits, then reads as everybody does: the terminal is shared, so it must not be set to
  // non-blocking.
  if (!stop.requested())
    co_await input->async_wait(descriptor::wait_read,
                               asio::redirect_error(asio::use_awaitable, ec));
  char text[256];
  if (ec || stop.requested())
    co_return std::string{};
  const auto n = ::read(fd, text, sizeof text);
  co_return std::string(text, n > 0 ? static_cast<size_t>(n) : 0);
}

} // namespace

bool means_yes(std::string_view line) {
  const auto word = net::lower_case(net::trim(line.substr(0, line.find('\n'))));
  return word == "y" || word == "yes";
}

asio::awaitable<bool> ask_yes(const console& where, std::string text, stopper& stop) {
  where.err(tinted(where.err_style, tint::strong, text) + " [y/N] ");
  const auto line = co_await read_line(where.question_fd, stop);
  if (line.empty())
    where.err("\n"); // the cursor is still behind the question
  co_return means_yes(line);
}

} // namespace codius::client
