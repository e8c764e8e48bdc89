/*
 * Shouxin (守信): a class over the plugin contract for C++17. Nothing beside this file and shouxin_plugin.h
 * is needed; the JSON of requests is read with a library of your choice.
 *
 *   class Office : public shouxin::Plugin { ... };
 *   SHOUXIN_PLUGIN(Office, "office", "1.0.0", "示例局")
 *
 * Every hook stands behind a barrier: what is thrown becomes a refused call with its reason, and the
 * instance lives on. A hook that threw is called again by the register, so leave no half of an effect:
 * change members last, or by RAII. `examples/counter.cpp` shows a whole plugin.
 */
#ifndef SHOUXIN_PLUGIN_HPP
#define SHOUXIN_PLUGIN_HPP

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "shouxin_plugin.h"

/* Hidden: two plugins in one process must not share what they were compiled from separately. */
#if defined(__GNUC__)
namespace shouxin __attribute__((visibility("hidden"))) {
#else
namespace shouxin {
#endif

/* Throw it to refuse a call with a status of the contract and a sentence for the operator. */
class Refusal : public std::runtime_error {
public:
    Refusal(std::int32_t status, const std::string &reason)
        : std::runtime_error(reason), status_(status) {}

    /* The request cannot be understood; the same bytes will not be understood later either. */
    static Refusal bad_input(const std::string &reason) {
        return Refusal(SHOUXIN_STATUS_BAD_INPUT, reason);
    }

    /* The plugin does not offer this. */
    static Refusal unsupported(const std::string &reason) {
        return Refusal(SHOUXIN_STATUS_UNSUPPORTED, reason);
    }

    std::int32_t status() const noexcept { return status_; }

private:
    std::int32_t status_;
};

/* A connection that Call::dial opened, or why there is none. It is closed when it goes out of scope. */
class [[nodiscard]] Connection {
public:
    /* Takes over a connected socket, or one of the negative SHOUXIN_CONNECT_ values. */
    explicit Connection(std::int32_t socket) noexcept : socket_(socket) {}
    Connection(Connection &&other) noexcept : socket_(other.release()) {}
    Connection &operator=(Connection &&other) noexcept {
        if (this != &other) {
            close();
            socket_ = other.release();
        }
        return *this;
    }
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;
    ~Connection() { close(); }

    /* Whether there is one. */
    explicit operator bool() const noexcept { return socket_ >= 0; }

    /* The blocking socket, to read and write; still this object's to close. Negative: why there is none. */
    std::int32_t socket() const noexcept { return socket_; }

    /* Gives the socket away: whoever takes it closes it. */
    [[nodiscard]] std::int32_t release() noexcept {
        return std::exchange(socket_, SHOUXIN_CONNECT_UNAVAILABLE);
    }

    /* Closes it before its end. */
    void close() noexcept {
        if (socket_ >= 0) {
            ::close(release());
        }
    }

private:
    std::int32_t socket_;
};

/* The register during one call. It cannot be copied: it is worth nothing after the call. */
class Call {
public:
    explicit Call(const shouxin_host *host) noexcept : host_(host) {}
    Call(const Call &) = delete;
    Call &operator=(const Call &) = delete;

    /* One line of the register's log. No names, numbers or keys of persons. */
    void log(std::int32_t level, std::string_view text) const noexcept {
        host_->log(host_->ctx, level, bytes(text), text.size());
    }

    /*
     * Opens a TCP connection to a granted host:port, spelled as in the grant. It closes itself, also when
     * something is thrown on the way. From a register that is older than minor 1 there is none
     * (SHOUXIN_CONNECT_UNAVAILABLE).
     */
    Connection dial(std::string_view name, std::uint16_t port, std::uint32_t timeout_ms) const noexcept {
        return Connection(connect(name, port, timeout_ms));
    }

    /* The same as a bare number: a connected blocking socket that the caller closes, or a negative value. */
    std::int32_t connect(std::string_view name, std::uint16_t port,
                         std::uint32_t timeout_ms) const noexcept {
        if (!SHOUXIN_HAS(host_, shouxin_host, connect) || host_->connect == nullptr) {
            return SHOUXIN_CONNECT_UNAVAILABLE;
        }
        return host_->connect(host_->ctx, bytes(name), name.size(), port, timeout_ms);
    }

    /* For the barrier: hands over the answer or the reason. Plugins return their answers. */
    std::int32_t answer(std::string_view text) const noexcept {
        return host_->answer(host_->ctx, bytes(text), text.size());
    }

private:
    static const std::uint8_t *bytes(std::string_view text) noexcept {
        return reinterpret_cast<const std::uint8_t *>(text.data());
    }

    const shouxin_host *host_;
};

/* The answer to everything but a query. */
class Answer {
public:
    /* It is so now, by this call or an earlier one. */
    static Answer done() { return Answer("done"); }

    /* It is not so, and repeating the call would not change that. */
    static Answer failed(std::string_view detail) { return Answer("failed").detail(detail); }

    /* A person of the department has to act; detail says what they have to do. */
    static Answer needs_human(std::string_view detail) {
        return Answer("needs_human").detail(detail);
    }

    /* Not now; the register asks again, about that much later. */
    static Answer later(std::uint64_t retry_after_ms, std::string_view detail) {
        Answer answer("later");
        answer.retry_ = ",\"retry_after_ms\":" + std::to_string(retry_after_ms);
        return answer.detail(detail);
    }

    /* The department's own number; cut to 128 bytes. */
    Answer &reference(std::string_view text) & {
        reference_ = ",\"reference\":" + quoted(cut(text, 128));
        return *this;
    }
    Answer reference(std::string_view text) && { return reference(text); }

    /* One sentence for officers; cut to 512 bytes. */
    Answer &detail(std::string_view text) & {
        detail_ = ",\"detail\":" + quoted(cut(text, 512));
        return *this;
    }
    Answer detail(std::string_view text) && { return detail(text); }

    std::string json() const {
        return "{\"outcome\":" + quoted(outcome_) + reference_ + detail_ + retry_ + "}";
    }

    /* A text as JSON, with its quotation marks. The text is UTF-8. */
    static std::string quoted(std::string_view text) {
        std::string out = "\"";
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') {
                out += '\\';
                out += c;
            } else if (byte < 0x20) {
                char escaped[8];
                std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(byte));
                out += escaped;
            } else {
                out += c;
            }
        }
        return out += '"';
    }

private:
    explicit Answer(std::string outcome) : outcome_(std::move(outcome)) {}

    /* At most so many bytes, and no half of a character. */
    static std::string_view cut(std::string_view text, std::size_t bytes_max) {
        if (text.size() <= bytes_max) {
            return text;
        }
        while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0u) == 0x80u) {
            --bytes_max;
        }
        return text.substr(0, bytes_max);
    }

    std::string outcome_, reference_, detail_, retry_;
};

/*
 * A department's measure handler. Derive from it, with a constructor (shouxin::Call &, std::string_view
 * config) that throws if it cannot work. Requests are the JSON messages of docs/PLUGINS.md; the view is
 * valid during the call. Every call may come twice, a later step may overtake an earlier one, and `lift`
 * works without an `execute`.
 */
class Plugin {
public:
    Plugin() = default;
    Plugin(const Plugin &) = delete;
    Plugin &operator=(const Plugin &) = delete;
    virtual ~Plugin() = default;

    /* Information: what is in force for a subject changed. Changes nothing for the subject. */
    virtual Answer classified(Call &, std::string_view) { return Answer::done(); }
    /* Carry out an accepted case. */
    virtual Answer execute(Call &call, std::string_view request) = 0;
    /* Out of effect until resume or lift. */
    virtual Answer suspend(Call &call, std::string_view request) = 0;
    /* Back into effect. */
    virtual Answer resume(Call &call, std::string_view request) = 0;
    /* End for good; works without execute, any number of times. */
    virtual Answer lift(Call &call, std::string_view request) = 0;
    /* Remove every trace of a subject. */
    virtual Answer forget(Call &call, std::string_view request) = 0;
    /* A question of the department; free JSON in and out. */
    virtual std::string query(Call &, std::string_view) {
        throw Refusal::unsupported("this plugin answers no questions");
    }
};

/* The C functions of one class, each a barrier that nothing thrown passes. */
template <class Office> class Barrier {
public:
    static void *create(const shouxin_host *host, const std::uint8_t *config,
                        std::size_t config_len) noexcept {
        void *made = nullptr;
        guarded(host, [&](Call &call) {
            std::unique_ptr<Plugin> office(new Office(call, view(config, config_len)));
            made = office.release();
        });
        return made;
    }

    static void destroy(void *instance) noexcept {
        /* A destructor that throws ends the process, as C++ has it: destructors do not throw. */
        delete static_cast<Plugin *>(instance);
    }

    template <Answer (Plugin::*Hook)(Call &, std::string_view)>
    static std::int32_t hook(void *instance, const shouxin_host *host, const std::uint8_t *request,
                             std::size_t request_len) noexcept {
        return guarded(host, [&](Call &call) {
            Plugin &office = *static_cast<Plugin *>(instance);
            call.answer((office.*Hook)(call, view(request, request_len)).json());
        });
    }

    static std::int32_t query(void *instance, const shouxin_host *host,
                              const std::uint8_t *request, std::size_t request_len) noexcept {
        return guarded(host, [&](Call &call) {
            Plugin &office = *static_cast<Plugin *>(instance);
            call.answer(office.query(call, view(request, request_len)));
        });
    }

private:
    static std::string_view view(const std::uint8_t *bytes, std::size_t len) noexcept {
        return len == 0 ? std::string_view()
                        : std::string_view(reinterpret_cast<const char *>(bytes), len);
    }

    /* Nothing is allocated while a failure is told: it may have been for want of memory. */
    template <class Body>
    static std::int32_t guarded(const shouxin_host *host, Body &&body) noexcept {
        Call call(host);
        try {
            body(call);
            return SHOUXIN_STATUS_OK;
        } catch (const Refusal &refusal) {
            call.answer(refusal.what());
            return refusal.status();
        } catch (const std::exception &error) {
            call.answer(error.what());
        } catch (...) {
            call.answer("something was thrown that says nothing about itself");
        }
        return SHOUXIN_STATUS_FAILED;
    }
};

} // namespace shouxin

/* Exports a class as the plugin of this library. Once per library, with literals, outside of functions. */
#define SHOUXIN_PLUGIN(office, plugin_name, plugin_version, plugin_department)                     \
    extern "C" SHOUXIN_EXPORT const shouxin_descriptor *shouxin_plugin_v1(void) {                  \
        using barrier = shouxin::Barrier<office>;                                                  \
        using base = shouxin::Plugin;                                                              \
        static const shouxin_descriptor descriptor = {                                             \
            SHOUXIN_MAGIC,                                                                         \
            sizeof(shouxin_descriptor),                                                            \
            SHOUXIN_ABI_MAJOR,                                                                     \
            SHOUXIN_ABI_MINOR,                                                                     \
            0,                                                                                     \
            {reinterpret_cast<const std::uint8_t *>(plugin_name), sizeof(plugin_name) - 1},        \
            {reinterpret_cast<const std::uint8_t *>(plugin_version), sizeof(plugin_version) - 1},  \
            {reinterpret_cast<const std::uint8_t *>(plugin_department),                            \
             sizeof(plugin_department) - 1},                                                       \
            barrier::create,                                                                       \
            barrier::destroy,                                                                      \
            barrier::hook<&base::classified>,                                                      \
            barrier::hook<&base::execute>,                                                         \
            barrier::hook<&base::suspend>,                                                         \
            barrier::hook<&base::resume>,                                                          \
            barrier::hook<&base::lift>,                                                            \
            barrier::hook<&base::forget>,                                                          \
            barrier::query,                                                                        \
        };                                                                                         \
        return &descriptor;                                                                        \
    }

#endif
