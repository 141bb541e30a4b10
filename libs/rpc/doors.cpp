#include "rpc/doors.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "runtime/log.hpp"

namespace loan_manager::rpc {
namespace {

// In the context that the calls of a connection share: the number of its door and its own there.
constexpr const char* door_property = "door";

// Together the connections of a kind may have so many times what one may have.
constexpr std::size_t share_of_all = 2;
// Whatever the others do, a connection may have this part of its limit: who asks for little is served.
constexpr std::size_t modest_part = 64;
// Who is refused so many times its limit within this time is no client: those wait for an answer before they ask again.
constexpr std::size_t patience = 2;
constexpr std::chrono::seconds patience_time{1};
// While all together ask for too much, this part of its limit is enough.
constexpr std::size_t hurry = 8;
// Who does not read is asked about that often.
constexpr std::size_t refusals_between_looks = 64;
// HTTP/2 counts so much for a field besides its bytes.
constexpr std::size_t field_overhead = 32;

/// Whether the other end leaves lying what it is sent.
bool reads_nothing(int descriptor) {
    int waiting = 0;
    int room = 0;
    socklen_t size = sizeof room;
    return ::ioctl(descriptor, SIOCOUTQ, &waiting) == 0 &&
           ::getsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &room, &size) == 0 && waiting > room / 2;
}

/// Also takes away what gRPC has not read yet: it would go on with that for long.
void cut_off(int descriptor) {
    ::shutdown(descriptor, SHUT_RDWR);
    std::array<char, 16 * 1024> unread;
    while (::recv(descriptor, unread.data(), unread.size(), MSG_DONTWAIT) > 0) {
    }
}

std::size_t bytes_of(const grpc::AuthMetadataProcessor::InputMetadata& metadata) {
    std::size_t bytes = 0;
    for (const auto& [key, value] : metadata) {
        bytes += key.size() + value.size() + field_overhead;
    }
    return bytes;
}

struct Place {
    Peer peer = Peer::other;
    std::size_t door = 0;
    std::uint64_t guest = 0;
};

std::string to_text(const Place& place) {
    return (place.peer == Peer::gateway ? 'g' : 'o') + std::to_string(place.door) + '.' + std::to_string(place.guest);
}

std::optional<Place> place_of(const grpc::AuthContext& context) {
    const std::vector<grpc::string_ref> values = context.FindPropertyValues(door_property);
    if (values.empty() || values.front().size() < 2) {
        return std::nullopt;
    }
    Place place;
    const char* const end = values.front().data() + values.front().size();
    place.peer = *values.front().data() == 'g' ? Peer::gateway : Peer::other;
    const auto [dot, error] = std::from_chars(values.front().data() + 1, end, place.door);
    if (error != std::errc() || dot == end) {
        return std::nullopt;
    }
    std::from_chars(dot + 1, end, place.guest);
    return place;
}

}  // namespace

Visit::Visit(Visit&& other) noexcept : door_(std::exchange(other.door_, nullptr)), guest_(other.guest_) {}

Visit& Visit::operator=(Visit&& other) noexcept {
    if (this != &other) {
        end();
        door_ = std::exchange(other.door_, nullptr);
        guest_ = other.guest_;
    }
    return *this;
}

Peer Visit::peer() const noexcept { return door_ != nullptr ? door_->peer_ : Peer::other; }

void Visit::end() noexcept {
    if (Door* door = std::exchange(door_, nullptr)) {
        door->leave(guest_);
    }
}

Doors::Doors(DoorLimits limits, Methods methods) : limits_(limits), methods_(std::move(methods)) {
    for (std::size_t i = 0; i != limits_.connections; ++i) {
        gateway_.push_back(std::make_shared<Door>(*this, Peer::gateway, i));
        others_.push_back(std::make_shared<Door>(*this, Peer::other, i));
    }
}

Doors::~Doors() = default;

std::optional<DoorRule> Doors::rule(std::string_view path) const {
    const auto found = methods_.find(path);
    return found == methods_.end() ? std::nullopt : std::optional(found->second);
}

const std::vector<std::shared_ptr<Door>>& Doors::of(Peer peer) const noexcept {
    return peer == Peer::gateway ? gateway_ : others_;
}

Visit Doors::visit(const grpc::AuthContext& context) const {
    const std::optional<Place> place = place_of(context);
    return place ? Visit(*of(place->peer).at(place->door), place->guest) : Visit();
}

Door::Door(Doors& doors, Peer peer, std::size_t number)
    : doors_(doors),
      peer_(peer),
      number_(number),
      calls_of_all_(peer == Peer::gateway ? doors.gateway_calls_ : doors.others_calls_) {}

void Door::opened(int descriptor) {
    const std::lock_guard lock(mutex_);
    ++guest_;
    descriptor_ = descriptor;
    refused_ = 0;
    asides_ = 0;
    aside_streams_ = 0;
}

void Door::closed() {
    const std::lock_guard lock(mutex_);
    descriptor_ = -1;
}

bool Door::forget() {
    const std::lock_guard lock(mutex_);
    ++guest_;
    calls_of_all_ -= std::exchange(calls_, 0);
    return std::exchange(was_refused_, false);
}

void Door::leave(std::uint64_t guest) noexcept {
    const std::lock_guard lock(mutex_);
    if (guest != guest_) {
        return;
    }
    --calls_;
    --calls_of_all_;
}

bool Door::all_are_too_many() const { return calls_of_all_ >= doors_.limits_.calls * share_of_all; }

bool Door::is_too_much() const {
    const std::size_t limit = doors_.limits_.calls;
    return calls_ >= limit || (all_are_too_many() && calls_ >= std::max<std::size_t>(limit / modest_part, 1));
}

bool Door::is_abuse() const {
    const std::size_t limit = doors_.limits_.calls;
    return refused_ > (all_are_too_many() ? limit / hurry : limit * patience) ||
           (refused_ % refusals_between_looks == 0 && reads_nothing(descriptor_));
}

grpc::Status Door::refuse(grpc::StatusCode code, const char* why) {
    const auto now = std::chrono::steady_clock::now();
    if (now - refused_since_ > patience_time) {
        refused_since_ = now;
        refused_ = 0;
    }
    ++refused_;
    was_refused_ = true;
    if (descriptor_ >= 0 && is_abuse()) {
        runtime::log::warning(
            "a connection is cut off that asks for too much",
            {{"from", peer_ == Peer::gateway ? "gateway" : "other"}, {"refused", refused_}, {"last", why}});
        cut_off(std::exchange(descriptor_, -1));
    }
    return {code, why};
}

grpc::Status Door::Process(const InputMetadata& metadata, grpc::AuthContext* context, OutputMetadata*,
                           OutputMetadata*) {
    const auto path = metadata.find(":path");
    const std::optional<DoorRule> rule =
        path == metadata.end() ? std::nullopt : doors_.rule(std::string_view(path->second.data(), path->second.size()));
    const std::lock_guard lock(mutex_);
    const std::optional<Place> place = place_of(*context);
    if (!place) {
        context->AddProperty(door_property, to_text({peer_, number_, guest_}));
    } else if (place->guest != guest_) {
        return {grpc::StatusCode::UNAVAILABLE, "the connection has gone"};
    }
    if (!rule) {
        return refuse(grpc::StatusCode::UNIMPLEMENTED, "no such method");
    }
    if (bytes_of(metadata) > doors_.limits_.metadata_bytes) {
        return refuse(grpc::StatusCode::RESOURCE_EXHAUSTED, "too much metadata");
    }
    switch (*rule) {
        case DoorRule::aside:
            return asides_++ < doors_.limits_.asides
                       ? grpc::Status::OK
                       : refuse(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many health checks");
        case DoorRule::aside_stream:
            return aside_streams_++ < doors_.limits_.aside_streams
                       ? grpc::Status::OK
                       : refuse(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many streams");
        case DoorRule::call:
            break;
    }
    if (is_too_much()) {
        return refuse(grpc::StatusCode::UNAVAILABLE, "too many calls at once");
    }
    ++calls_;
    ++calls_of_all_;
    return grpc::Status::OK;
}

}  // namespace loan_manager::rpc
