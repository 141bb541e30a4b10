#include "fleet/repairs/delete_line.hpp"

#include "fleet/repairs/claim.hpp"

namespace loan_manager::fleet::repairs {

void DeleteLine::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    const auto job_id = unit.sound_id("id", request.id());
    add_lock(reads, job_id);
    add_line(reads, job_id, unit.sound_id("line_id", request.line_id()));
}

boost::asio::awaitable<rpc::Result<google::protobuf::Empty>> DeleteLine::execute(commands::Unit& unit,
                                                                                 const request_type&,
                                                                                 std::vector<postgres::Rows>& reads) {
    auto located = claim_within_reach(unit, reads.at(0), may_work_on);
    if (!located) {
        co_return located.error();
    }
    const auto line = read_found_line(reads.at(1));
    if (!line) {
        co_return line.error();
    }
    if (auto current = check_line_version(unit, located->job, *line); !current) {
        co_return current.error();
    }
    if (auto changeable = check_changeable(located->job); !changeable) {
        co_return changeable.error();
    }

    v1::RepairJob job = located->job;
    static_cast<void>(replace_in_totals(job, &*line, nullptr));  // totals only shrink
    save(unit, job);
    delete_line(unit, *line);
    auto change = change_of("JOB_UPDATED", located->job, job);
    add_line_change(change, &*line, nullptr);
    unit.record(std::move(change));
    co_return google::protobuf::Empty();
}

}  // namespace loan_manager::fleet::repairs
