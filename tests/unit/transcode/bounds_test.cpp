// Work before the bound: whatever is sent in a text of a request, checking it costs no more than its limit allows.
#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "transcode/contract.hpp"
#include "validate/field_options.hpp"
#include "validate/text.hpp"
#include "validate/unicode.hpp"
#include "validate/validate.hpp"

namespace validate = loan_manager::validate;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using loan_manager::transcode::contract_services;

namespace {

std::string repeat(std::string_view piece, std::size_t times) {
    std::string text;
    text.reserve(piece.size() * times);
    for (std::size_t i = 0; i < times; ++i) text += piece;
    return text;
}

/// Longer than any field takes: what is expensive to compose, to trim, to count, to match.
const std::vector<std::string>& huge_texts() {
    static const std::vector<std::string> texts{
        "a" + repeat("\u0301", 12'000) + repeat("\u0316", 12'000),
        repeat("a", 1 << 18),
        repeat(" ", 1 << 18),
        repeat("\u3000", 1 << 16) + "x",
        repeat("\u0316\u0301", 1 << 16),
        repeat("\uFDFA", 1 << 16),
        repeat("\u1112\u1161\u11AB", 1 << 16),
        repeat("\u200B", 1 << 16),
        repeat("\r\n", 1 << 16),
        repeat("9", 1 << 18),
        repeat("-", 1 << 18),
    };
    return texts;
}

/// As long as the field takes at all, at its worst: thirty marks on each letter, out of order.
std::string worst_within(std::size_t bytes) {
    const std::string piece = "a" + repeat("\u0301\u0316", validate::max_marks_in_a_row / 2);
    return repeat(piece, std::max<std::size_t>(1, bytes / piece.size()));
}

/// The longest limit of the contract, in bytes: cursors.
constexpr std::size_t longest_limit = 2000 * 16;
/// Passes over a text: validity, marks, trimming, controls, visibility, composing, marks again, counting; and the
/// square of thirty marks for each run of thirty.
constexpr std::uint64_t steps_per_byte = 32;

using Path = std::vector<const FieldDescriptor*>;

/// Every way from a request to a text in it.
void find_texts(const Descriptor* type, Path& path, std::set<const Descriptor*>& open,
                const std::function<void(const Path&)>& visit) {
    if (!open.insert(type).second) return;
    for (int i = 0; i < type->field_count(); ++i) {
        const auto* field = type->field(i);
        if (validate::options_of(field).internal() || validate::is_update_mask(field)) continue;
        path.push_back(field);
        if (field->type() == FieldDescriptor::TYPE_STRING) visit(path);
        if (field->type() == FieldDescriptor::TYPE_MESSAGE && !field->is_map() &&
            field->message_type()->file()->package() != "google.protobuf") {
            find_texts(field->message_type(), path, open, visit);
        }
        path.pop_back();
    }
    open.erase(type);
}

std::unique_ptr<Message> request_with(const Descriptor* type, const Path& path, const std::string& text) {
    auto* factory = google::protobuf::MessageFactory::generated_factory();
    std::unique_ptr<Message> request(factory->GetPrototype(type)->New());
    Message* at = request.get();
    for (const auto* field : path) {
        const auto* reflection = at->GetReflection();
        if (field->type() == FieldDescriptor::TYPE_STRING) {
            field->is_repeated() ? reflection->AddString(at, field, text) : reflection->SetString(at, field, text);
        } else {
            at = field->is_repeated() ? reflection->AddMessage(at, field) : reflection->MutableMessage(at, field);
        }
    }
    return request;
}

std::uint64_t steps_of_checking(Message& request, std::vector<validate::Issue>& issues) {
    const auto before = validate::text_steps();
    validate::check(request, issues);
    return validate::text_steps() - before;
}

void for_every_text(const std::function<void(const Descriptor*, const Path&)>& visit) {
    for (const auto* service : contract_services()) {
        for (int m = 0; m < service->method_count(); ++m) {
            const auto* type = service->method(m)->input_type();
            Path path;
            std::set<const Descriptor*> open;
            find_texts(type, path, open, [&](const Path& found) { visit(type, found); });
        }
    }
}

}  // namespace

TEST_CASE("every text and every list of a request has a bound") {
    int texts = 0;
    for_every_text([&](const Descriptor* type, const Path& path) {
        CAPTURE(type->full_name());
        CAPTURE(path.back()->full_name());
        ++texts;
        const auto& options = validate::options_of(path.back());
        const bool bounded = options.max_len() > 0 || options.one_of_size() > 0 ||
                             options.format() != loanmanager::options::v1::Field::FORMAT_UNSPECIFIED;
        CHECK(bounded);
        for (const auto* field : path) {
            if (field->is_repeated()) CHECK(validate::options_of(field).max_items() > 0);
        }
    });
    CHECK(texts > 200);
}

TEST_CASE("text longer than its field takes is refused before anything is done with it") {
    for_every_text([&](const Descriptor* type, const Path& path) {
        CAPTURE(type->full_name());
        CAPTURE(path.back()->full_name());
        for (const auto& text : huge_texts()) {
            auto request = request_with(type, path, text);
            std::vector<validate::Issue> issues;
            CHECK(steps_of_checking(*request, issues) == 0);
            const auto& name = path.back()->name();
            CHECK(std::any_of(issues.begin(), issues.end(),
                              [&](const auto& issue) { return issue.field.find(name) != std::string::npos; }));
        }
    });
}

TEST_CASE("the worst text a field takes costs a fixed number of steps a byte") {
    for_every_text([&](const Descriptor* type, const Path& path) {
        CAPTURE(type->full_name());
        CAPTURE(path.back()->full_name());
        for (std::size_t bytes = 64; bytes <= 2 * longest_limit; bytes *= 2) {
            const auto text = worst_within(bytes);
            auto request = request_with(type, path, text);
            std::vector<validate::Issue> issues;
            const auto steps = steps_of_checking(*request, issues);
            CHECK(steps <= steps_per_byte * std::min(text.size(), longest_limit));
        }
    });
}

TEST_CASE("a list longer than its bound is refused as a whole") {
    const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
        "loanmanager.auth.v1.CreateUserRequest");
    REQUIRE(type != nullptr);
    auto* factory = google::protobuf::MessageFactory::generated_factory();
    std::unique_ptr<Message> request(factory->GetPrototype(type)->New());
    const auto* roles = type->FindFieldByName("roles");
    for (int i = 0; i < 200'000; ++i) request->GetReflection()->AddString(request.get(), roles, "e\u0301");
    std::vector<validate::Issue> issues;
    const auto before = validate::text_steps();
    validate::check(*request, issues);
    CHECK(validate::text_steps() == before);
    CHECK(std::count_if(issues.begin(), issues.end(), [](const auto& issue) { return issue.field == "roles"; }) == 1);
    CHECK(issues.size() < 10);
}
