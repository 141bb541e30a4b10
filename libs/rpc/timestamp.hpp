// google.protobuf.Timestamp and the instants of the system clock; microseconds, as the database keeps them.
#pragma once

#include <google/protobuf/timestamp.pb.h>
#include <chrono>
#include <cstdint>

namespace loan_manager::rpc {

inline void assign(google::protobuf::Timestamp& out, std::chrono::system_clock::time_point time) {
    const auto micros = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(micros);
    out.set_seconds(seconds.count());
    out.set_nanos(static_cast<std::int32_t>((micros - seconds).count() * 1000));
}

inline std::chrono::system_clock::time_point to_time(const google::protobuf::Timestamp& stamp) {
    const auto since_epoch = std::chrono::seconds(stamp.seconds()) + std::chrono::nanoseconds(stamp.nanos());
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(since_epoch));
}

}  // namespace loan_manager::rpc
