#pragma once
#include "messages/log.hpp"
#include "net/http/body_writer.hpp"

namespace codius::actors {

/// Sends a log as the body of an answer: what is kept, and with `follow` also what comes, and the
/// line `ping` each second, until the pod or the client is gone. Reads as fast as the client does.
/// `disk` is where reading may block. Throws when the log cannot be read any more, which cuts the
/// answer.
asio::awaitable<void> send_log(net::body_writer& to, std::shared_ptr<log_seat> seat,
                               asio::any_io_executor disk, bool follow);

} // namespace codius::actors
