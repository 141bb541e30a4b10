// What one HTTP client may cost the gateway: bytes, fields and seconds.
#pragma once

#include <chrono>
#include <cstddef>

namespace loan_manager::gateway::http {

struct Limits {
    /// Longest request line in bytes, without its line end; longer ones are answered 414.
    std::size_t request_line = 8 * 1024;
    /// Longest request head (request line and fields) in bytes; longer ones are answered 431.
    std::size_t head = 32 * 1024;
    /// Most fields in a head; more are answered 431.
    std::size_t fields = 100;
    /// Largest sum of chunk extensions and trailer fields of one body.
    std::size_t chunk_overhead = 8 * 1024;
    /// An unread body up to this size is read and thrown away to keep the connection usable.
    std::size_t discard = 64 * 1024;

    /// From the first byte of a request (or the start of a connection) to the end of its head.
    std::chrono::milliseconds head_timeout{10'000};
    /// Without a single byte of the body arriving.
    std::chrono::milliseconds body_idle_timeout{10'000};
    /// For the whole body, however slowly it trickles.
    std::chrono::milliseconds body_timeout{60'000};
    /// Between two requests of one connection. Longer than nginx keeps its upstream connections (60 s),
    /// so that nginx never sends a request into a connection that is just being closed.
    std::chrono::milliseconds idle_timeout{75'000};
    /// Without a single byte of the response being taken.
    std::chrono::milliseconds write_timeout{15'000};
    /// Slowest rate in bytes per second at which a client may take its answers …
    std::size_t write_rate = 2 * 1024;
    /// … and how long it may stay below it, all its answers together.
    std::chrono::milliseconds write_patience{30'000};
    /// Reading what a refused client still sends, so that it can read the answer before the reset.
    std::chrono::milliseconds linger_timeout{2'000};
};

}  // namespace loan_manager::gateway::http
