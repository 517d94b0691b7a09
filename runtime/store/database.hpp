#pragma once
#include "messages/bytes.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace codius::runtime {

/// SQLite refused or failed. Thrown within the store alone; its public operations turn it into an
/// error value.
class database_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// One prepared statement, bound and read by position. Parameters count from 1, columns from 0.
class statement {
public:
  explicit statement(sqlite3_stmt* s) : s_(s) {}
  statement(statement&& other) noexcept : s_(std::exchange(other.s_, nullptr)) {}
  statement& operator=(statement&&) = delete;
  ~statement(); ///< resets; the cache of `database` owns the statement itself

  statement& bind(int at, int64_t v);
  statement& bind(int at, std::string_view v);
  statement& bind(int at, byte_view v);
  statement& bind_null(int at);
  /// True while there is a row. Throws `database_error`.
  bool step();
  /// Runs to the end.
  void run();

  int64_t integer(int column) const;
  std::string text(int column) const;
  byte_buffer blob(int column) const;
  bool is_null(int column) const;

private:
  sqlite3_stmt* s_;
};

/// One connection to one SQLite file: WAL, every commit on disk before it returns
/// (`synchronous=FULL`). One thread at a time. All members throw `database_error`.
class database {
public:
  /// Opens or makes the file, mode 0600. ":memory:" for tests.
  explicit database(const std::string& path);
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  void exec(const std::string& sql);
  /// A cached statement for `sql`, reset and without bindings; one use of it at a time.
  statement prepare(const char* sql);
  int64_t last_insert_id() const;
  int changes() const;

private:
  sqlite3* db_ = nullptr;
  std::unordered_map<std::string, sqlite3_stmt*> cache_;
};

} // namespace codius::runtime
