#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace loan_manager::runtime {

/// Label names and values of a time series.
using Labels = std::map<std::string, std::string>;

/// Handles of time series: look them up once, keep them, and using them is a few atomic operations.
/// They are small, copyable, safe from every thread, and valid as long as their Metrics.
class Counter {
public:
    explicit Counter(prometheus::Counter& series) : series_(&series) {}
    void add(double amount = 1) const;

private:
    prometheus::Counter* series_;
};

class Gauge {
public:
    explicit Gauge(prometheus::Gauge& series) : series_(&series) {}
    void set(double value) const;
    void add(double amount) const;

private:
    prometheus::Gauge* series_;
};

class Histogram {
public:
    explicit Histogram(prometheus::Histogram& series) : series_(&series) {}
    void observe(double value) const;

private:
    prometheus::Histogram* series_;
};

/// Upper bounds in seconds that suit answers between a fraction of a millisecond and ten seconds.
const std::vector<double>& latency_buckets();

/// The time series of a process, served at /metrics in Prometheus' text format.
/// The same name and labels give the same series. Look-ups take a lock: keep the handles. Safe from every thread.
/// Bound the label values yourself: never a client's text.
class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
    Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
    Histogram histogram(const std::string& name, const std::string& help, const Labels& labels = {},
                        const std::vector<double>& buckets = latency_buckets());
    /// A gauge asked for its value at each collection, on the thread that collects. `read` must be quick and safe
    /// there, and stay callable until the process's event loops have ended.
    void gauge_from(const std::string& name, const std::string& help, const Labels& labels,
                    std::function<double()> read);

    /// Runs at the beginning of each collection, on the thread that collects: for series whose labels are not known
    /// beforehand. Under the same conditions as `read` above.
    void before_collecting(std::function<void()> update);

    /// Everything, in Prometheus' text format 0.0.4.
    std::string text() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace loan_manager::runtime
