#include "runtime/store/database.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

namespace codius::runtime {

statement::~statement() {
  if (s_ != nullptr) {
    sqlite3_reset(s_);
    sqlite3_clear_bindings(s_);
  }
}

namespace {

void check_bind(int code) {
  if (code != SQLITE_OK)
    throw database_error(std::string{"store: cannot bind a value: "} + sqlite3_errstr(code));
}

} // namespace

statement& statement::bind(int at, int64_t v) {
  check_bind(sqlite3_bind_int64(s_, at, v));
  return *this;
}

statement& statement::bind(int at, std::string_view v) {
  check_bind(sqlite3_bind_text64(s_, at, v.data(), v.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

statement& statement::bind(int at, byte_view v) {
  check_bind(sqlite3_bind_blob64(s_, at, v.data(), v.size(), SQLITE_TRANSIENT));
  return *this;
}

statement& statement::bind_null(int at) {
  check_bind(sqlite3_bind_null(s_, at));
  return *this;
}

bool statement::step() {
  const int code = sqlite3_step(s_);
  if (code == SQLITE_ROW)
    return true;
  if (code == SQLITE_DONE)
    return false;
  throw database_error(std::string{"store: "} + sqlite3_errmsg(sqlite3_db_handle(s_)));
}

void statement::run() {
  while (step()) {
  }
}

int64_t statement::integer(int column) const { return sqlite3_column_int64(s_, column); }

std::string statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(s_, column));
  return text == nullptr ? std::string{}
                         : std::string(text, static_cast<size_t>(sqlite3_column_bytes(s_, column)));
}

byte_buffer statement::blob(int column) const {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(s_, column));
  return {data, data + (data == nullptr ? 0 : sqlite3_column_bytes(s_, column))};
}

bool statement::is_null(int column) const { return sqlite3_column_type(s_, column) == SQLITE_NULL; }

database::database(const std::string& path) {
  // The store holds private values of manifests: nobody else on the machine may read it.
  const auto mask = ::umask(0077);
  const int code = sqlite3_open_v2(
    path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  ::umask(mask);
  if (code != SQLITE_OK) {
    const std::string why = db_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db_);
    sqlite3_close(db_);
    throw database_error("store: cannot open " + path + ": " + why);
  }
  sqlite3_busy_timeout(db_, 2000);
  exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
       "PRAGMA cache_size=-2048;");
}

database::~database() {
  for (auto& [sql, s] : cache_)
    sqlite3_finalize(s);
  sqlite3_close(db_);
}

void database::exec(const std::string& sql) {
  char* why = nullptr;
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, &why) == SQLITE_OK)
    return;
  const std::string text = why == nullptr ? "unknown error" : why;
  sqlite3_free(why);
  throw database_error("store: " + text);
}

statement database::prepare(const char* sql) {
  auto& cached = cache_[sql];
  if (cached == nullptr
      && sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &cached, nullptr) != SQLITE_OK)
    throw database_error(std::string{"store: "} + sqlite3_errmsg(db_) + " in: " + sql);
  return statement{cached};
}

int64_t database::last_insert_id() const { return sqlite3_last_insert_rowid(db_); }
int database::changes() const { return sqlite3_changes(db_); }

} // namespace codius::runtime
