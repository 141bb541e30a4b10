#include "gateway/http/seats.hpp"

#include <utility>

namespace loan_manager::gateway::http {

Seats::Seat& Seats::Seat::operator=(Seat&& other) noexcept {
    std::swap(owner_, other.owner_);
    std::swap(network_, other.network_);
    std::swap(counted_, other.counted_);
    return *this;
}

Seats::Seat::~Seat() {
    if (owner_) {
        owner_->give_back(network_, counted_);
    }
}

std::shared_ptr<Seats> Seats::make(SeatLimits limits) { return std::shared_ptr<Seats>(new Seats(std::move(limits))); }

Seats::Verdict Seats::take(const boost::asio::ip::address& peer, bool make_room, Seat& seat) {
    const bool counted = !limits_.exempt || !limits_.exempt(peer);
    const PeerNetwork network = network_of(plain_address(peer));
    const std::scoped_lock lock(mutex_);
    const auto held = by_network_.find(network);
    if (counted && held != by_network_.end() && held->second >= limits_.per_address) {
        return Verdict::too_many_of_address;
    }
    if (!make_room && taken_ >= limits_.total) {
        return Verdict::full;
    }
    ++taken_;
    if (counted) {
        ++by_network_[network];
    }
    seat = Seat(shared_from_this(), network, counted);
    return Verdict::seated;
}

void Seats::give_back(const PeerNetwork& network, bool counted) {
    const std::scoped_lock lock(mutex_);
    --taken_;
    if (!counted) {
        return;
    }
    const auto held = by_network_.find(network);
    if (--held->second == 0) {
        by_network_.erase(held);
    }
}

std::size_t Seats::taken() const {
    const std::scoped_lock lock(mutex_);
    return taken_;
}

std::size_t Seats::addresses() const {
    const std::scoped_lock lock(mutex_);
    return by_network_.size();
}

}  // namespace loan_manager::gateway::http
