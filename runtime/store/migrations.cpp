#include "runtime/store/migrations.hpp"

#include <array>

namespace codius::runtime {

namespace {

/// What was changed, row by row (event_log.hpp), and both ends of its chain.
constexpr const char* make_event_log() {
  return R"sql(
    CREATE TABLE events (
      seq INTEGER PRIMARY KEY,
      at_ms INTEGER NOT NULL,
      kind TEXT NOT NULL,
      subject TEXT NOT NULL,
      detail TEXT NOT NULL,
      hash BLOB NOT NULL);
    CREATE TABLE event_ends (
      which TEXT PRIMARY KEY,
      seq INTEGER NOT NULL,
      hash BLOB NOT NULL) WITHOUT ROWID;
    INSERT INTO event_ends (which, seq, hash)
      VALUES ('anchor', 0, zeroblob(32)), ('head', 0, zeroblob(32));
    -- An eviction asks for all that bought a pod's time.
    CREATE INDEX purchases_by_pod ON purchases (pod, state);
  )sql";
}

// Never edit a step that was released: add one. `user_version` counts the steps done.
constexpr std::array steps{
  R"sql(
    -- Every movement of money, for ever; corrections are new rows.
    CREATE TABLE entries (
      id INTEGER PRIMARY KEY,
      at_ms INTEGER NOT NULL,
      purchase INTEGER,
      source TEXT NOT NULL,
      target TEXT NOT NULL,
      asset TEXT NOT NULL,
      amount INTEGER NOT NULL CHECK (amount > 0));
    -- Sums of the above. The check is what keeps any account from being spent twice.
    CREATE TABLE balances (
      account TEXT NOT NULL,
      asset TEXT NOT NULL,
      balance INTEGER NOT NULL CHECK (balance >= 0),
      PRIMARY KEY (account, asset)) WITHOUT ROWID;
    CREATE TABLE purchases (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      token BLOB NOT NULL,
      kind INTEGER NOT NULL,
      pod TEXT NOT NULL,
      seconds INTEGER NOT NULL CHECK (seconds > 0),
      price INTEGER NOT NULL CHECK (price >= 0),
      asset TEXT NOT NULL,
      state TEXT NOT NULL,
      opened_ms INTEGER NOT NULL,
      paid_ms INTEGER,
      settled_ms INTEGER,
      expires_ms INTEGER,
      offer TEXT,
      why TEXT);
    CREATE INDEX purchases_by_token ON purchases (token, id);
    CREATE INDEX purchases_unsettled ON purchases (id) WHERE state IN ('open', 'owed');
    CREATE TABLE pods (
      id TEXT PRIMARY KEY,
      phase TEXT NOT NULL,
      started_ms INTEGER NOT NULL,
      expires_ms INTEGER NOT NULL,
      offer TEXT NOT NULL) WITHOUT ROWID;
  )sql",
  R"sql(
    -- Other hosts, in the order of their arrival.
    CREATE TABLE peers (
      place INTEGER PRIMARY KEY,
      uri TEXT NOT NULL UNIQUE,
      bootstrap INTEGER NOT NULL,
      known_ms INTEGER NOT NULL,
      good_ms INTEGER NOT NULL);
  )sql",
  R"sql(
    -- What sales tell of themselves; of money they only name their purchase.
    CREATE TABLE uploads (
      id TEXT PRIMARY KEY,
      version INTEGER NOT NULL,
      attempt TEXT NOT NULL,
      token BLOB NOT NULL,
      kind INTEGER NOT NULL,
      pod TEXT NOT NULL,
      seconds INTEGER NOT NULL,
      request TEXT NOT NULL,
      asked_ms INTEGER NOT NULL,
      steps TEXT NOT NULL,
      price INTEGER NOT NULL,
      asset TEXT NOT NULL,
      pay TEXT NOT NULL,
      pay_until_ms INTEGER NOT NULL,
      error TEXT NOT NULL,
      why TEXT NOT NULL,
      purchase INTEGER,
      worth INTEGER NOT NULL,
      changed_ms INTEGER NOT NULL,
      UNIQUE (token, kind, pod, seconds)) WITHOUT ROWID;
    CREATE INDEX uploads_by_worth ON uploads (worth, changed_ms);
    CREATE INDEX uploads_by_purchase ON uploads (purchase) WHERE purchase IS NOT NULL;
  )sql",
  make_event_log(),
};

} // namespace

void migrate(database& db) {
  int64_t done = 0;
  {
    auto version = db.prepare("PRAGMA user_version");
    version.step();
    done = version.integer(0);
  }
  if (done > static_cast<int64_t>(steps.size()))
    throw database_error("store: written by a later version of codiusd (schema "
                         + std::to_string(done) + "): install that version again");
  for (auto i = static_cast<size_t>(done); i < steps.size(); ++i)
    db.exec("BEGIN IMMEDIATE;" + std::string{steps[i]}
            + "PRAGMA user_version=" + std::to_string(i + 1) + "; COMMIT;");
}

} // namespace codius::runtime
