#include "validate/validate.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>

#include "test_api.pb.h"

using namespace loan_manager::validate;
namespace api = loanmanager::test::v1;

namespace {

using Lines = std::vector<std::string>;

Lines check_lines(google::protobuf::Message& message, std::vector<Issue> issues = {}) {
    check(message, issues);
    Lines lines;
    for (const auto& i : issues) lines.push_back(i.field + ' ' + i.issue);
    return lines;
}

api::Checks good() {
    api::Checks message;
    message.set_name("name");
    message.set_year(2020);
    message.set_needed_kind(api::THING_KIND_SMALL);
    message.mutable_part()->set_name("part");
    return message;
}

Lines lines_after(const std::function<void(api::Checks&)>& change) {
    auto message = good();
    change(message);
    return check_lines(message);
}

}  // namespace

TEST_CASE("D-206 required fields: text, numbers, enums, messages") {
    api::Checks empty;
    CHECK(check_lines(empty) == Lines{"name required", "year required", "needed_kind required", "part required"});
    auto complete = good();
    CHECK(check_lines(complete) == Lines{});
    CHECK(lines_after([](auto& m) { m.set_name(" \t "); }) == Lines{"name required"});
    CHECK(lines_after([](auto& m) { m.mutable_part()->clear_name(); }) == Lines{"part.name required"});
}

TEST_CASE("D-206 empty optional text becomes absent") {
    auto message = good();
    message.set_text("  ");
    CHECK(check_lines(message) == Lines{});
    CHECK_FALSE(message.has_text());
}

TEST_CASE("D-206 text is normalised in place, then measured") {
    auto message = good();
    message.set_name("  ab\xc2\xa0");
    message.set_text("e\xcc\x81 e\xcc\x81 e\xcc\x81");
    message.add_tags(" xy ");
    CHECK(check_lines(message) == Lines{});
    CHECK(message.name() == "ab");
    CHECK(message.text() == "\xc3\xa9 \xc3\xa9 \xc3\xa9");
    CHECK(message.tags(0) == "xy");
    CHECK(lines_after([](auto& m) { m.set_name("a"); }) == Lines{"name too_short"});
    CHECK(lines_after([](auto& m) { m.set_name("abcdef"); }) == Lines{"name too_long"});
    CHECK(lines_after([](auto& m) { m.set_text("\xe0\xb6\x9a\xe0\xb6\x9a\xe0\xb6\x9a\xe0\xb6\x9a\xe0\xb6\x9a"); }) ==
          Lines{});
    CHECK(lines_after([](auto& m) { m.set_text("a\x01"); }) == Lines{"text format"});
    CHECK(lines_after([](auto& m) { m.set_text("a\nb"); }) == Lines{"text format"});
    CHECK(lines_after([](auto& m) { m.set_lines("a\nb"); }) == Lines{});
}

TEST_CASE("raw text is not touched") {
    auto message = good();
    message.set_secret(" \ta ");
    CHECK(check_lines(message) == Lines{});
    CHECK(message.secret() == " \ta ");
    CHECK(lines_after([](auto& m) { m.set_secret("      "); }) == Lines{"secret too_long"});
}

TEST_CASE("patterns cover the whole text; lists name the allowed tokens") {
    CHECK(lines_after([](auto& m) { m.set_code("AB"); }) == Lines{});
    CHECK(lines_after([](auto& m) { m.set_code("123"); }) == Lines{});
    CHECK(lines_after([](auto& m) { m.set_code("AB1"); }) == Lines{"code format"});
    CHECK(lines_after([](auto& m) { m.set_code("xAB"); }) == Lines{"code format"});
    CHECK(lines_after([](auto& m) { m.set_sort("-a"); }) == Lines{});
    CHECK(lines_after([](auto& m) { m.set_sort("b"); }) == Lines{"sort not_allowed"});
    CHECK(lines_after([](auto& m) {
              m.add_statuses("A");
              m.add_statuses("C");
              m.add_statuses("D");
          }) == Lines{"statuses not_allowed"});
}

TEST_CASE("ranges of every number type are inclusive") {
    CHECK(lines_after([](auto& m) { m.set_year(1990); }) == Lines{});
    CHECK(lines_after([](auto& m) { m.set_year(1989); }) == Lines{"year out_of_range"});
    CHECK(lines_after([](auto& m) { m.set_large(5); }) == Lines{});
    CHECK(lines_after([](auto& m) { m.set_large(6); }) == Lines{"large out_of_range"});
    CHECK(lines_after([](auto& m) { m.set_big(3); }) == Lines{});
    CHECK(lines_after([](auto& m) { m.set_big(2); }) == Lines{"big out_of_range"});
    CHECK(lines_after([](auto& m) { m.set_big(UINT64_MAX); }) == Lines{});
    CHECK(lines_after([](auto& m) { m.set_exact(1.0); }) == Lines{});
    CHECK(lines_after([](auto& m) { m.set_exact(1.0001); }) == Lines{"exact out_of_range"});
    CHECK(lines_after([](auto& m) { m.set_exact(__builtin_nan("")); }) == Lines{"exact out_of_range"});
}

TEST_CASE("enums over gRPC: zero and undefined numbers are not values") {
    CHECK(lines_after([](auto& m) { m.set_kind(api::THING_KIND_UNSPECIFIED); }) == Lines{"kind not_allowed"});
    CHECK(lines_after([](auto& m) { m.set_kind(static_cast<api::ThingKind>(9)); }) == Lines{"kind not_allowed"});
    CHECK(lines_after([](auto& m) {
              m.add_kinds(api::THING_KIND_SMALL);
              m.add_kinds(api::THING_KIND_UNSPECIFIED);
          }) == Lines{"kinds[1] not_allowed"});
}

TEST_CASE("lists and nested messages are walked") {
    CHECK(lines_after([](auto& m) {
              m.add_tags("xy");
              m.add_tags("x");
              m.add_tags(" ");
          }) == Lines{"tags[1] too_short", "tags[2] required"});
    CHECK(lines_after([](auto& m) {
              m.add_parts()->set_name("p");
              auto& second = *m.add_parts();
              second.set_name("q");
              second.set_price("x");
              second.add_parts();
          }) == Lines{"parts[1].price format", "parts[1].parts[0].name required"});
}

TEST_CASE("D-201 formats rewrite to the stored form") {
    auto message = good();
    message.set_price("185000.5");
    CHECK(check_lines(message) == Lines{});
    CHECK(message.price() == "185000.50");
    CHECK(lines_after([](auto& m) { m.set_price(" 185000.5 "); }) == Lines{"price format"});
    CHECK(lines_after([](auto& m) { m.set_price(" "); }) == Lines{"price format"});
    CHECK(lines_after([](auto& m) { m.set_price(""); }) == Lines{});
    CHECK(lines_after([](auto& m) { m.set_price("0"); }) == Lines{"price out_of_range"});
}

TEST_CASE("D-210 fields with an issue already are left alone") {
    api::Checks message;
    message.set_name("x");
    CHECK(check_lines(message, {{"year", "type"}, {"part", "type"}, {"name", "not_found"}}) ==
          Lines{"year type", "part type", "name not_found", "needed_kind required"});
}

TEST_CASE("ids of the path are required and checked") {
    api::UpdateThingRequest request;
    CHECK(check_lines(request) == Lines{"id required"});
    request.set_id("x");
    CHECK(check_lines(request) == Lines{"id format"});
}

TEST_CASE("D-210 PATCH: paths have no prefix, null is for nullable fields only") {
    api::UpdateThingRequest request;
    request.set_id("0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11");
    for (const auto* key : {"name", "note", "small", "kind", "part"}) request.mutable_update_mask()->add_paths(key);
    CHECK(check_lines(request) == Lines{"name required", "small required"});

    auto& thing = *request.mutable_thing();
    thing.set_name(" ");
    thing.set_note(" ");
    thing.set_small(0);
    thing.mutable_part()->set_price("1.234");
    CHECK(check_lines(request) ==
          Lines{"name required", "small out_of_range", "part.name required", "part.price format"});
    CHECK_FALSE(thing.has_note());
}

TEST_CASE("a PATCH without a mask changes the populated fields") {
    api::UpdateThingRequest request;
    request.set_id("0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11");
    request.mutable_thing()->set_small(3);
    request.mutable_thing()->set_name("abc");
    CHECK(check_lines(request) == Lines{});
    REQUIRE(request.update_mask().paths_size() == 2);
    CHECK(request.update_mask().paths(0) == "name");
    CHECK(request.update_mask().paths(1) == "small");

    api::RenameThingRequest rename;
    rename.set_id("7");
    rename.set_name("x");
    CHECK(check_lines(rename) == Lines{});
    REQUIRE(rename.update_mask().paths_size() == 1);
    CHECK(rename.update_mask().paths(0) == "name");
}

TEST_CASE("a PATCH ignores fields outside its mask and refuses unknown ones") {
    api::UpdateThingRequest request;
    request.set_id("0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11");
    request.mutable_thing()->set_small(-3);
    request.mutable_thing()->set_name("abc");
    request.mutable_update_mask()->add_paths("name");
    CHECK(check_lines(request) == Lines{});
    CHECK_FALSE(request.thing().has_small());
    request.mutable_update_mask()->add_paths("colour");
    CHECK(check_lines(request) == Lines{"colour unknown"});

    api::RenameThingRequest rename;
    rename.mutable_update_mask()->add_paths("id");
    rename.mutable_update_mask()->add_paths("alias");
    CHECK(check_lines(rename) == Lines{"id unknown"});
}

TEST_CASE("D-211 an issue says the limit that was broken") {
    const auto limit_after = [](const std::function<void(api::Checks&)>& change) {
        auto message = good();
        change(message);
        std::vector<Issue> issues;
        check(message, issues);
        REQUIRE(issues.size() == 1);
        return issues[0].limit;
    };
    CHECK(limit_after([](auto& m) { m.set_name("a"); }) == "2");
    CHECK(limit_after([](auto& m) { m.set_name("abcdef"); }) == "5");
    CHECK(limit_after([](auto& m) { m.set_name(std::string(100'000, 'x')); }) == "5");
    CHECK(limit_after([](auto& m) { m.set_year(1989); }) == "1990");
    CHECK(limit_after([](auto& m) { m.set_large(6); }) == "5");
    CHECK(limit_after([](auto& m) { m.set_exact(-1); }) == "0");
    CHECK(limit_after([](auto& m) { m.set_price("0"); }) == "0.01");
    CHECK(limit_after([](auto& m) { m.set_price("1000000000000"); }) == "999999999999.99");
    CHECK(limit_after([](auto& m) { m.set_sort("b"); }).empty());
    CHECK(limit_after([](auto& m) {
              for (int i = 0; i < 6; ++i) m.add_tags("xy");
          }) == "5");
}

TEST_CASE("an annotation that cannot work is an error of the program") {
    api::UnboundedText text;
    api::UnboundedList list;
    std::vector<Issue> none;
    CHECK_THROWS_AS(check(text, none), std::invalid_argument);
    CHECK_THROWS_AS(check(list, none), std::invalid_argument);
    api::BadPattern message;
    std::vector<Issue> issues;
    CHECK_THROWS_AS(check(message, issues), std::invalid_argument);
}
