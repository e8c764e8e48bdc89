/*
 * Shouxin (守信): the JSON messages of the plugin contract, for plugins in C.
 *
 * Reading checks what a plugin relies on: kinds, lengths, days of the calendar. Unknown fields are
 * ignored. Texts are UTF-8 and NUL-terminated; a message that holds the character U+0000 is refused,
 * because C would see a shorter text than the register wrote.
 */
#ifndef SHOUXIN_MESSAGE_H
#define SHOUXIN_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cJSON.h"
#include "shouxin_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The longest key of a subject, id of a case, a measure or a decision, in bytes. */
#define SHOUXIN_KEY_BYTES_MAX 120

/* The longest authority and 文号: as long as a message is. An end must not fail for the length of a text. */
#define SHOUXIN_TEXT_BYTES_MAX SHOUXIN_BODY_BYTES_MAX

/* The largest step: beyond it a number of JSON is not exact in C. */
#define SHOUXIN_STEP_MAX ((uint64_t)1 << 53)

/* One call about one case. The texts belong to the message and end with shouxin_case_free. */
typedef struct shouxin_case {
    const char *case_id;         /* at most SHOUXIN_KEY_BYTES_MAX bytes, as are the other ids */
    uint64_t step;               /* 0 to SHOUXIN_STEP_MAX */
    const char *subject;         /* the subject's key */
    const char *measure;         /* the catalogue's id */
    const char *decision;        /* the decision's id */
    const char *authority;       /* who decided */
    const char *document_number; /* 文号 */
    const char *from;            /* first day of effect, YYYY-MM-DD */
    const char *until;           /* last day of effect */
    const char *as_of;           /* the legal date of the call */
    const cJSON *parameters;     /* what the decision fixed: an object, or NULL */
    cJSON *json;                 /* the whole message */
} shouxin_case;

/* How a call ended. */
typedef enum shouxin_outcome {
    SHOUXIN_DONE,        /* it is so now, by this call or an earlier one */
    SHOUXIN_FAILED,      /* it is not so, and repeating the call would not change that */
    SHOUXIN_NEEDS_HUMAN, /* a person of the department has to act; detail says what to do */
    SHOUXIN_LATER        /* not now; ask again after about retry_after_ms */
} shouxin_outcome;

/* The answer to everything but a query. Empty texts are left out of the message. */
typedef struct shouxin_answer {
    shouxin_outcome outcome;
    char reference[129]; /* the department's own number, at most 128 bytes */
    char detail[513];    /* one sentence for officers, at most 512 bytes */
    uint64_t retry_after_ms;
} shouxin_answer;

/* Reads JSON that is nothing but JSON; NULL if it is not. Free it with cJSON_Delete. */
cJSON *shouxin_json_read(const uint8_t *bytes, size_t len);

/* The text of a field with 1 to bytes_max bytes; NULL if it is absent or anything else. */
const char *shouxin_json_text(const cJSON *object, const char *field, size_t bytes_max);

/* Reads a case. On false, *why is a constant sentence and there is nothing to free. */
bool shouxin_case_read(shouxin_case *out, const uint8_t *bytes, size_t len, const char **why);
void shouxin_case_free(shouxin_case *message);

/* Reads of what is in force for a subject whom it concerns, into key. */
bool shouxin_classified_read(char key[SHOUXIN_KEY_BYTES_MAX + 1], const uint8_t *bytes, size_t len,
                             const char **why);

/* Whether a configuration that create gets has no settings: for a plugin that takes none. */
bool shouxin_no_settings(const cJSON *config);

/* Reads the key of the subject that is to be forgotten into key. */
bool shouxin_forget_read(char key[SHOUXIN_KEY_BYTES_MAX + 1], const uint8_t *bytes, size_t len,
                         const char **why);

/* Whether a text is a day of the calendar, YYYY-MM-DD. Days compare as texts, with strcmp. */
bool shouxin_is_day(const char *text);

/* An answer; the text may be NULL, and is cut at a whole character if it is too long. */
shouxin_answer shouxin_done(const char *reference);
shouxin_answer shouxin_say(shouxin_outcome outcome, const char *detail);

/* The answer as JSON; NULL for want of memory. Free it with cJSON_Delete. */
cJSON *shouxin_answer_json(const shouxin_answer *answer);
/* The answer that a JSON object holds; false if it holds none. */
bool shouxin_answer_read(shouxin_answer *out, const cJSON *json);

/* What a hook returns: the status of the contract after the answer, a value or a reason was given. */
int32_t shouxin_send(const shouxin_host *host, const shouxin_answer *answer);
int32_t shouxin_send_json(const shouxin_host *host, const cJSON *json);
int32_t shouxin_refuse(const shouxin_host *host, int32_t status, const char *reason);

/* One line of the register's log. No names, numbers or keys of persons. */
void shouxin_log(const shouxin_host *host, int32_t level, const char *text);

#ifdef __cplusplus
}
#endif

#endif
