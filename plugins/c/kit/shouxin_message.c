#include "shouxin_message.h"

#include <string.h>

static const char NO_MEMORY[] = "out of memory";

/* Whether a text of JSON holds U+0000: an escape that an even number of backslashes precedes. */
static bool holds_nul(const uint8_t *bytes, size_t len) {
    size_t at = 0;
    while (at < len) {
        if (bytes[at] == 0) {
            return true;
        }
        if (bytes[at] == '\\') {
            if (len - at >= 6 && memcmp(bytes + at, "\\u0000", 6) == 0) {
                return true;
            }
            at += 1; /* what is escaped begins no escape */
        }
        at += 1;
    }
    return false;
}

cJSON *shouxin_json_read(const uint8_t *bytes, size_t len) {
    const char *end = NULL;
    cJSON *json;
    if (bytes == NULL || len > SHOUXIN_BODY_BYTES_MAX || holds_nul(bytes, len)) {
        return NULL;
    }
    json = cJSON_ParseWithLengthOpts((const char *)bytes, len, &end, false);
    if (json == NULL) {
        return NULL;
    }
    for (; end < (const char *)bytes + len; end++) {
        if (strchr(" \t\r\n", *end) == NULL) {
            cJSON_Delete(json);
            return NULL;
        }
    }
    return json;
}

const char *shouxin_json_text(const cJSON *object, const char *field, size_t bytes_max) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, field));
    size_t bytes = text == NULL ? 0 : strlen(text);
    return bytes >= 1 && bytes <= bytes_max ? text : NULL;
}

/* A whole number from 0 to SHOUXIN_STEP_MAX. */
static bool whole(const cJSON *object, const char *field, uint64_t *out) {
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, field);
    double value = cJSON_IsNumber(number) ? number->valuedouble : -1.0;
    /* Asked in this way, because no comparison with what is no number is true. */
    if (!(value >= 0.0 && value <= (double)SHOUXIN_STEP_MAX)) {
        return false;
    }
    *out = (uint64_t)value;
    return (double)*out == value;
}

static bool schema_is_known(const cJSON *json, const char **why) {
    uint64_t schema = 0;
    if (json == NULL) {
        *why = "not a message: no JSON, too long, or with the character U+0000";
        return false;
    }
    if (!whole(json, "schema", &schema) || schema != 1) {
        *why = "the message has another schema than 1";
        return false;
    }
    return true;
}

static bool day_of(const cJSON *json, const char *field, const char **out) {
    *out = shouxin_json_text(json, field, 10);
    return *out != NULL && shouxin_is_day(*out);
}

bool shouxin_case_read(shouxin_case *out, const uint8_t *bytes, size_t len, const char **why) {
    const cJSON *subject, *measure, *decision;
    memset(out, 0, sizeof *out);
    out->json = shouxin_json_read(bytes, len);
    if (!schema_is_known(out->json, why)) {
        shouxin_case_free(out);
        return false;
    }
    subject = cJSON_GetObjectItemCaseSensitive(out->json, "subject");
    measure = cJSON_GetObjectItemCaseSensitive(out->json, "measure");
    decision = cJSON_GetObjectItemCaseSensitive(out->json, "decision");
    out->case_id = shouxin_json_text(out->json, "case_id", SHOUXIN_KEY_BYTES_MAX);
    out->subject = shouxin_json_text(subject, "key", SHOUXIN_KEY_BYTES_MAX);
    out->measure = shouxin_json_text(measure, "id", SHOUXIN_KEY_BYTES_MAX);
    out->decision = shouxin_json_text(decision, "id", SHOUXIN_KEY_BYTES_MAX);
    out->authority = shouxin_json_text(decision, "authority", SHOUXIN_TEXT_BYTES_MAX);
    out->document_number = shouxin_json_text(decision, "document_number", SHOUXIN_TEXT_BYTES_MAX);
    out->parameters = cJSON_GetObjectItemCaseSensitive(measure, "parameters");
    if (out->case_id == NULL || out->subject == NULL || out->measure == NULL ||
        out->decision == NULL || out->authority == NULL || out->document_number == NULL ||
        (out->parameters != NULL && !cJSON_IsObject(out->parameters))) {
        *why = "the case lacks a field, or a field is too long or of another kind";
    } else if (!whole(out->json, "step", &out->step)) {
        *why = "`step` is no whole number up to 2^53";
    } else if (!day_of(out->json, "valid_from", &out->from) ||
               !day_of(out->json, "valid_until", &out->until) ||
               !day_of(out->json, "as_of", &out->as_of)) {
        *why = "`valid_from`, `valid_until` or `as_of` is no calendar day written YYYY-MM-DD";
    } else {
        return true;
    }
    shouxin_case_free(out);
    return false;
}

void shouxin_case_free(shouxin_case *message) {
    cJSON_Delete(message->json);
    memset(message, 0, sizeof *message);
}

/* Copies the key that a field of an object holds. */
static bool key_of(char key[SHOUXIN_KEY_BYTES_MAX + 1], const cJSON *object, const char *field) {
    const char *found = shouxin_json_text(object, field, SHOUXIN_KEY_BYTES_MAX);
    if (found != NULL) {
        strcpy(key, found);
    }
    return found != NULL;
}

bool shouxin_classified_read(char key[SHOUXIN_KEY_BYTES_MAX + 1], const uint8_t *bytes, size_t len,
                             const char **why) {
    cJSON *json = shouxin_json_read(bytes, len);
    bool good = schema_is_known(json, why);
    if (good) {
        good = key_of(key, cJSON_GetObjectItemCaseSensitive(json, "subject"), "key");
        *why = "`subject` has no `key`, or one that is too long";
    }
    cJSON_Delete(json);
    return good;
}

bool shouxin_forget_read(char key[SHOUXIN_KEY_BYTES_MAX + 1], const uint8_t *bytes, size_t len,
                         const char **why) {
    cJSON *json = shouxin_json_read(bytes, len);
    bool good = schema_is_known(json, why);
    if (good) {
        good = key_of(key, json, "subject_key");
        *why = "`subject_key` is absent, empty or too long";
    }
    cJSON_Delete(json);
    return good;
}

bool shouxin_no_settings(const cJSON *config) {
    const cJSON *settings = cJSON_GetObjectItemCaseSensitive(config, "settings");
    return settings == NULL || cJSON_IsNull(settings) ||
           (cJSON_IsObject(settings) && cJSON_GetArraySize(settings) == 0);
}

static int number_at(const char *text, int digits) {
    int value = 0;
    for (; digits > 0; digits--, text++) {
        if (*text < '0' || *text > '9') {
            return -1;
        }
        value = value * 10 + (*text - '0');
    }
    return value;
}

bool shouxin_is_day(const char *text) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day, last;
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-') {
        return false;
    }
    year = number_at(text, 4);
    month = number_at(text + 5, 2);
    day = number_at(text + 8, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1) {
        return false;
    }
    last = days[month - 1];
    if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) {
        last = 29;
    }
    return day <= last;
}

/* Copies what fits, and no half of a character. */
static void copy(char *out, size_t size, const char *text) {
    size_t bytes = text == NULL ? 0 : strlen(text);
    if (bytes >= size) {
        bytes = size - 1;
        while (bytes > 0 && ((unsigned char)text[bytes] & 0xc0) == 0x80) {
            bytes -= 1;
        }
    }
    if (bytes > 0) {
        memcpy(out, text, bytes);
    }
    out[bytes] = '\0';
}

shouxin_answer shouxin_say(shouxin_outcome outcome, const char *detail) {
    shouxin_answer answer;
    memset(&answer, 0, sizeof answer);
    answer.outcome = outcome;
    copy(answer.detail, sizeof answer.detail, detail);
    return answer;
}

shouxin_answer shouxin_done(const char *reference) {
    shouxin_answer answer = shouxin_say(SHOUXIN_DONE, NULL);
    copy(answer.reference, sizeof answer.reference, reference);
    return answer;
}

static const char *const OUTCOMES[] = {"done", "failed", "needs_human", "later"};

cJSON *shouxin_answer_json(const shouxin_answer *answer) {
    cJSON *json = cJSON_CreateObject();
    bool whole_answer = json != NULL;
    whole_answer = whole_answer &&
                   cJSON_AddStringToObject(json, "outcome", OUTCOMES[answer->outcome]) != NULL;
    if (answer->reference[0] != '\0') {
        whole_answer = whole_answer && cJSON_AddStringToObject(json, "reference",
                                                               answer->reference) != NULL;
    }
    if (answer->detail[0] != '\0') {
        whole_answer =
            whole_answer && cJSON_AddStringToObject(json, "detail", answer->detail) != NULL;
    }
    if (answer->outcome == SHOUXIN_LATER) {
        whole_answer = whole_answer && cJSON_AddNumberToObject(json, "retry_after_ms",
                                                               (double)answer->retry_after_ms) !=
                                           NULL;
    }
    if (!whole_answer) {
        cJSON_Delete(json);
        return NULL;
    }
    return json;
}

bool shouxin_answer_read(shouxin_answer *out, const cJSON *json) {
    const char *outcome = shouxin_json_text(json, "outcome", 16);
    size_t at;
    for (at = 0; at < sizeof OUTCOMES / sizeof *OUTCOMES; at++) {
        if (outcome != NULL && strcmp(outcome, OUTCOMES[at]) == 0) {
            *out = shouxin_say((shouxin_outcome)at, shouxin_json_text(json, "detail", 512));
            copy(out->reference, sizeof out->reference, shouxin_json_text(json, "reference", 128));
            (void)whole(json, "retry_after_ms", &out->retry_after_ms);
            return true;
        }
    }
    return false;
}

int32_t shouxin_refuse(const shouxin_host *host, int32_t status, const char *reason) {
    host->answer(host->ctx, (const uint8_t *)reason, strlen(reason));
    return status;
}

int32_t shouxin_send_json(const shouxin_host *host, const cJSON *json) {
    char *text = json == NULL ? NULL : cJSON_PrintUnformatted(json);
    int32_t taken;
    if (text == NULL) {
        return shouxin_refuse(host, SHOUXIN_STATUS_FAILED, NO_MEMORY);
    }
    taken = host->answer(host->ctx, (const uint8_t *)text, strlen(text));
    cJSON_free(text);
    return taken == SHOUXIN_ANSWER_OK ? SHOUXIN_STATUS_OK : SHOUXIN_STATUS_FAILED;
}

int32_t shouxin_send(const shouxin_host *host, const shouxin_answer *answer) {
    cJSON *json = shouxin_answer_json(answer);
    int32_t status = shouxin_send_json(host, json);
    cJSON_Delete(json);
    return status;
}

void shouxin_log(const shouxin_host *host, int32_t level, const char *text) {
    host->log(host->ctx, level, (const uint8_t *)text, strlen(text));
}
