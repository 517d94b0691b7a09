#include "runtime/base/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>

namespace codius::runtime {

namespace {

enum class kind { counter, gauge, histogram };
using label_map = prometheus::Labels;

/// One name: its kind, its family, and the label values seen.
struct family {
  kind what;
  void* handle = nullptr;
  std::set<label_map> seen;
  std::vector<double> bounds;
};

} // namespace

struct metrics::impl {
  prometheus::Registry registry;
  std::mutex mutex;
  std::map<std::string, family, std::less<>> families;

  template <class Builder>
  family& find(std::string_view name, std::string_view help, kind what, Builder&& build) {
    const auto found = families.find(name);
    if (found == families.end()) {
      auto& made = build().Name(std::string{name}).Help(std::string{help}).Register(registry);
      return families.emplace(name, family{what, &made, {}, {}}).first->second;
    }
    if (found->second.what != what)
      throw std::invalid_argument{"metric " + std::string{name} + " is of another kind"};
    return found->second;
  }

  /// The labels to count under.
  static label_map bounded(family& f, metrics::labels l) {
    label_map out;
    for (const auto& [name, value] : l)
      out.emplace(name, value);
    if (!f.seen.contains(out) && f.seen.size() >= metrics::max_series)
      for (auto& [name, value] : out)
        value = "other";
    f.seen.insert(out);
    return out;
  }
};

void counter::add(double by) const noexcept {
  if (impl_ && by >= 0)
    static_cast<prometheus::Counter*>(impl_)->Increment(by);
}

void gauge::set(double value) const noexcept {
  if (impl_)
    static_cast<prometheus::Gauge*>(impl_)->Set(value);
}

void gauge::add(double by) const noexcept {
  if (impl_)
    static_cast<prometheus::Gauge*>(impl_)->Increment(by);
}

void histogram::observe(double value) const {
  if (impl_)
    static_cast<prometheus::Histogram*>(impl_)->Observe(value);
}

metrics::metrics() : impl_(std::make_unique<impl>()) {}
metrics::~metrics() = default;

runtime::counter metrics::counter(std::string_view name, std::string_view help, labels l) {
  const std::lock_guard lock{impl_->mutex};
  auto& f = impl_->find(name, help, kind::counter, prometheus::BuildCounter);
  auto* all = static_cast<prometheus::Family<prometheus::Counter>*>(f.handle);
  return runtime::counter{&all->Add(impl::bounded(f, l))};
}

runtime::gauge metrics::gauge(std::string_view name, std::string_view help, labels l) {
  const std::lock_guard lock{impl_->mutex};
  auto& f = impl_->find(name, help, kind::gauge, prometheus::BuildGauge);
  auto* all = static_cast<prometheus::Family<prometheus::Gauge>*>(f.handle);
  return runtime::gauge{&all->Add(impl::bounded(f, l))};
}

runtime::histogram metrics::histogram(std::string_view name, std::string_view help,
                                      const std::vector<double>& bounds, labels l) {
  if (!std::is_sorted(bounds.begin(), bounds.end()))
    throw std::invalid_argument{"bounds of " + std::string{name} + " do not ascend"};
  const std::lock_guard lock{impl_->mutex};
  auto& f = impl_->find(name, help, kind::histogram, prometheus::BuildHistogram);
  if (f.seen.empty())
    f.bounds = bounds;
  auto* all = static_cast<prometheus::Family<prometheus::Histogram>*>(f.handle);
  return runtime::histogram{&all->Add(impl::bounded(f, l), f.bounds)};
}

std::string metrics::render() const {
  auto all = impl_->registry.Collect();
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return prometheus::TextSerializer{}.Serialize(all);
}

} // namespace codius::runtime
