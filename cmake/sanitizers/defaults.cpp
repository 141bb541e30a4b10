// What the sanitizers are told of libraries that are not ours, in every program of such a build, so that it also holds
// where a test starts the program with an environment of its own.
extern "C" {

// gRPC's name resolver initialises c-ares once and never frees ten bytes of it; nothing else is forgiven.
const char* __lsan_default_suppressions() { return "leak:libcares.so"; }

// The distribution's gRPC is not built with ThreadSanitizer, which therefore cannot see the locks by which it hands
// memory from one thread to the next, and would call each call a race: reports through its libraries say nothing.
const char* __tsan_default_options() { return "ignore_noninstrumented_modules=1"; }
const char* __tsan_default_suppressions() {
    return "race:libgrpc.so\n"
           "race:libgrpc++.so\n"
           "race:libabsl_\n"
           "race:libupb.so\n"
           "race:libprotobuf.so\n";
}
}
