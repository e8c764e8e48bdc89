/*
 * Shouxin (守信): the contract between the register and a department's plugin, version 1.
 *
 * A plugin is a shared library that exports one function, shouxin_plugin_v1. It returns a pointer
 * to a static descriptor. Payloads are UTF-8 JSON; docs/PLUGINS.md shows them.
 *
 * Policy for change
 *
 *   1. What is released never changes: no field moves, no value gets another meaning, no hook gets
 *      another signature. The symbol carries the major version in its name.
 *   2. Change by adding. New fields and hooks are appended, and SHOUXIN_ABI_MINOR goes up by one. A
 *      reader takes a field only if struct_size covers it (SHOUXIN_HAS); a hook beyond the end is an
 *      absent one.
 *   3. The register takes every minor of its major, older and newer. It refuses another major with a
 *      sentence that names both. The minor and the version text only inform.
 *   4. A break is a new symbol, shouxin_plugin_v2. The register looks for the newest it knows and goes
 *      on to serve version 1 for at least 24 months after version 2 was released.
 *   5. Deprecate long before removing: a deprecated hook is called for at least 24 months.
 *
 * What each minor appended: 1: shouxin_host.connect. A plugin that was built against minor 0 is
 * compiled and called in the tests of every release (plugins/host/tests/minor_0).
 *
 * Rules of a call
 *
 *   - No memory changes owner. What a hook gets is borrowed until it returns; the host copies what is
 *     passed to answer; nobody frees what the other allocated.
 *   - One thread. create, the hooks and destroy of one instance run one after another on one thread.
 *   - A shouxin_host is valid during the call it was given to, on the thread of that call.
 *   - No exception and no longjmp leaves a function. shouxin_plugin.hpp catches them for C++.
 *   - At least once. A call may be repeated: recognise it by the idempotency key in the request.
 *   - Never unloaded. The library stays mapped until its process ends.
 *   - Caged, and trusted. A plugin runs in a process that opens no files but its own and no sockets;
 *     what it answers is still taken for true.
 *
 * This file follows from plugins/abi/src/lib.rs; a test fails if the two differ.
 */
#ifndef SHOUXIN_PLUGIN_H
#define SHOUXIN_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

@NUMBERS@

#if defined(__GNUC__)
#define SHOUXIN_EXPORT __attribute__((visibility("default")))
#else
#define SHOUXIN_EXPORT
#endif

/*
 * Whether a structure from the other side goes as far as a field: SHOUXIN_HAS(host, shouxin_host,
 * connect) before host->connect is read. What a later minor appended is not there in an older register.
 */
#define SHOUXIN_HAS(pointer, type, field)                                                          \
    ((size_t)(pointer)->struct_size >= offsetof(type, field) + sizeof(((const type *)0)->field))

/* UTF-8, not NUL-terminated. ptr may be NULL if len is 0. */
typedef struct shouxin_text {
    const uint8_t *ptr;
    size_t len;
} shouxin_text;

/* What a call may use of its host; valid until that call returns. */
typedef struct shouxin_host {
    uint32_t struct_size;
    uint16_t abi_major;
    uint16_t abi_minor;
    void *ctx; /* first argument of every function below */
    /* Hands over the answer of the running call, at most once; copied before it returns. */
    int32_t (*answer)(void *ctx, const uint8_t *ptr, size_t len);
    /* One line for the register's log. No names, numbers or keys of natural persons. */
    void (*log)(void *ctx, int32_t level, const uint8_t *ptr, size_t len);
    /*
     * Since minor 1, there if struct_size covers it. Opens a TCP connection to a granted host:port,
     * spelled as in the grant; there is no other way to the network. A connected blocking socket that
     * belongs to the plugin, or one of the negative SHOUXIN_CONNECT_ values.
     */
    int32_t (*connect)(void *ctx, const uint8_t *host, size_t host_len, uint16_t port,
                       uint32_t timeout_ms);
} shouxin_host;

/*
 * Makes an instance from the configuration (JSON with "data_dir"). NULL refuses; a reason given to
 * answer as plain text is shown to the operator.
 */
typedef void *(*shouxin_create_fn)(const shouxin_host *host, const uint8_t *config,
                                   size_t config_len);

/* Ends an instance. A killed process never gets to it. */
typedef void (*shouxin_destroy_fn)(void *instance);

/*
 * One call. With SHOUXIN_STATUS_OK exactly one JSON answer is expected; with another status an
 * answer is taken as a plain-text reason.
 */
typedef int32_t (*shouxin_hook_fn)(void *instance, const shouxin_host *host,
                                   const uint8_t *request, size_t request_len);

/* What a library says about itself; static. An absent hook is NULL. */
typedef struct shouxin_descriptor {
    uint32_t magic;       /* SHOUXIN_MAGIC */
    uint32_t struct_size; /* sizeof(shouxin_descriptor) */
    uint16_t abi_major;   /* SHOUXIN_ABI_MAJOR */
    uint16_t abi_minor;   /* SHOUXIN_ABI_MINOR */
    uint32_t reserved;    /* 0 */
    shouxin_text name;    /* a-z, 0-9 and -, 1 to 64 bytes; the name it is admitted under */
    shouxin_text version;
    shouxin_text department;
    shouxin_create_fn create;   /* required */
    shouxin_destroy_fn destroy; /* required */
    shouxin_hook_fn classified; /* information; changes nothing for the subject */
    shouxin_hook_fn execute;    /* carry out an accepted case */
    shouxin_hook_fn suspend;    /* out of effect until resume or lift */
    shouxin_hook_fn resume;     /* back into effect */
    shouxin_hook_fn lift;       /* end for good; works without execute, any number of times */
    shouxin_hook_fn forget;     /* remove every trace of a subject */
    shouxin_hook_fn query;      /* the department asks its own plugin; optional */
} shouxin_descriptor;

/* Every plugin of this major has at least the bytes before the first hook. */
#define SHOUXIN_DESCRIPTOR_BYTES_MIN offsetof(shouxin_descriptor, classified)

/* Every register of this major gives at least the bytes before what minor 1 appended. */
#define SHOUXIN_HOST_BYTES_MIN offsetof(shouxin_host, connect)

/*
 * The layout where a pointer has 64 bits. A compiler, a packing pragma or an edit that lays anything out
 * otherwise fails here, not in the register.
 */
#if defined(__cplusplus)
#define SHOUXIN_LAYOUT(name, claim) static_assert(claim, #claim)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define SHOUXIN_LAYOUT(name, claim) _Static_assert(claim, #claim)
#else
#define SHOUXIN_LAYOUT(name, claim) typedef char shouxin_layout_##name[(claim) ? 1 : -1]
#endif
#if UINTPTR_MAX == 0xffffffffffffffffu
@LAYOUT@
#endif
#undef SHOUXIN_LAYOUT

/* The only exported symbol. Allocates nothing, starts no thread, reads no environment. */
SHOUXIN_EXPORT const shouxin_descriptor *shouxin_plugin_v1(void);

#ifdef __cplusplus
}
#endif

#endif
