// gRPC's name resolver initialises c-ares once and never frees ten bytes of it; nothing else is forgiven.
extern "C" const char* __lsan_default_suppressions() { return "leak:libcares.so"; }
