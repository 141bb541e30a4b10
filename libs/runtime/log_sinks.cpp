#include "runtime/log_sinks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/details/log_msg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace loan_manager::runtime::log {
namespace {

/// 0 or the error number.
int write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return errno;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

std::string_view text_of(const spdlog::details::log_msg& line) { return {line.payload.data(), line.payload.size()}; }

}  // namespace

void StderrSink::log(const spdlog::details::log_msg& line) { write_all(STDERR_FILENO, text_of(line)); }

FileSink::FileSink(std::filesystem::path path, std::uint64_t max_bytes, unsigned backups)
    : path_(std::move(path)), max_bytes_(max_bytes), backups_(backups) {
    open();
}

FileSink::~FileSink() { ::close(descriptor_); }

void FileSink::open() {
    // Every line is one write at the end of the file, so that lines of several writers do not mix.
    const int descriptor = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (descriptor < 0) {
        throw std::system_error(errno, std::generic_category(), path_.string());
    }
    struct stat status {};
    ::fstat(descriptor, &status);
    size_ = static_cast<std::uint64_t>(status.st_size);
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
    descriptor_ = descriptor;
}

void FileSink::reopen_if_asked() {
    if (!reopen_.exchange(false)) {
        return;
    }
    try {
        open();
        complained_ = false;
    } catch (const std::system_error& error) {
        // Better the old file than none.
        complain("cannot reopen", error.code().value());
    }
}

void FileSink::log(const spdlog::details::log_msg& line) {
    reopen_if_asked();
    const std::string_view text = text_of(line);
    if (max_bytes_ != 0 && size_ != 0 && size_ + text.size() > max_bytes_) {
        rotate();
    }
    if (const int error = write_all(descriptor_, text); error != 0) {
        ++lost_;
        complain("cannot write", error);
        return;
    }
    size_ += text.size();
}

void FileSink::flush() { reopen_if_asked(); }

void FileSink::rotate() {
    struct stat named {
    }, ours{};
    const bool still_named = ::stat(path_.c_str(), &named) == 0 && ::fstat(descriptor_, &ours) == 0 &&
                             named.st_ino == ours.st_ino && named.st_dev == ours.st_dev;
    // When somebody else has moved our file away, opening the name anew is all there is to do.
    if (still_named) {
        const auto numbered = [this](unsigned number) { return path_.string() + "." + std::to_string(number); };
        for (unsigned number = backups_; number > 1; --number) {
            ::rename(numbered(number - 1).c_str(), numbered(number).c_str());
        }
        if (::rename(path_.c_str(), numbered(1).c_str()) != 0) {
            complain("cannot rotate", errno);
            // Goes on in the same file and tries again after as many bytes.
            size_ = 0;
            return;
        }
    }
    try {
        open();
    } catch (const std::system_error& error) {
        complain("cannot reopen", error.code().value());
        size_ = 0;
    }
}

void FileSink::complain(const char* what, int error) {
    if (std::exchange(complained_, true)) {
        return;
    }
    write_all(STDERR_FILENO,
              fmt::format("{} the log file {}: {}\n", what, path_.string(), std::generic_category().message(error)));
}

}  // namespace loan_manager::runtime::log
