#include "auth/keys/key_directory.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "runtime/uuid.hpp"
#include "token/pem.hpp"

namespace loan_manager::auth::keys {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "ed25519-";
constexpr std::string_view suffix = ".pem";
constexpr std::size_t max_file_size = 4096;

[[noreturn]] void fail(const fs::path& path, const std::string& problem) {
    throw KeyDirectoryError("KEY_DIRECTORY: " + path.string() + ": " + problem);
}

[[noreturn]] void fail_errno(const fs::path& path) { fail(path, std::strerror(errno)); }

class File {
public:
    File(const fs::path& path, int flags, mode_t mode = 0) : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    bool is_open() const { return fd_ >= 0; }
    int fd() const { return fd_; }

private:
    int fd_;
};

// Held by whoever looks whether there is a key and makes one.
class Lock {
public:
    explicit Lock(const fs::path& directory) : file_(directory / ".lock", O_RDWR | O_CREAT, 0600) {
        while (!file_.is_open() || ::flock(file_.fd(), LOCK_EX) != 0) {
            if (errno != EINTR) fail_errno(directory / ".lock");
        }
    }

private:
    File file_;
};

bool is_private(const struct stat& status) { return (status.st_mode & (S_IRWXG | S_IRWXO)) == 0; }

std::string read_private(const fs::path& path, int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) fail_errno(path);
    if (!S_ISREG(status.st_mode) || !is_private(status)) fail(path, "must be a file of mode 0600");
    std::string text(max_file_size, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(fd, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_errno(path);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return text;
}

void write_all(const fs::path& path, int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t wrote = ::write(fd, text.data(), text.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) fail_errno(path);
        text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    if (::fsync(fd) != 0) fail_errno(path);
}

void sync_directory(const fs::path& path) {
    const File directory(path, O_RDONLY | O_DIRECTORY);
    if (!directory.is_open() || ::fsync(directory.fd()) != 0) fail_errno(path);
}

// Our kids are base64url thumbprints; anything else must not become part of a path.
bool is_kid(std::string_view kid) { return kid.size() == 43 && token::base64url_decode(kid).has_value(); }

}  // namespace

KeyDirectory::KeyDirectory(fs::path path) : path_(std::move(path)) {
    std::error_code ec;
    if (path_.has_parent_path()) fs::create_directories(path_.parent_path(), ec);
    if (::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) fail_errno(path_);
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0) fail_errno(path_);
    if (!S_ISDIR(status.st_mode)) fail(path_, "is not a directory");
    if (!is_private(status)) fail(path_, "must be of mode 0700: private keys are kept here");
}

fs::path KeyDirectory::file(std::string_view kid) const {
    return path_ / (std::string(prefix) + std::string(kid) + std::string(suffix));
}

std::vector<token::Key> KeyDirectory::load_or_create() const {
    const Lock lock(path_);
    std::vector<token::Key> keys = load_all();
    if (keys.empty()) keys.push_back(create());
    return keys;
}

token::Key KeyDirectory::add() const {
    const Lock lock(path_);
    return create();
}

std::vector<token::Key> KeyDirectory::load(std::string_view kid) const {
    if (!is_kid(kid)) return {};
    const fs::path path = file(kid);
    const File opened(path, O_RDONLY | O_NOFOLLOW);
    if (!opened.is_open()) {
        if (errno == ENOENT) return {};
        fail_errno(path);
    }
    std::string pem = read_private(path, opened.fd());
    const token::result<token::Key> key = token::parse_private_pem(pem);
    OPENSSL_cleanse(pem.data(), pem.size());
    if (!key) fail(path, "holds no unencrypted Ed25519 key");
    if (key->kid() != kid) fail(path, "is not named after its key, which is " + key->kid());
    return {*key};
}

void KeyDirectory::remove(std::string_view kid) const {
    if (!is_kid(kid)) return;
    const Lock lock(path_);
    if (::unlink(file(kid).c_str()) != 0 && errno != ENOENT) fail_errno(file(kid));
    sync_directory(path_);
}

std::vector<token::Key> KeyDirectory::load_all() const {
    std::vector<token::Key> keys;
    std::error_code ec;
    for (fs::directory_iterator entry(path_, ec), end; !ec && entry != end; entry.increment(ec)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
        const std::string kid = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
        if (!is_kid(kid)) fail(entry->path(), "is not named after a key");
        for (token::Key& key : load(kid)) keys.push_back(std::move(key));
    }
    if (ec) fail(path_, ec.message());
    return keys;
}

token::Key KeyDirectory::create() const {
    token::Key key = token::Key::generate_ed25519();
    // Written under another name and renamed: a file of the final name is always complete.
    const fs::path temporary = path_ / ("." + runtime::new_uuid().to_string() + ".tmp");
    {
        const File opened(temporary, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (!opened.is_open()) fail_errno(temporary);
        std::string pem = token::write_private_pem(key).value();
        write_all(temporary, opened.fd(), pem);
        OPENSSL_cleanse(pem.data(), pem.size());
    }
    if (::rename(temporary.c_str(), file(key.kid()).c_str()) != 0) fail_errno(path_);
    sync_directory(path_);
    return key;
}

}  // namespace loan_manager::auth::keys
