// How many connections there may be, and how many of them one client may hold.
#pragma once

#include "gateway/http/peer_address.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace loan_manager::gateway::http {

struct SeatLimits {
    /// Connections of the process.
    std::size_t total = 10'000;
    /// Connections of one address (of one /64 with IPv6).
    std::size_t per_address = 256;
    /// Addresses that may hold any number, since many people's requests come through them: proxies. Empty: none.
    std::function<bool(const boost::asio::ip::address&)> exempt{};
};

/// Counts connections from the moment they are accepted. Safe from every thread.
class Seats : public std::enable_shared_from_this<Seats> {
public:
    enum class Verdict { seated, full, too_many_of_address };

    /// Given back when it is destroyed, which may be on any thread and after the owner of the Seats let go of them.
    class Seat {
    public:
        Seat() = default;
        Seat(Seat&& other) noexcept = default;
        Seat& operator=(Seat&& other) noexcept;
        ~Seat();

    private:
        friend class Seats;
        Seat(std::shared_ptr<Seats> owner, PeerNetwork network, bool counted)
            : owner_(std::move(owner)), network_(network), counted_(counted) {}
        std::shared_ptr<Seats> owner_;
        PeerNetwork network_{};
        bool counted_ = false;
    };

    static std::shared_ptr<Seats> make(SeatLimits limits);

    /// `seat`, an empty one, is filled when the verdict is `seated`. `make_room`: somebody is about to leave, so that
    /// `full` is no reason; what one address may hold still is.
    Verdict take(const boost::asio::ip::address& peer, bool make_room, Seat& seat);

    [[nodiscard]] std::size_t taken() const;
    /// Addresses that hold a seat now, without the exempt.
    [[nodiscard]] std::size_t addresses() const;

private:
    explicit Seats(SeatLimits limits) : limits_(std::move(limits)) {}
    void give_back(const PeerNetwork& network, bool counted);

    const SeatLimits limits_;
    mutable std::mutex mutex_;
    std::size_t taken_ = 0;
    std::map<PeerNetwork, std::size_t> by_network_;
};

}  // namespace loan_manager::gateway::http
