/*
 * Who closes a connection: a register that hands out one end of a pipe, and every way in which a Connection
 * can go. Prints the line that is wrong and ends with 1.
 */
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "shouxin_plugin.hpp"

#define CHECK(claim) (static_cast<bool>(claim) ? void() : wrong(__LINE__))

static void wrong(int line) {
    std::printf("line %d\n", line);
    std::exit(1);
}

static bool is_open(int socket) {
    return ::fcntl(socket, F_GETFD) != -1 || errno != EBADF;
}

static int32_t answer(void *, const uint8_t *, size_t) {
    return SHOUXIN_ANSWER_OK;
}

static void log(void *, int32_t, const uint8_t *, size_t) {}

/* A descriptor that nothing else has; port 0 is granted to nobody. */
static int32_t connect(void *, const uint8_t *, size_t, uint16_t port, uint32_t) {
    return port == 0 ? SHOUXIN_CONNECT_NOT_GRANTED : ::fcntl(1, F_DUPFD, 10);
}

int main() {
    const shouxin_host host = {sizeof(shouxin_host), SHOUXIN_ABI_MAJOR, SHOUXIN_ABI_MINOR, nullptr,
                               answer,               log,               connect};
    const shouxin::Call call(&host);
    int socket;
    {
        const shouxin::Connection own = call.dial("there", 1, 1);
        socket = own.socket();
        CHECK(own && is_open(socket));
    }
    CHECK(!is_open(socket));

    /* Something is thrown while it is there. */
    try {
        const shouxin::Connection own = call.dial("there", 1, 1);
        socket = own.socket();
        throw 7;
    } catch (int) {
        CHECK(!is_open(socket));
    }

    /* Moved: closed once, by the last one that has it, and what it replaces is closed at once. */
    {
        shouxin::Connection first = call.dial("there", 1, 1);
        socket = first.socket();
        shouxin::Connection second = std::move(first);
        CHECK(!first && second.socket() == socket && is_open(socket));
        shouxin::Connection third = call.dial("there", 1, 1);
        const int replaced = third.socket();
        third = std::move(second);
        CHECK(!is_open(replaced) && third.socket() == socket && is_open(socket));
        third.close();
        CHECK(!third && !is_open(socket));
        third.close();
    }

    /* Given away: somebody else's. */
    {
        shouxin::Connection own = call.dial("there", 1, 1);
        socket = own.release();
    }
    CHECK(is_open(socket));
    ::close(socket);

    const shouxin::Connection none = call.dial("nowhere", 0, 1);
    CHECK(!none && none.socket() == SHOUXIN_CONNECT_NOT_GRANTED);
    shouxin_host older = host;
    older.struct_size = SHOUXIN_HOST_BYTES_MIN;
    CHECK(shouxin::Call(&older).dial("there", 1, 1).socket() == SHOUXIN_CONNECT_UNAVAILABLE);
    return 0;
}
