#pragma once

#include "fleet/bikes/state_command.hpp"

namespace loan_manager::fleet::bikes {

/// D-504: asks for a live bike to be written off; replaces an earlier request. Whatever stands against the write-off
/// itself – an open transfer, a job, a reservation – is not asked yet: a bike may well be lost on the road.
class RequestWriteOff final : public StateCommand<v1::WriteOffRequest> {
protected:
    access::Reach reach(const access::Identity& caller) const override;
    void check(commands::Unit& unit, const request_type& request) const override;
    rpc::Result<Move> move(commands::Unit& unit, const request_type& request, const Situation& situation,
                           v1::Bike& bike) const override;
};

/// D-504: refuses a request, which is cleared.
class RejectWriteOff final : public StateCommand<v1::RejectWriteOffRequest> {
protected:
    access::Reach reach(const access::Identity& caller) const override;
    rpc::Result<Move> move(commands::Unit& unit, const request_type& request, const Situation& situation,
                           v1::Bike& bike) const override;
};

/// B13: writes a bike off, asked for or not. Its stock number is released; a bike that was entered by mistake also
/// gives back its purchase cost (D-504).
class WriteOff final : public StateCommand<v1::WriteOffRequest> {
protected:
    access::Reach reach(const access::Identity& caller) const override;
    void check(commands::Unit& unit, const request_type& request) const override;
    void add_reads(postgres::Batch& reads, const std::string& bicycle_id) const override;
    rpc::Result<Move> move(commands::Unit& unit, const request_type& request, const Situation& situation,
                           v1::Bike& bike) const override;
};

}  // namespace loan_manager::fleet::bikes
