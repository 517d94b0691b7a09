#pragma once
#include "runtime/store/event_chain.hpp"
#include "runtime/store/store.hpp"
#include "tests/runtime/store/batch.hpp"
#include "tests/support/fake_world.hpp"
#include "tests/support/offers.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace codius::tests {

/// A store in a file of its own, whose every operation is a batch of its own.
struct kept_fixture {
  fake_world world;
  temp_dir dir;
  runtime::event_bounds bounds;
  std::unique_ptr<runtime::store> s;
  asset unit{"XRP", 9};

  kept_fixture() { reopen(); }
  std::string file() const { return dir.path() + "/codius.db"; }
  void reopen() {
    s.reset();
    s = std::make_unique<runtime::store>(file(), world.door(), bounds);
  }
  /// What somebody does to the file behind the host's back.
  void tamper(const std::string& sql) {
    s.reset();
    runtime::database{file()}.exec(sql);
    reopen();
  }

  template <class Op>
  auto commit(Op op) {
    return in_batch(*s, std::move(op));
  }

  purchase_opened open(sale_kind kind, uint8_t token, char pod, std::chrono::seconds d,
                       uint64_t price) {
    const auto id = id_of(pod);
    const auto offer = kind == sale_kind::upload ? offer_of(id) : nullptr;
    auto out = commit([&] { return s->open({kind, token_of(token), id, offer, d, price, unit}); });
    REQUIRE(out);
    return *out;
  }
  money_booked book(uint8_t token, uint64_t amount) {
    auto out = commit([&] { return s->book({token_of(token), amount, unit}); });
    REQUIRE(out);
    return *out;
  }
  purchase buy(sale_kind kind, uint8_t token, char pod, std::chrono::seconds d, uint64_t price) {
    const auto opened = open(kind, token, pod, d, price);
    if (opened.sale.state == purchase_state::owed)
      return opened.sale;
    const auto booked = book(token, opened.due);
    REQUIRE(booked.paid);
    return *booked.paid;
  }
  purchase sold(uint8_t token, char pod, std::chrono::seconds d = std::chrono::seconds{600},
                uint64_t price = 100) {
    const auto p = buy(sale_kind::upload, token, pod, d, price);
    return *commit([&] { return s->deliver({p.id}); });
  }
  uint64_t credit_of(uint8_t token) {
    auto out = commit([&] { return s->credits({token_of(token)}); });
    REQUIRE(out);
    uint64_t sum = 0;
    for (const auto& line : out->all)
      sum += line.amount;
    return sum;
  }
  ledger_totals::line totals() {
    auto out = commit([&] { return s->totals(); });
    REQUIRE(out);
    if (out->assets.empty())
      return {};
    auto line = out->assets[0];
    CHECK(line.received == line.earned + line.owed + line.credit);
    return line;
  }

  event_list events(uint64_t after = 0, size_t limit = 1000) {
    auto out = commit([&] { return s->events({after, limit, false}); });
    REQUIRE(out);
    return *out;
  }
  std::vector<std::string> kinds() {
    std::vector<std::string> out;
    for (const auto& e : events().events)
      out.push_back(e.kind);
    return out;
  }
  size_t count(const std::string& kind) {
    const auto all = kinds();
    return static_cast<size_t>(std::count(all.begin(), all.end(), kind));
  }
  /// Empty when the chain is whole, else what is wrong with it.
  std::string flaw() {
    const auto page = events(0, 1000);
    runtime::event_checker checker{page.anchor};
    for (const auto& e : page.events)
      if (const auto right = checker.check(runtime::event_json(e)); !right)
        return right.error().detail;
    return checker.at() == page.head ? "" : "the end is missing";
  }
};

} // namespace codius::tests
