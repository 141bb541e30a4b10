#include "tools/seed/password_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "runtime/uuid.hpp"
#include "tools/support/exit_code.hpp"

namespace loan_manager::ctl {
namespace {

namespace json = boost::json;

std::string read_all(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

json::array strings(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

std::string document_of(const std::vector<DemoUser>& users) {
    // One user a line: people read this file.
    std::string text = "[";
    const char* separator = "\n  ";
    for (const DemoUser& user : users) {
        if (user.password.empty()) {
            continue;
        }
        text += separator + json::serialize(json::object{{"username", user.username},
                                                         {"password", user.password},
                                                         {"full_name", user.full_name},
                                                         {"roles", strings(user.roles)},
                                                         {"company_codes", strings(user.company_codes)},
                                                         {"branch_codes", strings(user.branch_codes)}});
        separator = ",\n  ";
    }
    return text + "\n]\n";
}

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
    throw Failure(exit_failed,
                  "the passwords file " + path.string() + " cannot be " + what + ": " + std::strerror(errno));
}

}  // namespace

std::map<std::string, std::string> read_passwords(const std::filesystem::path& path) {
    std::map<std::string, std::string> passwords;
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        return passwords;
    }
    try {
        const json::value document = json::parse(read_all(path));
        for (const json::value& user : document.as_array()) {
            passwords.emplace(user.at("username").as_string(), user.at("password").as_string());
        }
    } catch (const std::exception&) {
        throw Failure(exit_failed, path.string() + " exists and is no passwords file; move it away or name another");
    }
    return passwords;
}

void write_passwords(const std::filesystem::path& path, const std::vector<DemoUser>& users) {
    const std::string text = document_of(users);
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored) && read_all(path) == text) {
        return;
    }
    const std::filesystem::path fresh = path.string() + ".new";
    ::unlink(fresh.c_str());
    const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        fail(path, "written");
    }
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t n = ::write(file, text.data() + written, text.size() - written);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            ::close(file);
            fail(path, "written");
        }
        written += static_cast<std::size_t>(n);
    }
    if (::fsync(file) != 0 || ::close(file) != 0 || ::rename(fresh.c_str(), path.c_str()) != 0) {
        fail(path, "written");
    }
}

std::string make_password() {
    // 32 characters, none of which looks like another: 5 bits each, no bias.
    constexpr std::string_view alphabet = "abcdefghjkmnpqrstuvwxyz23456789+";
    static_assert(alphabet.size() == 32);
    std::array<std::uint8_t, 12> bytes{};
    runtime::system_random(bytes);
    std::string password;
    for (std::size_t i = 0; i != bytes.size(); ++i) {
        if (i != 0 && i % 4 == 0) {
            password += '-';
        }
        password += alphabet[bytes[i] % alphabet.size()];
    }
    return password;
}

}  // namespace loan_manager::ctl
