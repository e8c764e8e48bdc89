/*
 * Shouxin (守信): the cases of a department, for plugins in C.
 *
 * The book gives a plugin what every department needs. Each call is applied once, however often it is
 * repeated; a step that a later one has overtaken changes nothing; only `execute` puts a burden into
 * effect; `lift` is for good and needs no `execute`; after its last day a case is out of effect whether
 * or not a `lift` came; `forget` leaves nothing. What was answered `done` survives kill -9 and power cuts.
 *
 * One file a case, DATA_DIR/cases/SUBJECT/CASE.case, the names written as hexadecimal digits; a folder a
 * subject, so that forgetting is removing a folder. A file is written beside the old one, synced, renamed,
 * and its folder is synced, before a call is answered. Nothing is kept in memory, which does not grow with
 * the number of cases. A case belongs to the subject of its message: one id under two subjects is two cases.
 */
#ifndef SHOUXIN_CASEBOOK_H
#define SHOUXIN_CASEBOOK_H

#include "shouxin_message.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The most cases of one subject, and the most subjects; beyond them an order goes to a person. */
#define SHOUXIN_CASES_MAX 1000
#define SHOUXIN_SUBJECTS_MAX 1000000

/* The longest file of a case, in bytes. */
#define SHOUXIN_CASE_BYTES_MAX 65536

/* How many answers of a case are kept for repeated calls. */
#define SHOUXIN_GIVEN_MAX 16

typedef struct shouxin_casebook shouxin_casebook;

typedef enum shouxin_hook {
    SHOUXIN_EXECUTE,
    SHOUXIN_SUSPEND,
    SHOUXIN_RESUME,
    SHOUXIN_LIFT
} shouxin_hook;

typedef enum shouxin_state {
    SHOUXIN_IDLE,      /* known, but nothing was carried out */
    SHOUXIN_HELD,      /* suspended before anything was carried out */
    SHOUXIN_IN_EFFECT, /* carried out; in effect on the days it names */
    SHOUXIN_SUSPENDED, /* carried out and suspended */
    SHOUXIN_LIFTED     /* ended for good */
} shouxin_state;

/* One case as the book has it. The texts are valid during the visit. */
typedef struct shouxin_entry {
    const char *case_id;
    const char *measure;
    const char *decision;
    const char *authority;
    const char *document_number;
    const char *from;
    const char *until;
    const cJSON *parameters; /* an object, or NULL */
    shouxin_state state;
    uint64_t step; /* the last step that was applied */
} shouxin_entry;

/* Opens the book in a plugin's data folder. NULL if it cannot; why says so, cut to why_size. */
shouxin_casebook *shouxin_casebook_open(const char *data_dir, char *why, size_t why_size);
void shouxin_casebook_close(shouxin_casebook *book);

/*
 * Applies a call and returns the answer to give. `done` is the answer if it is applied now; it is kept and
 * given again to repetitions of the same step.
 */
shouxin_answer shouxin_casebook_apply(shouxin_casebook *book, shouxin_hook hook,
                                      const shouxin_case *message, const shouxin_answer *done);

/* Removes a subject and everything about it. */
shouxin_answer shouxin_casebook_forget(shouxin_casebook *book, const char *subject);

/*
 * Visits the cases of a subject in the order of their ids; a visit that returns false is the last. False if a
 * file cannot be read or is damaged: then nothing may be concluded from what was visited.
 */
bool shouxin_casebook_each(const shouxin_casebook *book, const char *subject,
                           bool (*visit)(const shouxin_entry *entry, void *context), void *context);

/* Whether the day is one of the case's days, first and last included. */
bool shouxin_entry_covers(const shouxin_entry *entry, const char *day);

/* Whether it is in effect on that day: carried out, not suspended, not lifted, and covered. */
bool shouxin_entry_in_effect(const shouxin_entry *entry, const char *day);

#ifdef __cplusplus
}
#endif

#endif
