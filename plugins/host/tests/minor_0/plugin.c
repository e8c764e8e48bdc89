/*
 * A plugin as somebody wrote it against minor 0 of the contract, with the header of that day beside it.
 * Neither file is edited any more: this must compile, load and answer for as long as version 1 is served.
 *
 * It says what it was called for and how often, so that a call that arrives at another hook is seen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shouxin_plugin.h"

struct office {
    unsigned long calls;
};

static void say(const shouxin_host *host, const char *text) {
    host->log(host->ctx, SHOUXIN_LOG_INFO, (const uint8_t *)text, strlen(text));
}

static int32_t answer(const shouxin_host *host, const char *text) {
    int32_t taken = host->answer(host->ctx, (const uint8_t *)text, strlen(text));
    return taken == SHOUXIN_ANSWER_OK ? SHOUXIN_STATUS_OK : SHOUXIN_STATUS_FAILED;
}

/* Whether the bytes hold a text; enough to see that the right message came. */
static int holds(const uint8_t *bytes, size_t len, const char *text) {
    size_t wanted = strlen(text);
    size_t at;
    for (at = 0; at + wanted <= len; at++) {
        if (memcmp(bytes + at, text, wanted) == 0) {
            return 1;
        }
    }
    return 0;
}

static void *create(const shouxin_host *host, const uint8_t *config, size_t config_len) {
    struct office *office;
    if (host->struct_size < sizeof(shouxin_host) || host->abi_major != SHOUXIN_ABI_MAJOR) {
        return NULL;
    }
    if (!holds(config, config_len, "\"data_dir\"")) {
        answer(host, "no data_dir");
        return NULL;
    }
    office = calloc(1, sizeof *office);
    if (office != NULL) {
        say(host, "minor 0: created");
    }
    return office;
}

static void destroy(void *instance) {
    free(instance);
}

static int32_t told(void *instance, const shouxin_host *host, const uint8_t *request, size_t len,
                    const char *hook, const char *field) {
    char text[128];
    struct office *office = instance;
    if (!holds(request, len, field)) {
        answer(host, field);
        return SHOUXIN_STATUS_BAD_INPUT;
    }
    office->calls += 1;
    snprintf(text, sizeof text, "{\"outcome\":\"done\",\"reference\":\"%s-%lu\"}", hook, office->calls);
    return answer(host, text);
}

static int32_t classified(void *instance, const shouxin_host *host, const uint8_t *request,
                          size_t len) {
    return told(instance, host, request, len, "classified", "\"in_force\"");
}

static int32_t execute(void *instance, const shouxin_host *host, const uint8_t *request,
                       size_t len) {
    return told(instance, host, request, len, "execute", "\"case_id\"");
}

static int32_t suspend(void *instance, const shouxin_host *host, const uint8_t *request,
                       size_t len) {
    return told(instance, host, request, len, "suspend", "\"case_id\"");
}

static int32_t resume(void *instance, const shouxin_host *host, const uint8_t *request, size_t len) {
    return told(instance, host, request, len, "resume", "\"case_id\"");
}

static int32_t lift(void *instance, const shouxin_host *host, const uint8_t *request, size_t len) {
    return told(instance, host, request, len, "lift", "\"case_id\"");
}

static int32_t forget(void *instance, const shouxin_host *host, const uint8_t *request, size_t len) {
    return told(instance, host, request, len, "forget", "\"subject_key\"");
}

static int32_t query(void *instance, const shouxin_host *host, const uint8_t *request, size_t len) {
    char text[64];
    struct office *office = instance;
    (void)request;
    (void)len;
    snprintf(text, sizeof text, "{\"calls\":%lu}", office->calls);
    return answer(host, text);
}

static const uint8_t name[] = "minor-0";
static const uint8_t version[] = "1.0.0";
static const uint8_t department[] = "示例局";

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
    classified,
    execute,
    suspend,
    resume,
    lift,
    forget,
    query,
};

const shouxin_descriptor *shouxin_plugin_v1(void) {
    return &descriptor;
}
