// Jobs on stock, under warranty and for customers (J1 to J5, D-506, D-507).
#include <chrono>

#include "support/dealership/dealer.hpp"

namespace loan_manager::testing::dealership {

namespace {

Day months_later(Day day, int months) {
    using namespace std::chrono;
    const year_month_day date{sys_days(days(day))};
    const year_month month = date.year() / date.month() + std::chrono::months(months);
    const std::chrono::day last = (month / std::chrono::last).day();
    return sys_days(month / std::min(date.day(), last)).time_since_epoch().count();
}

}  // namespace

void Dealer::open_job(Bike& bike, bool after_sale) {
    const std::string& branch = bike.branch;
    std::string type = after_sale
                           ? dice().one_of<std::string>({"WARRANTY_REPAIR", "WARRANTY_REPAIR", "SERVICE", "REPAIR"})
                           : dice().one_of<std::string>({"FULL_OVERHAUL_BEFORE_SALE", "FULL_OVERHAUL_BEFORE_SALE",
                                                         "SERVICE", "ROUTINE_MAINTENANCE", "CUSTOM_WORK"});
    json::object body{
        {"bicycle_id", bike.id}, {"branch_id", branch}, {"job_type", type}, {"mechanic_id", user_id(mechanic(branch))}};
    if (after_sale) body["after_sale"] = true;
    if (dice().chance(30)) body["priority"] = "HIGH";
    const std::string opener = dice().chance(50) ? manager(branch) : mechanic(branch);
    if (bike.status == "IN_STOCK" && dice().chance(15)) {
        // one of the two finds what the other did.
        const Offer wish = offer(bike, bike.total_cost() + 1'000'000);
        const auto replies = client_.race({client_.post(opener, "/v1/repair-jobs", body),
                                           client_.post(wish.seller, bike.path() + "/sell", wish.body)});
        if (replies[0].status == 201) {
            client_.expect(replies[1], 409, "X-16 sale of a bike in work", "OPEN_JOB");
            return job_opened(bike, replies[0]);
        }
        client_.expect(replies[0], 409, "X-16 job on a sold bike", "BIKE_SOLD");
        return sold(bike, wish, replies[1]);
    }
    const Reply reply = client_.perform(client_.post(opener, "/v1/repair-jobs", body));
    if (type == "WARRANTY_REPAIR" && months_later(bike.sale()->day, bike.sale()->warranty_months) < today()) {
        client_.expect(reply, 409, "J1 after the warranty", "WARRANTY_EXPIRED");
        return;
    }
    job_opened(bike, reply);
}

void Dealer::job_opened(Bike& bike, const Reply& reply) {
    if (!client_.expect(reply, 201, "J1 open a job")) return;
    Job job;
    job.id = reply.id();
    job.number = reply.text("job_no");
    job.branch = bike.branch;
    const std::string type = reply.text("job_type");
    const bool after_sale = bike.status == "SOLD";
    job.category = after_sale ? (type == "WARRANTY_REPAIR" ? "WARRANTY" : "CUSTOMER_REPAIR")
                              : (type == "FULL_OVERHAUL_BEFORE_SALE" ? "PRE_SALE_PREP" : "MAINTENANCE");
    if (reply.text("category") != job.category || reply.text("status") != "OPEN") {
        client_.found("D-506 job " + job.number + " is " + reply.text("category") + " " + reply.text("status") +
                      ", expected " + job.category);
    }
    bike.jobs.push_back(job);
    if (job.stock() && bike.status == "IN_STOCK") {
        bike.status = "MAINTENANCE";
        ++bike.version;
    }
    compare(bike, client_.get("admin", bike.path()), "J1");
}

void Dealer::work(Bike& bike, Job& job) {
    if (job.status == "OPEN") {
        switch (dice().weighted({40, 45, 15})) {
            case 0:
                return add_line(bike, job);
            case 1:
                return start(job);
            default:
                return cancel(bike, job);
        }
    }
    switch (dice().weighted({30, 15, 47, 8})) {
        case 0:
            return add_line(bike, job);
        case 1:
            return change_line(job);
        case 2:
            return complete(bike, job);
        default:
            return cancel(bike, job);
    }
}

json::object Dealer::line(Line& line) {
    line.kind = dice().one_of<std::string>({"PART", "PART", "LABOUR", "LABOUR", "OVERHEAD"});
    line.quantity = line.kind == "OVERHEAD" ? 100 : dice().between(1, 900);
    line.unit_cost = dice().between(line.kind == "PART" ? 0 : 1, 400'000);
    line.unit_price = line.unit_cost;
    json::object body{{"kind", line.kind}, {"description", "Something done"}, {"unit_cost", text(line.unit_cost)}};
    if (line.quantity != 100 || dice().chance(50)) body["quantity"] = text(line.quantity);
    if (dice().chance(40)) {
        line.unit_price = line.unit_cost + dice().between(0, 100'000);
        body["unit_price"] = text(line.unit_price);
    }
    return body;
}

void Dealer::add_line(Bike& bike, Job& job) {
    if (job.status == "IN_PROGRESS" && !job.lines.empty() && dice().chance(10))
        return race_line_and_completion(bike, job);
    Line added;
    const json::object body = line(added);
    const std::string user = dice().chance(50) ? manager(job.branch) : mechanic(job.branch);
    const Reply reply = client_.perform(client_.post(user, "/v1/repair-jobs/" + job.id + "/lines", body));
    if (!client_.expect(reply, 201, "D-507 add a line")) return;
    added.id = reply.id();
    if (reply.text("cost") != text(line_amount(added.quantity, added.unit_cost)) ||
        reply.text("price") != text(line_amount(added.quantity, added.unit_price))) {
        client_.found("D-202 line of " + text(added.quantity) + " x " + text(added.unit_cost) + " costs " +
                      reply.text("cost") + ", price " + reply.text("price"));
    }
    job.lines.push_back(added);
    compare(job, "D-507 line added");
}

void Dealer::change_line(Job& job) {
    if (job.lines.empty()) return;
    const auto index = static_cast<std::size_t>(dice().between(0, static_cast<std::int64_t>(job.lines.size()) - 1));
    Line& line = job.lines[index];
    const std::string job_path = "/v1/repair-jobs/" + job.id;
    const std::string path = job_path + "/lines/" + line.id;
    const std::string etag = client_.etag(job_path);
    if (dice().chance(40)) {
        const Reply reply = client_.perform(client_.remove(mechanic(job.branch), path, etag));
        if (!client_.expect(reply, 204, "D-507 remove a line")) return;
        job.lines.erase(job.lines.begin() + static_cast<std::ptrdiff_t>(index));
    } else {
        const Cents unit = dice().between(1, 400'000);
        const Reply reply = client_.perform(client_.patch(
            mechanic(job.branch), path, {{"unit_cost", text(unit)}, {"unit_price", text(unit + 1)}}, etag));
        if (!client_.expect(reply, 200, "D-507 change a line")) return;
        line.unit_cost = unit;
        line.unit_price = unit + 1;
    }
    compare(job, "D-507 line changed");
}

void Dealer::compare(const Job& job, const std::string& what) {
    const Reply reply = client_.get("admin", "/v1/repair-jobs/" + job.id);
    Cents kinds[3] = {0, 0, 0};
    for (const Line& line : job.lines) {
        kinds[line.kind == "PART" ? 0 : line.kind == "LABOUR" ? 1 : 2] += line_amount(line.quantity, line.unit_cost);
    }
    const auto differs = [&](const char* key, const std::string& expected) {
        if (reply.text(key) != expected) {
            client_.found(what + " " + job.number + ": " + key + " is " + reply.text(key) + ", expected " + expected);
        }
    };
    differs("status", job.status);
    differs("parts_cost", text(kinds[0]));
    differs("labour_cost", text(kinds[1]));
    differs("overhead_cost", text(kinds[2]));
    differs("total_cost", text(job.cost()));
    differs("total_price", text(job.price()));
}

void Dealer::start(Job& job) {
    const std::string path = "/v1/repair-jobs/" + job.id;
    const std::string user = dice().chance(30) ? manager(job.branch) : mechanic(job.branch);
    const Reply reply = client_.perform(client_.post(user, path + "/start", {}, client_.etag(path)));
    if (!client_.expect(reply, 200, "J2 start")) return;
    job.status = "IN_PROGRESS";
    compare(job, "J2");
}

void Dealer::complete(Bike& bike, Job& job) {
    const std::string path = "/v1/repair-jobs/" + job.id;
    bool worked = false;
    for (const Line& line : job.lines) worked = worked || line.kind != "OVERHEAD";
    const json::object body{{"work_performed", "All of it"}};
    const std::string user = dice().chance(30) ? manager(job.branch) : mechanic(job.branch);
    const Reply reply = client_.perform(client_.post(user, path + "/complete", body, client_.etag(path)));
    if (!worked) {
        client_.expect(reply, 409, "J3 without work", "INVALID_STATE");
        return add_line(bike, job);
    }
    completed(bike, job, reply);
}

void Dealer::completed(Bike& bike, Job& job, const Reply& reply) {
    if (!client_.expect(reply, 200, "J3 complete")) return;
    job.status = "COMPLETED";
    compare(job, "J3");
    if (job.stock()) {
        bike.garages.push_back(job.branch);
        stock_job_ended(bike);
        if (bike.status == "MAINTENANCE" && job.cost() > 0) ++bike.version;
    } else if (job.category == "WARRANTY" && job.cost() > 0) {
        ++bike.version;
    }
    compare(bike, client_.get("admin", bike.path()), "J3");
}

/// B9: the last open stock job puts the bike back into stock.
void Dealer::stock_job_ended(Bike& bike) {
    if (bike.has_open_stock_job()) return;
    bike.status = "IN_STOCK";
    ++bike.version;
}

void Dealer::cancel(Bike& bike, Job& job) {
    const std::string path = "/v1/repair-jobs/" + job.id;
    const Reply reply = client_.perform(
        client_.post(manager(job.branch), path + "/cancel", {{"reason", "Not worth it"}}, client_.etag(path)));
    if (!client_.expect(reply, 200, "J5 cancel")) return;
    job.status = "CANCELLED";
    if (job.stock()) stock_job_ended(bike);
    compare(bike, client_.get("admin", bike.path()), "J5");
}

void Dealer::invoice(Bike& bike) {
    for (Job& job : bike.jobs) {
        if (job.category != "CUSTOMER_REPAIR" || job.status != "COMPLETED") continue;
        const std::string path = "/v1/repair-jobs/" + job.id;
        const Reply reply = client_.perform(client_.post("finance1", path + "/invoice", {}, client_.etag(path)));
        if (!client_.expect(reply, 200, "J4 invoice")) return;
        job.status = "INVOICED";
        return compare(job, "J4");
    }
}

void Dealer::race_line_and_completion(Bike& bike, Job& job) {
    bool worked = false;
    for (const Line& line : job.lines) worked = worked || line.kind != "OVERHEAD";
    if (!worked) return;
    const std::string path = "/v1/repair-jobs/" + job.id;
    Line added;
    const json::object body = line(added);
    const auto replies = client_.race({client_.post(manager(job.branch), path + "/lines", body),
                                       client_.post(mechanic(job.branch), path + "/complete",
                                                    {{"work_performed", "All of it"}}, client_.etag(path))});
    if (replies[0].status == 201) {
        added.id = replies[0].id();
        job.lines.push_back(added);
        client_.expect(replies[1], 412, "X-17 completion after a line", "PRECONDITION_FAILED");
        return compare(job, "X-17");
    }
    client_.expect(replies[0], 409, "X-17 line after completion", "INVALID_STATE");
    completed(bike, job, replies[1]);
}

}  // namespace loan_manager::testing::dealership
