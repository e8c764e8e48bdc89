/*
 * 住房和城乡建设局: whether a subject is restricted in construction on a day: 限制参与工程招投标 (M-A18), asked
 * by who opens bids, and 限制参与基础设施和公用事业特许经营 (M-A16), asked by who grants a concession.
 *
 * It keeps the decisions that were ordered and answers with the documents, not with a judgement:
 *
 * {"subject": KEY, "on": "2026-06-01", "measure": "M-A18"} ->
 * {"restricted": true, "by": [{case_id, measure, decision, document_number, authority, from, until,
 *   parameters}], "suspended": [case ids]}
 *
 * Without "measure" it answers for both. A suspended case restricts nobody; neither does one whose last day has
 * passed, lifted or not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shouxin_casebook.h"
#include "shouxin_message.h"
#include "shouxin_plugin.h"

static const char *const MEASURES[] = {"M-A16", "M-A18"};

static bool is_ours(const char *measure) {
    size_t at;
    for (at = 0; at < sizeof MEASURES / sizeof *MEASURES; at++) {
        if (strcmp(measure, MEASURES[at]) == 0) {
            return true;
        }
    }
    return false;
}

static void *create(const shouxin_host *host, const uint8_t *config, size_t config_len) {
    char why[256] = "the configuration cannot be read";
    cJSON *json = shouxin_json_read(config, config_len);
    const char *data_dir = shouxin_json_text(json, "data_dir", 4096);
    shouxin_casebook *book = NULL;
    if (!shouxin_no_settings(json)) {
        snprintf(why, sizeof why, "this plugin has no settings; remove [plugin.settings]");
    } else if (data_dir != NULL) {
        book = shouxin_casebook_open(data_dir, why, sizeof why);
    }
    cJSON_Delete(json);
    if (book == NULL) {
        shouxin_refuse(host, SHOUXIN_STATUS_FAILED, why);
    }
    return book;
}

static void destroy(void *instance) {
    shouxin_casebook_close(instance);
}

/* What all four hooks about a case have in common. */
static int32_t about_a_case(void *instance, const shouxin_host *host, const uint8_t *request,
                            size_t request_len, shouxin_hook hook) {
    char text[192];
    const char *why = NULL;
    shouxin_case message;
    shouxin_answer answer;
    int32_t status;
    if (!shouxin_case_read(&message, request, request_len, &why)) {
        return shouxin_refuse(host, SHOUXIN_STATUS_BAD_INPUT, why);
    }
    if (hook == SHOUXIN_EXECUTE && !is_ours(message.measure)) {
        snprintf(text, sizeof text, "this plugin carries out M-A16 and M-A18, not %s",
                 message.measure);
        answer = shouxin_say(SHOUXIN_FAILED, text);
    } else {
        snprintf(text, sizeof text, "ZJ-%s-%llu", message.case_id,
                 (unsigned long long)message.step);
        answer = shouxin_done(text);
        answer = shouxin_casebook_apply(instance, hook, &message, &answer);
    }
    status = shouxin_send(host, &answer);
    shouxin_case_free(&message);
    return status;
}

static int32_t execute(void *instance, const shouxin_host *host, const uint8_t *request,
                       size_t request_len) {
    return about_a_case(instance, host, request, request_len, SHOUXIN_EXECUTE);
}

static int32_t suspend(void *instance, const shouxin_host *host, const uint8_t *request,
                       size_t request_len) {
    return about_a_case(instance, host, request, request_len, SHOUXIN_SUSPEND);
}

static int32_t resume(void *instance, const shouxin_host *host, const uint8_t *request,
                      size_t request_len) {
    return about_a_case(instance, host, request, request_len, SHOUXIN_RESUME);
}

static int32_t lift(void *instance, const shouxin_host *host, const uint8_t *request,
                    size_t request_len) {
    return about_a_case(instance, host, request, request_len, SHOUXIN_LIFT);
}

/* Information. Nothing changes for the subject, so nothing is kept. */
static int32_t classified(void *instance, const shouxin_host *host, const uint8_t *request,
                          size_t request_len) {
    char subject[SHOUXIN_KEY_BYTES_MAX + 1];
    const char *why = NULL;
    shouxin_answer answer = shouxin_done(NULL);
    (void)instance;
    if (!shouxin_classified_read(subject, request, request_len, &why)) {
        return shouxin_refuse(host, SHOUXIN_STATUS_BAD_INPUT, why);
    }
    return shouxin_send(host, &answer);
}

static int32_t forget(void *instance, const shouxin_host *host, const uint8_t *request,
                      size_t request_len) {
    char subject[SHOUXIN_KEY_BYTES_MAX + 1];
    const char *why = NULL;
    shouxin_answer answer;
    if (!shouxin_forget_read(subject, request, request_len, &why)) {
        return shouxin_refuse(host, SHOUXIN_STATUS_BAD_INPUT, why);
    }
    answer = shouxin_casebook_forget(instance, subject);
    return shouxin_send(host, &answer);
}

/* What an answer is gathered from. */
struct question {
    const char *on;
    const char *measure; /* NULL: every measure of this plugin */
    cJSON *by;
    cJSON *suspended;
    bool whole; /* false once memory was wanting */
};

static bool add_case(cJSON *list, const shouxin_entry *entry) {
    cJSON *item = cJSON_CreateObject();
    bool whole =
        item != NULL && cJSON_AddStringToObject(item, "case_id", entry->case_id) &&
        cJSON_AddStringToObject(item, "measure", entry->measure) &&
        cJSON_AddStringToObject(item, "decision", entry->decision) &&
        cJSON_AddStringToObject(item, "document_number", entry->document_number) &&
        cJSON_AddStringToObject(item, "authority", entry->authority) &&
        cJSON_AddStringToObject(item, "from", entry->from) &&
        cJSON_AddStringToObject(item, "until", entry->until);
    if (whole && entry->parameters != NULL && cJSON_GetArraySize(entry->parameters) > 0) {
        cJSON *copy = cJSON_Duplicate(entry->parameters, true);
        whole = copy != NULL && cJSON_AddItemToObject(item, "parameters", copy);
    }
    if (!whole || !cJSON_AddItemToArray(list, item)) {
        cJSON_Delete(item);
        return false;
    }
    return true;
}

static bool gather(const shouxin_entry *entry, void *context) {
    struct question *question = context;
    if (question->measure != NULL && strcmp(question->measure, entry->measure) != 0) {
        return true;
    }
    if (shouxin_entry_in_effect(entry, question->on)) {
        question->whole = add_case(question->by, entry);
    } else if (entry->state == SHOUXIN_SUSPENDED && shouxin_entry_covers(entry, question->on)) {
        cJSON *text = cJSON_CreateString(entry->case_id);
        question->whole = text != NULL && cJSON_AddItemToArray(question->suspended, text);
    }
    return question->whole;
}

static int32_t query(void *instance, const shouxin_host *host, const uint8_t *request,
                     size_t request_len) {
    cJSON *json = shouxin_json_read(request, request_len);
    cJSON *answer = cJSON_CreateObject();
    const char *subject = shouxin_json_text(json, "subject", SHOUXIN_KEY_BYTES_MAX);
    const cJSON *measure = cJSON_GetObjectItemCaseSensitive(json, "measure");
    struct question question;
    int32_t status;
    question.on = shouxin_json_text(json, "on", 10);
    question.measure = cJSON_GetStringValue(measure);
    question.by = cJSON_AddArrayToObject(answer, "by");
    question.suspended = cJSON_AddArrayToObject(answer, "suspended");
    question.whole = question.by != NULL && question.suspended != NULL;
    if (subject == NULL || question.on == NULL || !shouxin_is_day(question.on) ||
        (measure != NULL && (question.measure == NULL || !is_ours(question.measure)))) {
        status = shouxin_refuse(host, SHOUXIN_STATUS_BAD_INPUT,
                                "ask {\"subject\": KEY, \"on\": \"YYYY-MM-DD\"}, and \"measure\": "
                                "\"M-A16\" or \"M-A18\" for one of them");
    } else if (!shouxin_casebook_each(instance, subject, gather, &question)) {
        /* Nothing may be said of a subject whose file cannot be read. */
        status = shouxin_refuse(host, SHOUXIN_STATUS_FAILED,
                                "a file of this subject cannot be read or is damaged");
    } else if (!question.whole ||
               !cJSON_AddBoolToObject(answer, "restricted", cJSON_GetArraySize(question.by) > 0)) {
        status = shouxin_refuse(host, SHOUXIN_STATUS_FAILED, "out of memory");
    } else {
        status = shouxin_send_json(host, answer);
    }
    cJSON_Delete(answer);
    cJSON_Delete(json);
    return status;
}

static const uint8_t NAME[] = "housing";
static const uint8_t VERSION[] = "1.0.0";
static const uint8_t DEPARTMENT[] = "住房和城乡建设局";

static const shouxin_descriptor DESCRIPTOR = {
    SHOUXIN_MAGIC,
    sizeof(shouxin_descriptor),
    SHOUXIN_ABI_MAJOR,
    SHOUXIN_ABI_MINOR,
    0,
    {NAME, sizeof NAME - 1},
    {VERSION, sizeof VERSION - 1},
    {DEPARTMENT, sizeof DEPARTMENT - 1},
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
    return &DESCRIPTOR;
}
