/*
 * The smallest useful plugin in C: it says "done" to every order and counts them.
 *
 *   cc -std=c99 -shared -fPIC -I plugins/abi/include plugins/abi/examples/minimal.c -o libminimal.so
 */
#include <stdio.h>
#include <string.h>

#include "shouxin_plugin.h"

static unsigned long calls;

static void *create(const shouxin_host *host, const uint8_t *config, size_t config_len) {
    static const char hello[] = "minimal: created";
    (void)config;
    (void)config_len;
    host->log(host->ctx, SHOUXIN_LOG_INFO, (const uint8_t *)hello, sizeof hello - 1);
    return &calls;
}

static void destroy(void *instance) {
    (void)instance;
}

static int32_t done(void *instance, const shouxin_host *host, const uint8_t *request,
                    size_t request_len) {
    char answer[96];
    unsigned long *count = instance;
    (void)request;
    (void)request_len;
    *count += 1;
    snprintf(answer, sizeof answer, "{\"outcome\":\"done\",\"reference\":\"MINIMAL-%lu\"}", *count);
    host->answer(host->ctx, (const uint8_t *)answer, strlen(answer));
    return SHOUXIN_STATUS_OK;
}

static const uint8_t name[] = "minimal";
static const uint8_t version[] = "1.0.0";
static const uint8_t department[] = "example";

static const shouxin_descriptor descriptor = {
    SHOUXIN_MAGIC,
    sizeof(shouxin_descriptor),
    SHOUXIN_ABI_MAJOR,
    SHOUXIN_ABI_MINOR,
    0,
    {name, sizeof name - 1},
    {version, sizeof version - 1},
    {department, sizeof department - 1},
    create,
    destroy,
    done, /* classified */
    done, /* execute */
    done, /* suspend */
    done, /* resume */
    done, /* lift */
    done, /* forget */
    NULL, /* query */
};

const shouxin_descriptor *shouxin_plugin_v1(void) {
    return &descriptor;
}
