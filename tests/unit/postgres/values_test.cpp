#include "support.hpp"

#include <limits>

namespace loan_manager::postgres {

// A value type of somebody else's, made usable by specialising TextCodec.
struct Plate {
    std::string text;
};

template <>
struct TextCodec<Plate> {
    static std::string to_text(const Plate& plate) { return "plate:" + plate.text; }
    static std::optional<Plate> from_text(std::string_view text) {
        if (!text.starts_with("plate:")) return std::nullopt;
        return Plate{std::string(text.substr(6))};
    }
};

}  // namespace loan_manager::postgres

using namespace loan_manager::postgres;
using namespace loan_manager::postgres::testing;

namespace {

// Sends one value through the server, cast to `type`, and reads it back.
template <class T>
T round_trip(const char* type, const T& value) {
    std::optional<T> back;
    run([&](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const std::string sql = std::string("SELECT $1::") + type + " AS value";
        const Params params(value);
        const auto rows = co_await connection->query(sql, params);
        back.emplace(rows.value().front().template get<T>("value"));
    });
    return *back;
}

std::string conversion_error(const char* expression, void (*read)(const Row&)) {
    std::string message;
    run([&](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const std::string sql = std::string("SELECT ") + expression + " AS value";
        const auto rows = co_await connection->query(sql);
        try {
            read(rows.value().front());
        } catch (const Failure& failure) {
            CHECK(failure.error().kind == Error::Kind::conversion);
            message = failure.error().message;
        }
    });
    return message;
}

}  // namespace

TEST_CASE("values come back as they were sent") {
    CHECK(round_trip<std::string>("text", "plain") == "plain");
    CHECK(round_trip<std::string>("text", "it's \"quoted\" \\ සිංහල") == "it's \"quoted\" \\ සිංහල");
    CHECK(round_trip<std::string>("text", "").empty());
    CHECK(round_trip<bool>("bool", true));
    CHECK_FALSE(round_trip<bool>("bool", false));
    CHECK(round_trip<std::int64_t>("bigint", std::numeric_limits<std::int64_t>::min()) ==
          std::numeric_limits<std::int64_t>::min());
    CHECK(round_trip<int>("int", -17) == -17);
    CHECK(round_trip<std::uint16_t>("int", 65535) == 65535);
    CHECK(round_trip<std::int64_t>("numeric", 1234567890123) == 1234567890123);
    CHECK(round_trip<double>("float8", 0.1) == 0.1);
    CHECK(round_trip<double>("float8", -1e300) == -1e300);
    CHECK(round_trip<std::optional<std::string>>("text", std::nullopt) == std::nullopt);
    CHECK(round_trip<std::optional<std::string>>("text", "x") == "x");
    CHECK(round_trip<Plate>("text", Plate{"AB-1234"}).text == "AB-1234");
}

TEST_CASE("bytea carries every byte") {
    Bytes all(256);
    for (int value = 0; value < 256; ++value) {
        all[static_cast<std::size_t>(value)] = static_cast<std::byte>(value);
    }
    CHECK(round_trip<Bytes>("bytea", all) == all);
    CHECK(round_trip<Bytes>("bytea", Bytes()).empty());
}

TEST_CASE("times and dates keep microseconds") {
    using std::chrono::microseconds;
    using Time = std::chrono::sys_time<microseconds>;
    const Time now = std::chrono::floor<microseconds>(std::chrono::system_clock::now());
    CHECK(round_trip<Time>("timestamptz", now) == now);
    const Time before_epoch = Time(microseconds(-1));
    CHECK(round_trip<Time>("timestamptz", before_epoch) == before_epoch);
    const std::chrono::system_clock::time_point clock_time = now;
    CHECK(round_trip<std::chrono::system_clock::time_point>("timestamptz", clock_time) == clock_time);
    const std::chrono::year_month_day date = std::chrono::year(2024) / 2 / 29;
    CHECK(round_trip<std::chrono::year_month_day>("date", date) == date);
}

TEST_CASE("a time is read in whatever zone the session shows it") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const auto set = co_await connection->script("SET TimeZone = 'Asia/Colombo'");
        set.value();
        const auto rows = co_await connection->query("SELECT '2026-01-01 00:00:00.5+05:30'::timestamptz AS t");
        using namespace std::chrono;
        const auto expected = sys_days(year(2025) / 12 / 31) + hours(18) + minutes(30) + milliseconds(500);
        CHECK(rows.value().front().get<sys_time<microseconds>>("t") == expected);
    });
}

TEST_CASE("arrays keep quotes, backslashes, commas, braces, empty strings and NULL apart") {
    using Texts = std::vector<std::string>;
    Texts awkward;
    for (const char* text : {"", "NULL", "null", "a,b", "{x}", "say \"hi\"", "back\\slash", "\\\"", " edge ", "ආ"}) {
        awkward.emplace_back(text);
    }
    CHECK(round_trip<Texts>("text[]", awkward) == awkward);
    CHECK(round_trip<Texts>("text[]", Texts()).empty());
    const Texts ids(2, "0192f0a4-7b5e-7c3d-8e1f-000000000001");
    CHECK(round_trip<Texts>("uuid[]", ids) == ids);

    std::vector<std::optional<std::string>> with_null(3);
    with_null[1] = "NULL";
    CHECK(round_trip<std::vector<std::optional<std::string>>>("text[]", with_null) == with_null);

    const std::vector<std::int64_t> numbers(3, -5);
    CHECK(round_trip<std::vector<std::int64_t>>("bigint[]", numbers) == numbers);
}

TEST_CASE("a NUL byte is refused before anything is sent") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const Params text(std::string("a\0b", 3));
        const auto refused = co_await connection->query("SELECT $1::text", text);
        CHECK(refused.error().kind == Error::Kind::conversion);
        const std::vector<std::string> list(1, std::string("\0", 1));
        const Params array(1, list);
        const auto also_refused = co_await connection->query("SELECT $1::int, $2::text[]", array);
        CHECK(also_refused.error().message == "parameter $2 contains a NUL byte");
        const auto fine = co_await connection->query("SELECT 1");
        CHECK(fine.has_value());
    });
}

TEST_CASE("reading a column as what it is not names the column and both types") {
    CHECK(conversion_error("'x'::text", [](const Row& row) { static_cast<void>(row.get<int>("value")); }) ==
          "column \"value\" of type oid 25 cannot be read as int");
    CHECK(conversion_error("70000", [](const Row& row) { static_cast<void>(row.get<std::int16_t>("value")); }) ==
          "column \"value\" of type oid 23 cannot be read as short int");
    CHECK(conversion_error("NULL::int", [](const Row& row) { static_cast<void>(row.get<int>("value")); }) ==
          "column \"value\" of type oid 23 is NULL and cannot be read as int");
    CHECK(conversion_error("1", [](const Row& row) { static_cast<void>(row.get<int>("other")); }) ==
          "there is no column \"other\"");
    CHECK(conversion_error("1", [](const Row& row) { static_cast<void>(row.get<int>(7)); }) == "there is no column 7");
    // Neither a local time nor a number is silently taken for something else.
    const char* local = "now()::timestamp";
    CHECK_FALSE(conversion_error(local, [](const Row& row) {
                    static_cast<void>(row.get<std::chrono::system_clock::time_point>("value"));
                }).empty());
    CHECK_FALSE(conversion_error("1", [](const Row& row) { static_cast<void>(row.get<bool>("value")); }).empty());
    CHECK_FALSE(conversion_error("1.5", [](const Row& row) { static_cast<void>(row.get<int>("value")); }).empty());
    CHECK_FALSE(conversion_error("'{{1}}'::int[]", [](const Row& row) {
                    static_cast<void>(row.get<std::vector<std::int64_t>>("value"));
                }).empty());
    CHECK_FALSE(conversion_error("'infinity'::timestamptz", [](const Row& row) {
                    static_cast<void>(row.get<std::chrono::system_clock::time_point>("value"));
                }).empty());
}

TEST_CASE("connection strings") {
    const Dsn url = Dsn::parse("postgresql+asyncpg://fleet:s%40crt@db.example:6543/loan_manager?ssl=require").value();
    CHECK(url.get("user") == "fleet");
    CHECK(url.get("password") == "s@crt");
    CHECK(url.get("host") == "db.example");
    CHECK(url.get("sslmode") == "require");
    CHECK(url.describe() == "fleet@db.example:6543/loan_manager");

    const Dsn keywords = Dsn::parse("host=/run/postgresql dbname=x").value();
    CHECK(keywords.describe() == "/run/postgresql/x");

    const auto wrong = Dsn::parse("host=x password=top secret");
    REQUIRE(wrong.has_error());
    CHECK(wrong.error().kind == Error::Kind::conversion);
    CHECK(wrong.error().message.find("secret") == std::string::npos);
    CHECK(Dsn::parse("postgresql://h/d?nonsense=1").error().message.find("nonsense") != std::string::npos);
}
