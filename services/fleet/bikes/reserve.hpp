#pragma once

#include "fleet/bikes/state_command.hpp"
#include "runtime/colombo_time.hpp"

namespace loan_manager::fleet::bikes {

/// B2: holds a bike in stock for a customer, until a day or without end. It does not restrict to whom the bike is sold
/// (D-503).
class Reserve final : public StateCommand<v1::ReserveBikeRequest> {
protected:
    access::Reach reach(const access::Identity& caller) const override;
    void check(commands::Unit& unit, const request_type& request) const override;
    rpc::Result<Move> move(commands::Unit& unit, const request_type& request, const Situation& situation,
                           v1::Bike& bike) const override;
};

/// B3: ends a reservation.
class Release final : public StateCommand<v1::BikeCommandRequest> {
protected:
    access::Reach reach(const access::Identity& caller) const override;
    rpc::Result<Move> move(commands::Unit& unit, const request_type& request, const Situation& situation,
                           v1::Bike& bike) const override;
};

/// B3 by itself: ends a reservation whose last day lies before `today`. INVALID_STATE if there is none such (any more):
/// the customer bought the bike, somebody extended or released it, another instance was here first.
class Expire final : public StateCommand<v1::BikeCommandRequest> {
public:
    explicit Expire(runtime::Date today) : today_(today) {}

protected:
    access::Reach reach(const access::Identity& caller) const override;
    rpc::Result<Move> move(commands::Unit& unit, const request_type& request, const Situation& situation,
                           v1::Bike& bike) const override;

private:
    runtime::Date today_;
};

}  // namespace loan_manager::fleet::bikes
