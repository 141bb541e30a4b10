#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/colombo_time.hpp"

namespace loan_manager::ctl {

struct DemoBikeOptions {
    std::uint64_t seed = 42;
    int bikes = 190;
    int days = 180;            ///< Procurements fall into this many days …
    runtime::Date last_day{};  ///< … of which this is the last.
};

/// One procurement (L-02, L-03), ready to be stored. Ids and times are part of it: the same options give the same rows.
struct DemoBike {
    std::string id, stock_number_id, ledger_id, audit_id, reserve_audit_id;
    std::string branch_code, company_code;
    int place_in_branch = 0;  ///< 1, 2, 3 … in order of time: what is added to the branch's counter.
    runtime::WallTime procured_at{};
    runtime::Date procurement_date{};
    std::string brand, model;
    int year = 0;
    std::int64_t purchase_price = 0;  ///< Whole rupees.
    std::string source;
    std::string bought_method;
    std::optional<std::string> plate, plate_key, frame_number, engine_number;
    int mileage_km = 0;
    std::string color;
    std::string supplier_name;
    int buyer = 0;  ///< 0: the branch's manager, 1–4: one of its agents.

    struct NotebookMarks {
        std::int64_t hand_amount = 0, settlement_amount = 0;
        std::string cr_location, caller;
        runtime::Date ldate{};
        bool sk_flag = false, ls_flag = false;
    };
    std::optional<NotebookMarks> marks;

    struct Reservation {
        std::string name, phone;
        int days = 0;  ///< From the day of loading.
    };
    std::optional<Reservation> reservation;
};

/// In order of time. Pure.
std::vector<DemoBike> generate_demo_bikes(const DemoBikeOptions& options);

}  // namespace loan_manager::ctl
