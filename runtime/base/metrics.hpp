#pragma once
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codius::runtime {

/// A total that only grows. A handle: cheap to copy, safe from any thread, valid as long as its
/// registry; one made by default counts into nothing.
class counter {
public:
  counter() = default;
  void add(double by = 1) const noexcept; ///< `by` below 0 is ignored

private:
  friend class metrics;
  explicit counter(void* impl) : impl_(impl) {}
  void* impl_ = nullptr;
};

/// A value that goes up and down. As `counter` otherwise.
class gauge {
public:
  gauge() = default;
  void set(double value) const noexcept;
  void add(double by) const noexcept;

private:
  friend class metrics;
  explicit gauge(void* impl) : impl_(impl) {}
  void* impl_ = nullptr;
};

/// Counts observations by size. As `counter` otherwise.
class histogram {
public:
  histogram() = default;
  void observe(double value) const;

private:
  friend class metrics;
  explicit histogram(void* impl) : impl_(impl) {}
  void* impl_ = nullptr;
};

/// Everything the host measures, by name and a few labels, as Prometheus reads it. Asking for a
/// name and labels again gives the same series; look a handle up once and keep it. Names, label
/// names and help are ours: a wrong name, or one used with two kinds, throws
/// `std::invalid_argument`. Label values may come from outside: beyond `max_series` of one name,
/// all new ones are counted together under the value "other", so that nobody can fill the memory.
/// Safe from any thread.
class metrics {
public:
  using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;
  static constexpr size_t max_series = 200;

  metrics();
  ~metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;

  runtime::counter counter(std::string_view name, std::string_view help, labels l = {});
  runtime::gauge gauge(std::string_view name, std::string_view help, labels l = {});
  /// `bounds`: upper ends of the buckets, ascending; those of the first call count.
  runtime::histogram histogram(std::string_view name, std::string_view help,
                               const std::vector<double>& bounds, labels l = {});

  /// Prometheus' text format 0.0.4, names sorted.
  std::string render() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace codius::runtime
