/*
 * Shouxin (守信): a bench that plays the register, for tests of plugins in C.
 *
 * Compile the plugin and its test into one program, best under -fsanitize=address,undefined. Calls go through the
 * descriptor, as in production. Everything is static: a test is one file.
 */
#ifndef SHOUXIN_BENCH_H
#define SHOUXIN_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shouxin_plugin.h"

/* Ends the test with the place and the last answer unless the claim is so. */
#define BENCH_CHECK(claim)                                                                         \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            fprintf(stderr, "%s:%d: not so: %s; the answer was %s\n", __FILE__, __LINE__, #claim,  \
                    bench.answer);                                                                 \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* The subject of bench_case. */
#define BENCH_SUBJECT "91350426MA2XYZ1234"

/* The bench: one instance over one folder, and the answer of the last call. */
static struct {
    const char *folder;
    const char *settings; /* JSON, or NULL */
    void *instance;
    int answered;
    char answer[SHOUXIN_BODY_BYTES_MAX + 1];
    char log[4097]; /* the last line of the log */
} bench;

static inline int32_t bench_take_answer(void *ctx, const uint8_t *ptr, size_t len) {
    (void)ctx;
    if (bench.answered) {
        return SHOUXIN_ANSWER_REPEATED;
    }
    if (len > SHOUXIN_BODY_BYTES_MAX) {
        return SHOUXIN_ANSWER_TOO_LARGE;
    }
    memcpy(bench.answer, ptr, len);
    bench.answer[len] = '\0';
    bench.answered = 1;
    return SHOUXIN_ANSWER_OK;
}

static inline void bench_take_log(void *ctx, int32_t level, const uint8_t *ptr, size_t len) {
    size_t kept = len < sizeof bench.log ? len : sizeof bench.log - 1;
    (void)ctx;
    (void)level;
    memcpy(bench.log, ptr, kept);
    bench.log[kept] = '\0';
}

/* Nothing is granted on the bench. */
static inline int32_t bench_connect(void *ctx, const uint8_t *name, size_t len, uint16_t port,
                                    uint32_t timeout_ms) {
    (void)ctx;
    (void)name;
    (void)len;
    (void)port;
    (void)timeout_ms;
    return SHOUXIN_CONNECT_NOT_GRANTED;
}

static const shouxin_host bench_host = {
    sizeof(shouxin_host), SHOUXIN_ABI_MAJOR, SHOUXIN_ABI_MINOR, NULL,
    bench_take_answer,    bench_take_log,    bench_connect};

/* Makes an instance; false with the reason in bench.answer if the plugin refuses. */
static inline int bench_try_start(const char *folder, const char *settings) {
    char config[8192];
    bench.folder = folder;
    bench.settings = settings;
    bench.answered = 0;
    bench.answer[0] = '\0';
    snprintf(config, sizeof config,
             "{\"schema\":1,\"name\":\"bench\",\"data_dir\":\"%s\",\"settings\":%s}", folder,
             settings == NULL ? "null" : settings);
    bench.instance =
        shouxin_plugin_v1()->create(&bench_host, (const uint8_t *)config, strlen(config));
    return bench.instance != NULL;
}

static inline void bench_start(const char *folder) {
    BENCH_CHECK(bench_try_start(folder, NULL));
}

static inline void bench_stop(void) {
    if (bench.instance != NULL) {
        shouxin_plugin_v1()->destroy(bench.instance);
        bench.instance = NULL;
    }
}

/* Ends the instance and makes a new one over the same folder: what was really kept is seen. */
static inline void bench_restart(void) {
    bench_stop();
    BENCH_CHECK(bench_try_start(bench.folder, bench.settings));
}

/* One call with bytes; the status of the contract. Exactly one answer or reason must have come. */
static inline int32_t bench_call_bytes(shouxin_hook_fn hook, const char *bytes, size_t len) {
    /* A copy of exactly that length, so that a read beyond its end is seen. */
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    int32_t status;
    if (copy == NULL) {
        exit(1);
    }
    memcpy(copy, bytes, len);
    bench.answered = 0;
    bench.answer[0] = '\0';
    status = hook(bench.instance, &bench_host, copy, len);
    free(copy);
    BENCH_CHECK(bench.answered == 1);
    return status;
}

static inline int32_t bench_call(shouxin_hook_fn hook, const char *text) {
    return bench_call_bytes(hook, text, strlen(text));
}

/* Whether the last answer holds a text. */
static inline int bench_said(const char *part) {
    return strstr(bench.answer, part) != NULL;
}

/* A case with plausible content, in effect all through 2026. The text is good until the next one. */
static inline const char *bench_message(const char *case_id, unsigned step, const char *subject,
                                        const char *measure, const char *as_of) {
    static char text[4096];
    snprintf(text, sizeof text,
             "{\"schema\":1,\"case_id\":\"%s\",\"step\":%u,\"idempotency_key\":\"%s/x/%u\","
             "\"subject\":{\"key\":\"%s\",\"kind\":\"enterprise\",\"name\":\"示例公司\"},"
             "\"department\":\"bench\",\"measure\":{\"id\":\"%s\",\"name_zh\":\"措施\","
             "\"parameters\":{\"projects\":[\"房屋建筑\"]}},"
             "\"decision\":{\"id\":\"D-1031\",\"authority\":\"11350426XY0001082U\","
             "\"document_number\":\"尤建〔2026〕3号\",\"served_on\":\"2025-12-20\"},"
             "\"basis\":[],\"valid_from\":\"2026-01-01\",\"valid_until\":\"2026-12-31\","
             "\"accepted_by\":\"bench/SC-03\",\"ordered_by\":\"system\",\"as_of\":\"%s\"}",
             case_id, step, case_id, step, subject, measure, as_of);
    return text;
}

/* One call about a case of BENCH_SUBJECT; true if there was an answer, whatever it says. */
static inline int bench_case(shouxin_hook_fn hook, const char *case_id, unsigned step,
                             const char *measure) {
    return bench_call(hook, bench_message(case_id, step, BENCH_SUBJECT, measure, "2026-01-01")) ==
           SHOUXIN_STATUS_OK;
}

#endif
