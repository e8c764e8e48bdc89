/*
 * Shouxin (守信): the contract between the register and a department's plugin, version 1.
 *
 * A plugin is a shared library that exports one function, shouxin_plugin_v1. It returns a pointer
 * to a static descriptor. Payloads are UTF-8 JSON; docs/PLUGINS.md shows them.
 *
 * Change: what is released never changes; fields and hooks are only appended, and a reader takes a
 * field only if struct_size covers it; a break is a new symbol, and version 1 is served for at
 * least 24 months after it.
 *
 * A call: what a hook gets is borrowed until it returns; the host copies what is passed to answer;
 * nobody frees what the other allocated. create, the hooks and destroy of one instance run one
 * after another on one thread. A shouxin_host is valid during the call it was given to, on that
 * thread. No exception and no longjmp leaves a function. A call may be repeated: recognise it by
 * the idempotency key in the request.
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

#define SHOUXIN_MAGIC                0x53585031u  /* "SXP1" */
#define SHOUXIN_ABI_MAJOR            1u           /* another major is another symbol */
#define SHOUXIN_ABI_MINOR            0u           /* how often something was appended */
#define SHOUXIN_BODY_BYTES_MAX       262144u      /* request and answer */
#define SHOUXIN_STATUS_OK            0            /* done, and answered */
#define SHOUXIN_STATUS_UNSUPPORTED   1            /* not offered */
#define SHOUXIN_STATUS_BAD_INPUT     2            /* not understood */
#define SHOUXIN_STATUS_FAILED        3            /* failed, no more to say */
#define SHOUXIN_STATUS_PANIC         4            /* set by the Rust kit */
#define SHOUXIN_ANSWER_OK            0            /* copied */
#define SHOUXIN_ANSWER_TOO_LARGE     1            /* the call fails */
#define SHOUXIN_ANSWER_REPEATED      2            /* the first one stands */
#define SHOUXIN_ANSWER_BAD_POINTER   3            /* null with a length */
#define SHOUXIN_LOG_ERROR            1            /* needs a person */
#define SHOUXIN_LOG_WARN             2            /* odd */
#define SHOUXIN_LOG_INFO             3            /* normal */
#define SHOUXIN_LOG_DEBUG            4            /* for the author */

#if defined(__GNUC__)
#define SHOUXIN_EXPORT __attribute__((visibility("default")))
#else
#define SHOUXIN_EXPORT
#endif

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

/* The only exported symbol. Allocates nothing, starts no thread, reads no environment. */
SHOUXIN_EXPORT const shouxin_descriptor *shouxin_plugin_v1(void);

#ifdef __cplusplus
}
#endif

#endif
