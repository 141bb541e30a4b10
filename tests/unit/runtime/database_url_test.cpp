#include <doctest/doctest.h>

#include "runtime/settings.hpp"

using loan_manager::runtime::mask_database_url;
using loan_manager::runtime::normalise_database_url;

TEST_CASE("database addresses of every habit become libpq's") {
    CHECK(normalise_database_url("postgresql+asyncpg://u:p@localhost:5432/loan_manager") ==
          "postgresql://u:p@localhost:5432/loan_manager");
    CHECK(normalise_database_url("postgres://u@h/d?sslmode=require") == "postgresql://u@h/d?sslmode=require");
    CHECK(normalise_database_url("postgresql+asyncpg://u@h/d?ssl=require&application_name=x") ==
          "postgresql://u@h/d?sslmode=require&application_name=x");
    CHECK(normalise_database_url("postgresql://h/d?ssl=true") == "postgresql://h/d?sslmode=require");
    CHECK(normalise_database_url("postgresql:///d?host=/run/postgresql") == "postgresql:///d?host=/run/postgresql");
    CHECK(normalise_database_url("host=localhost dbname=d") == "host=localhost dbname=d");
    CHECK_FALSE(normalise_database_url("mysql://h/d"));
    CHECK_FALSE(normalise_database_url("loan_manager"));
    CHECK_FALSE(normalise_database_url(""));
}

TEST_CASE("a database address is shown without its password") {
    CHECK(mask_database_url("postgresql://u:p:w@h:5432/d") == "postgresql://u:***@h:5432/d");
    CHECK(mask_database_url("postgresql://u:p@ss@h/d") == "postgresql://u:***@h/d");
    CHECK(mask_database_url("postgresql://u@h/d") == "postgresql://u@h/d");
    CHECK(mask_database_url("postgresql://h:5432/d?user=a@b") == "postgresql://h:5432/d?user=a@b");
    CHECK(mask_database_url("postgresql://h/d?user=u&password=p&x=y") == "postgresql://h/d?user=u&password=***&x=y");
    CHECK(mask_database_url("host=h password=p user=u") == "host=h password=*** user=u");
    CHECK(mask_database_url("host=h password='p w' user=u") == "host=h password=*** user=u");
}
