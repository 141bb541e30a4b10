#include "tools/seed/demo_bikes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string_view>

#include "tools/seed/names.hpp"
#include "tools/seed/organisation.hpp"
#include "tools/seed/random.hpp"

namespace loan_manager::ctl {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::sys_days;

constexpr std::string_view upper_letters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
constexpr std::string_view digits = "0123456789";
constexpr std::string_view chassis_letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789";

/// L-02: January to December.
constexpr std::array<double, 12> month_weights{.9, .9, 1.2, 1.3, .9, .9, 1, 1, .9, 1, 1, 1.2};

struct Model {
    std::string_view brand, model;
    double weight;
    double base_price;
};
/// L-03.
constexpr std::array<Model, 7> models{{
    {"Bajaj", "Pulsar 150", 20, 180'000},
    {"Honda", "CB 125F", 18, 190'000},
    {"Yamaha", "FZ", 17, 240'000},
    {"TVS", "Apache", 14, 200'000},
    {"Hero", "Splendor", 12, 140'000},
    {"Bajaj", "Pulsar NS160", 10, 230'000},
    {"Suzuki", "Gixxer", 9, 220'000},
}};

constexpr std::array<std::string_view, 4> sources{"CUSTOMER", "AUCTION", "DEALER", "OTHER"};
constexpr std::array<double, 4> source_weights{60, 15, 15, 10};
constexpr std::array<std::string_view, 6> colors{"Black", "Red", "Blue", "Silver", "White", "Grey"};
constexpr std::array<std::string_view, 3> provinces{"UP-", "SP-", "SG-"};
constexpr std::array<std::string_view, 3> dealers{"Uva Motor Traders", "Ruhunu Bike Centre", "Lanka Auto Mart"};

/// The chosen texts so far: what is drawn twice is drawn again.
class Unique {
public:
    template <class Draw>
    std::string next(Draw draw) {
        for (;;) {
            std::string text = draw();
            if (seen_.insert(text).second) {
                return text;
            }
        }
    }

private:
    std::set<std::string> seen_;
};

runtime::Date draw_day(Random& random, const DemoBikeOptions& options) {
    std::vector<double> weights;
    const sys_days first = sys_days(options.last_day) - days(options.days - 1);
    for (int i = 0; i != options.days; ++i) {
        const sys_days day = first + days(i);
        const runtime::Date date(day);
        const bool sunday = std::chrono::weekday(day) == std::chrono::Sunday;
        weights.push_back(month_weights[unsigned(date.month()) - 1] * (sunday ? 0.3 : 1));
    }
    return runtime::Date(first + days(random.pick(weights)));
}

std::int64_t draw_price(Random& random, double base, int age) {
    double price = base * random.uniform(0.85, 1.15);
    for (int i = 0; i != age; ++i) {
        price *= 0.93;
    }
    return std::max<std::int64_t>(40'000, std::llround(price / 500) * 500);
}

DemoBike::NotebookMarks draw_marks(Random& random, const DemoBike& bike) {
    DemoBike::NotebookMarks marks;
    marks.hand_amount = random.whole(2, 20) * 500;
    marks.settlement_amount = std::max<std::int64_t>(0, bike.purchase_price - marks.hand_amount);
    marks.cr_location = random.chance(0.6) ? "Head office" : "Branch safe";
    marks.caller = person_name(random);
    marks.ldate = runtime::Date(sys_days(bike.procurement_date) + days(random.whole(1, 14)));
    marks.sk_flag = random.chance(0.5);
    marks.ls_flag = random.chance(0.3);
    return marks;
}

std::string bought_method_of(std::string_view source, Random& random) {
    if (source == "AUCTION") {
        return "AUCTION";
    }
    return random.chance(0.75) ? "CASH" : random.chance(0.6) ? "LOAN_CLOSED" : "PREVIOUS_BIKE";
}

}  // namespace

std::vector<DemoBike> generate_demo_bikes(const DemoBikeOptions& options) {
    Random random(options.seed);
    Unique plates, frames, engines;
    std::vector<double> branch_weights, model_weights;
    for (const SeedBranch& branch : seed_branches()) {
        branch_weights.push_back(branch.weight);
    }
    for (const Model& model : models) {
        model_weights.push_back(model.weight);
    }

    std::vector<DemoBike> bikes;
    for (int i = 0; i != options.bikes; ++i) {
        DemoBike bike;
        const SeedBranch& branch = seed_branches()[random.pick(branch_weights)];
        bike.branch_code = branch.code;
        bike.company_code = branch.company;
        bike.procurement_date = draw_day(random, options);
        bike.procured_at = runtime::colombo_instant(bike.procurement_date, minutes(random.whole(9 * 60, 17 * 60))) +
                           std::chrono::milliseconds(random.whole(0, 59'999));
        const Model& model = models[random.pick(model_weights)];
        bike.brand = model.brand;
        bike.model = model.model;
        const int age = std::clamp(static_cast<int>(std::lround(random.triangular(1, 12, 4))), 1, 12);
        bike.year = int(bike.procurement_date.year()) - age;
        bike.purchase_price = draw_price(random, model.base_price, age);
        bike.source = sources[random.pick(source_weights)];
        bike.bought_method = bought_method_of(bike.source, random);
        if (random.chance(0.98)) {
            bike.plate_key = plates.next([&] {
                return std::string(1, random.chance(0.5) ? 'B' : 'C') + random.text(2, upper_letters) + "-" +
                       random.text(4, digits);
            });
            bike.plate = std::string(provinces[static_cast<std::size_t>(random.whole(0, 2))]) + *bike.plate_key;
        }
        if (random.chance(0.90)) {
            bike.frame_number =
                frames.next([&] { return "M" + random.text(11, chassis_letters) + random.text(5, digits); });
            bike.engine_number = engines.next([&] { return random.text(6, upper_letters) + random.text(5, digits); });
        }
        bike.mileage_km = age * random.whole(4'000, 11'000);
        bike.color = colors[static_cast<std::size_t>(random.whole(0, 5))];
        bike.supplier_name = bike.source == "DEALER" || bike.source == "AUCTION"
                                 ? std::string(dealers[static_cast<std::size_t>(random.whole(0, 2))])
                                 : person_name(random);
        bike.buyer = random.whole(0, 4);
        if (random.chance(0.30)) {
            bike.marks = draw_marks(random, bike);
        }
        bike.id = random.uuid(bike.procured_at);
        bike.stock_number_id = random.uuid(bike.procured_at);
        bike.ledger_id = random.uuid(bike.procured_at);
        bike.audit_id = random.uuid(bike.procured_at);
        bikes.push_back(std::move(bike));
    }
    std::ranges::sort(bikes, [](const DemoBike& a, const DemoBike& b) {
        return std::tie(a.procured_at, a.id) < std::tie(b.procured_at, b.id);
    });
    std::map<std::string, int> issued;
    for (DemoBike& bike : bikes) {
        bike.place_in_branch = ++issued[bike.branch_code];
    }
    // L-05: 3 % of the bikes in stock are reserved; spread over the period.
    const int reserved = static_cast<int>(std::lround(options.bikes * 0.03));
    for (int i = 0; i != reserved; ++i) {
        const auto place = static_cast<std::size_t>((i * 2 + 1) * options.bikes / (reserved * 2));
        DemoBike& bike = bikes[place];
        bike.reserve_audit_id = random.uuid(bike.procured_at);
        bike.reservation =
            DemoBike::Reservation{person_name(random), "+9477" + random.text(7, digits), random.whole(7, 21)};
    }
    return bikes;
}

}  // namespace loan_manager::ctl
