#include "fleet/bikes/timeline_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace loan_manager::fleet::bikes {
namespace {

std::string text(const boost::json::object& values, std::string_view column) {
    const auto* value = values.if_contains(column);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

// "before" + word + "after", or nothing at all without the word.
std::string with(std::string_view before, const std::string& word, std::string_view after = {}) {
    return word.empty() ? std::string() : std::string(before) + word + std::string(after);
}

std::string because(const Happening& happening) { return with(": ", happening.reason); }

// "STATE_OF_THINGS" → "state of things"
std::string words(std::string token) {
    for (char& c : token) {
        c = c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return token;
}

std::string capitalised(std::string sentence) {
    if (!sentence.empty() && sentence.front() >= 'a' && sentence.front() <= 'z') {
        sentence.front() = static_cast<char>(sentence.front() - 'a' + 'A');
    }
    return sentence;
}

// "color, asking price", or nothing.
std::string changed_columns(const Happening& happening) {
    std::string list;
    for (const auto& change : happening.after) {
        list += (list.empty() ? "" : ", ") + words(std::string(change.key()));
    }
    return list;
}

std::string procured(const Happening& it) {
    const bool in_trade = text(it.after, "procurement_source") == "TRADE_IN";
    return (in_trade ? "Taken in trade" : "Bought") + with(" at ", it.branch) + with(" as ", it.number);
}

std::string updated(const Happening& it) { return "Facts changed" + with(": ", changed_columns(it)); }

std::string reserved(const Happening& it) {
    return "Reserved" + with(" for ", text(it.after, "reserved_for")) +
           with(" until ", text(it.after, "reserved_until"));
}

std::string released(const Happening& it) {
    const auto reservation = "Reservation" + with(" for ", text(it.before, "reserved_for"));
    return reservation + (it.automatic ? " expired" : " released");
}

std::string returned(const Happening&) { return "Returned to stock"; }

std::string write_off_requested(const Happening& it) {
    return "Write-off requested" + with(" (", words(text(it.after, "write_off_requested_kind")), ")") + because(it);
}

std::string write_off_rejected(const Happening& it) { return "Write-off refused" + because(it); }

std::string written_off(const Happening& it) {
    return "Written off" + with(" (", words(text(it.after, "write_off_kind")), ")") + because(it);
}

std::string transfer(const Happening& it) { return "Transfer" + with(" ", it.number); }

std::string transfer_requested(const Happening& it) {
    return transfer(it) + with(" from ", it.from) + with(" to ", it.to) + " requested";
}
std::string transfer_approved(const Happening& it) { return transfer(it) + " approved"; }
std::string transfer_dispatched(const Happening& it) {
    return "Sent off" + with(" to ", it.to) + with(" (", it.number, ")");
}
std::string transfer_completed(const Happening& it) {
    return "Arrived" + with(" at ", it.to) + with(" as ", text(it.after, "to_stock_number")) +
           with(" (", it.number, ")");
}
std::string transfer_rejected(const Happening& it) { return transfer(it) + " rejected" + because(it); }
std::string transfer_cancelled(const Happening& it) { return transfer(it) + " cancelled" + because(it); }

std::string expense_recorded(const Happening& it) {
    return "Expense" + with(" of ", text(it.after, "amount")) + with(" (", words(text(it.after, "category")), ")") +
           " recorded" + with(": ", text(it.after, "description"));
}
std::string expense_updated(const Happening& it) { return "Expense changed" + with(": ", changed_columns(it)); }
std::string expense_voided(const Happening& it) { return "Expense voided" + because(it); }

std::string job(const Happening& it) { return "Repair job" + with(" ", it.number); }

std::string job_opened(const Happening& it) {
    return job(it) + with(" (", words(text(it.after, "job_type")), ")") + " opened" + with(" at ", it.branch);
}
std::string job_updated(const Happening& it) { return job(it) + " changed"; }
std::string job_started(const Happening& it) { return job(it) + " started"; }
std::string job_completed(const Happening& it) { return job(it) + " completed"; }
std::string job_invoiced(const Happening& it) { return job(it) + " invoiced"; }
std::string job_cancelled(const Happening& it) { return job(it) + " cancelled" + because(it); }

std::string sale_recorded(const Happening& it) {
    return "Sold" + with(" at ", it.branch) + with(" for ", text(it.after, "selling_price")) +
           with(" (", it.number, ")");
}
std::string sale_updated(const Happening& it) {
    return "Sale" + with(" ", it.number) + " changed" + with(": ", changed_columns(it));
}
std::string sale_void_requested(const Happening& it) {
    return "Void of sale" + with(" ", it.number) + " requested" + because(it);
}
std::string sale_void_rejected(const Happening& it) {
    return "Void of sale" + with(" ", it.number) + " refused" + because(it);
}
std::string sale_voided(const Happening& it) { return "Sale" + with(" ", it.number) + " voided" + because(it); }

struct Wording {
    std::string_view action;
    std::string (*say)(const Happening&);
};
constexpr std::array wordings{
    Wording{"BIKE_PROCURED", procured},
    Wording{"BIKE_UPDATED", updated},
    Wording{"BIKE_RESERVED", reserved},
    Wording{"BIKE_RELEASED", released},
    Wording{"BIKE_RETURNED", returned},
    Wording{"BIKE_WRITE_OFF_REQUESTED", write_off_requested},
    Wording{"BIKE_WRITE_OFF_REJECTED", write_off_rejected},
    Wording{"BIKE_WRITTEN_OFF", written_off},
    Wording{"TRANSFER_REQUESTED", transfer_requested},
    Wording{"TRANSFER_APPROVED", transfer_approved},
    Wording{"TRANSFER_DISPATCHED", transfer_dispatched},
    Wording{"TRANSFER_COMPLETED", transfer_completed},
    Wording{"TRANSFER_REJECTED", transfer_rejected},
    Wording{"TRANSFER_CANCELLED", transfer_cancelled},
    Wording{"EXPENSE_RECORDED", expense_recorded},
    Wording{"EXPENSE_UPDATED", expense_updated},
    Wording{"EXPENSE_VOIDED", expense_voided},
    Wording{"JOB_OPENED", job_opened},
    Wording{"JOB_UPDATED", job_updated},
    Wording{"JOB_STARTED", job_started},
    Wording{"JOB_COMPLETED", job_completed},
    Wording{"JOB_INVOICED", job_invoiced},
    Wording{"JOB_CANCELLED", job_cancelled},
    Wording{"SALE_RECORDED", sale_recorded},
    Wording{"SALE_UPDATED", sale_updated},
    Wording{"SALE_VOID_REQUESTED", sale_void_requested},
    Wording{"SALE_VOID_REJECTED", sale_void_rejected},
    Wording{"SALE_VOIDED", sale_voided},
};

}  // namespace

std::string sentence(const Happening& happening) {
    const auto found = std::find_if(wordings.begin(), wordings.end(),
                                    [&](const Wording& known) { return known.action == happening.action; });
    return found == wordings.end() ? capitalised(words(happening.action)) : found->say(happening);
}

}  // namespace loan_manager::fleet::bikes
