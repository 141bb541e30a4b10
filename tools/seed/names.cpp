#include "tools/seed/names.hpp"

#include <array>
#include <string_view>

#include "tools/seed/random.hpp"

namespace loan_manager::ctl {
namespace {

constexpr std::array<std::string_view, 32> given_names{
    "Nimal",    "Kamal",    "Sunil",  "Chaminda",   "Ruwan",     "Dilshan", "Kasun",   "Nuwan",
    "Tharindu", "Lahiru",   "Saman",  "Ajith",      "Priyantha", "Mahesh",  "Asanka",  "Buddhika",
    "Kumari",   "Nadeesha", "Dilini", "Chathurika", "Sanduni",   "Ishara",  "Madhavi", "Anusha",
    "Farhan",   "Rizwan",   "Aisha",  "Suresh",     "Kavitha",   "Selvam",  "Dinesh",  "Malini"};

constexpr std::array<std::string_view, 24> family_names{
    "Perera",      "Fernando",   "Silva",      "Bandara",      "Jayasinghe",  "Wickramasinghe",
    "Dissanayake", "Herath",     "Rathnayake", "Gunawardena",  "Karunaratne", "Samaraweera",
    "Weerasinghe", "Abeysekara", "Liyanage",   "Ranasinghe",   "Senanayake",  "Ekanayake",
    "Mohamed",     "Nazeer",     "Rajapaksha", "Kumarasinghe", "Sivakumar",   "Hettiarachchi"};

}  // namespace

std::string person_name(Random& random) {
    const std::string_view given = given_names[static_cast<std::size_t>(random.whole(0, given_names.size() - 1))];
    const std::string_view family = family_names[static_cast<std::size_t>(random.whole(0, family_names.size() - 1))];
    return std::string(given) + ' ' + std::string(family);
}

}  // namespace loan_manager::ctl
