#include "runtime/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <utility>

namespace loan_manager::runtime {

void Counter::add(double amount) const { series_->Increment(amount); }
void Gauge::set(double value) const { series_->Set(value); }
void Gauge::add(double amount) const { series_->Increment(amount); }
void Histogram::observe(double value) const { series_->Observe(value); }

const std::vector<double>& latency_buckets() {
    static const std::vector<double> buckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                0.1,    0.25,  0.5,    1,     2.5,  5,     10};
    return buckets;
}

struct Metrics::State {
    struct Asked {
        Gauge gauge;
        std::function<double()> read;
    };

    prometheus::Registry registry;
    mutable std::mutex mutex;
    std::vector<Asked> asked;
    std::vector<std::function<void()>> updates;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
    return Counter(prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry).Add(labels));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
    return Gauge(prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry).Add(labels));
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, const Labels& labels,
                             const std::vector<double>& buckets) {
    return Histogram(
        prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry).Add(labels, buckets));
}

void Metrics::gauge_from(const std::string& name, const std::string& help, const Labels& labels,
                         std::function<double()> read) {
    const Gauge series = gauge(name, help, labels);
    const std::lock_guard lock(state_->mutex);
    state_->asked.push_back({series, std::move(read)});
}

void Metrics::before_collecting(std::function<void()> update) {
    const std::lock_guard lock(state_->mutex);
    state_->updates.push_back(std::move(update));
}

std::string Metrics::text() const {
    {
        const std::lock_guard lock(state_->mutex);
        for (const auto& update : state_->updates) {
            update();
        }
        for (const State::Asked& asked : state_->asked) {
            asked.gauge.set(asked.read());
        }
    }
    return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace loan_manager::runtime
