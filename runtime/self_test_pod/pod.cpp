// The program in the built-in image: what the host's self-test uploads. It answers HTTP with
// {"imageUploaded":true} and says {"websocketEnabled":true} to whoever opens a WebSocket. A process
// a connection, each with ten seconds to live; no library but the C one, linked into it.
#include "runtime/self_test_pod/handshake.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr unsigned seconds_to_live = 10;
constexpr const char page[] = "{\"imageUploaded\":true,\"by\":\"codiusd self-test\"}";
constexpr const char hello[] = "{\"websocketEnabled\":true}";

bool say(int to, const char* text, size_t size) {
  while (size > 0) {
    const auto sent = send(to, text, size, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    text += sent;
    size -= static_cast<size_t>(sent);
  }
  return true;
}
bool say(int to, const char* text) { return say(to, text, strlen(text)); }

/// Reads until the blank line. Null-terminated; false when it does not come or does not fit.
bool read_head(int from, char* head, size_t room) {
  size_t size = 0;
  while (size + 1 < room) {
    const auto got = recv(from, head + size, room - 1 - size, 0);
    if (got <= 0)
      return false;
    size += static_cast<size_t>(got);
    head[size] = '\0';
    if (strstr(head, "\r\n\r\n"))
      return true;
  }
  return false;
}

/// The value of a header field in place, ended by a NUL; null without it.
char* field(char* head, const char* name) {
  const auto size = strlen(name);
  for (char* line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
    char* at = line + 2;
    if (strncasecmp(at, name, size) != 0 || at[size] != ':')
      continue;
    at += size + 1;
    while (*at == ' ' || *at == '\t')
      ++at;
    char* end = strstr(at, "\r\n");
    if (end)
      *end = '\0';
    return at;
  }
  return nullptr;
}

void serve_page(int to) {
  char head[160] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                   "Content-Length: ";
  const auto size = sizeof page - 1;
  static_assert(size >= 10 && size < 100);
  const char digits[] = {static_cast<char>('0' + size / 10), static_cast<char>('0' + size % 10), 0};
  strcat(strcat(head, digits), "\r\n\r\n");
  (void)(say(to, head) && say(to, page));
}

void serve_websocket(int to, const char* key) {
  char accept[self_test_pod::accept_size + 1];
  self_test_pod::accept_of(key, accept);
  if (!say(to, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: ")
      || !say(to, accept) || !say(to, "\r\n\r\n"))
    return;
  static_assert(sizeof hello - 1 < 126);
  const char frame[] = {static_cast<char>(0x81), static_cast<char>(sizeof hello - 1)};
  if (!say(to, frame, sizeof frame) || !say(to, hello))
    return;
  // Until the other side says goodbye, or the time is over.
  char heard[256];
  if (recv(to, heard, sizeof heard, 0) > 0) {
    const char goodbye[] = {static_cast<char>(0x88), 0};
    (void)say(to, goodbye, sizeof goodbye);
  }
}

void serve(int to) {
  char head[8192];
  if (!read_head(to, head, sizeof head))
    return;
  const char* key = field(head, "Sec-WebSocket-Key");
  if (key && *key)
    serve_websocket(to, key);
  else
    serve_page(to);
  // What the other side sent beyond is read, or closing would reset what it has not read yet.
  shutdown(to, SHUT_WR);
  while (recv(to, head, sizeof head, 0) > 0) {
  }
}

void leave(int) { _exit(0); }

} // namespace

int main() {
  // The first process of a namespace gets no default actions.
  signal(SIGTERM, leave);
  signal(SIGINT, leave);
  signal(SIGCHLD, SIG_IGN); // children are forgotten by themselves
  const char* wanted = getenv("PORT");
  const int port = wanted ? atoi(wanted) : 3000;
  if (port < 1 || port > 65535)
    return 2;
  const int door = socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<uint16_t>(port));
  at.sin_addr.s_addr = htonl(INADDR_ANY);
  if (door < 0 || bind(door, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0
      || listen(door, 64) != 0)
    return 1;
  for (;;) {
    const int guest = accept(door, nullptr, nullptr);
    if (guest < 0)
      continue;
    if (fork() == 0) {
      close(door);
      signal(SIGALRM, SIG_DFL);
      alarm(seconds_to_live);
      serve(guest);
      _exit(0);
    }
    close(guest);
  }
}
