#define _DEFAULT_SOURCE /* flock, and what POSIX has */

#include "shouxin_casebook.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name of a file: two digits a byte of a key, and an ending. */
#define NAME_BYTES_MAX (2 * SHOUXIN_KEY_BYTES_MAX + 8)

/* First line of every file: the checksum of what follows. */
static const char HEADER[] = "shouxin-case 1 %08" PRIx32 "\n";
#define HEADER_BYTES 24

/* How long the register is asked to wait when the plugin's data cannot be read or written. */
#define RETRY_MS 10000

static const char ENDING[] = ".case";
static const char TEMPORARY[] = "new.tmp";

struct shouxin_casebook {
    int root;          /* the folder `cases` */
    int lock;          /* held open: the lock ends with the process, however it ends */
    unsigned subjects; /* how many folders there are */
};

static const char *const STATES[] = {"idle", "held", "in_effect", "suspended", "lifted"};
static const char *const HOOKS[] = {"execute", "suspend", "resume", "lift"};

/* CRC-32 as in IEEE 802.3. */
static uint32_t checksum(const char *bytes, size_t len) {
    uint32_t crc = 0xffffffffu;
    size_t at;
    int bit;
    for (at = 0; at < len; at++) {
        crc ^= (unsigned char)bytes[at];
        for (bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xedb88320u : 0u);
        }
    }
    return ~crc;
}

/* A key as a name that any file system takes and that nothing can climb out of. */
static void name_of(char name[NAME_BYTES_MAX], const char *key, const char *ending) {
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (; *key != '\0' && at < 2 * SHOUXIN_KEY_BYTES_MAX; key++) {
        name[at++] = digits[(unsigned char)*key >> 4];
        name[at++] = digits[(unsigned char)*key & 15];
    }
    strcpy(name + at, ending);
}

/* Opens a folder in a folder; -1 with errno if it is not there. */
static int folder_at(int above, const char *name) {
    return openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static bool close_after(int fd, bool good) {
    int kept = errno;
    bool closed = close(fd) == 0;
    if (!good) {
        errno = kept;
    }
    return good && closed;
}

static shouxin_answer not_now(const char *what) {
    char detail[256];
    shouxin_answer answer;
    snprintf(detail, sizeof detail, "%s: %s", what, strerror(errno));
    answer = shouxin_say(SHOUXIN_LATER, detail);
    answer.retry_after_ms = RETRY_MS;
    return answer;
}

static bool is_name(const char *name) {
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Counts what a folder holds, up to a bound. */
static bool count(int folder, unsigned most, unsigned *out) {
    int copy = folder_at(folder, ".");
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *entry;
    bool good;
    *out = 0;
    if (dir == NULL) {
        if (copy >= 0) {
            close(copy);
        }
        return false;
    }
    errno = 0;
    while (*out < most && (entry = readdir(dir)) != NULL) {
        *out += is_name(entry->d_name) ? 1u : 0u;
    }
    good = errno == 0;
    closedir(dir);
    return good;
}

shouxin_casebook *shouxin_casebook_open(const char *data_dir, char *why, size_t why_size) {
    shouxin_casebook *book = calloc(1, sizeof *book);
    const char *step = "memory";
    int data = -1;
    if (book == NULL) {
        snprintf(why, why_size, "out of memory");
        return NULL;
    }
    book->root = -1;
    book->lock = -1;
    step = "open the data folder";
    data = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (data < 0) {
        goto failed;
    }
    step = "open cases.lock";
    book->lock = openat(data, "cases.lock", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (book->lock < 0) {
        goto failed;
    }
    step = "lock the cases; two instances of a plugin must not share a folder";
    if (flock(book->lock, LOCK_EX | LOCK_NB) != 0) {
        goto failed;
    }
    step = "make the folder of the cases";
    if (mkdirat(data, "cases", 0700) != 0 && errno != EEXIST) {
        goto failed;
    }
    book->root = folder_at(data, "cases");
    /* Also a folder that a killed process made is kept from here on. */
    if (book->root < 0 || fsync(data) != 0 || fsync(book->root) != 0) {
        goto failed;
    }
    step = "count the subjects";
    if (!count(book->root, UINT_MAX, &book->subjects)) {
        goto failed;
    }
    close(data);
    return book;
failed:
    snprintf(why, why_size, "cannot %s: %s", step, strerror(errno));
    if (data >= 0) {
        close(data);
    }
    shouxin_casebook_close(book);
    return NULL;
}

void shouxin_casebook_close(shouxin_casebook *book) {
    if (book == NULL) {
        return;
    }
    if (book->root >= 0) {
        close(book->root);
    }
    if (book->lock >= 0) {
        close(book->lock);
    }
    free(book);
}

/* What reading a file came to. */
typedef enum found { FOUND, ABSENT, DAMAGED, UNREADABLE } found;

/* Whether the file holds every field that the book writes, each of its kind. */
static bool is_record(const cJSON *json) {
    static const char *const texts[] = {"case_id",   "subject",         "measure", "decision",
                                        "authority", "document_number", "from",    "until",
                                        "state"};
    size_t at;
    for (at = 0; at < sizeof texts / sizeof *texts; at++) {
        if (shouxin_json_text(json, texts[at], SHOUXIN_CASE_BYTES_MAX) == NULL) {
            return false;
        }
    }
    return cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(json, "step")) &&
           cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(json, "given"));
}

/* Reads the whole file, at most one byte more than a file may have. */
static found read_all(int folder, const char *name, char *bytes, size_t size, size_t *len) {
    int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t got = 1;
    *len = 0;
    if (file < 0) {
        return errno == ENOENT ? ABSENT : UNREADABLE;
    }
    while (*len < size && got > 0) {
        got = read(file, bytes + *len, size - *len);
        if (got < 0 && errno == EINTR) {
            got = 1;
        } else if (got > 0) {
            *len += (size_t)got;
        }
    }
    return close_after(file, got >= 0) ? FOUND : UNREADABLE;
}

/* The record of a file; free it with cJSON_Delete. */
static found load(int folder, const char *name, cJSON **out) {
    char *bytes = malloc(SHOUXIN_CASE_BYTES_MAX + 1);
    char header[HEADER_BYTES + 1];
    size_t len = 0;
    found result = bytes == NULL ? UNREADABLE
                                 : read_all(folder, name, bytes, SHOUXIN_CASE_BYTES_MAX + 1, &len);
    *out = NULL;
    if (result == FOUND) {
        result = DAMAGED;
        if (len > HEADER_BYTES && len <= SHOUXIN_CASE_BYTES_MAX) {
            snprintf(header, sizeof header, HEADER,
                     checksum(bytes + HEADER_BYTES, len - HEADER_BYTES));
            if (memcmp(header, bytes, HEADER_BYTES) == 0) {
                *out = shouxin_json_read((const uint8_t *)bytes + HEADER_BYTES, len - HEADER_BYTES);
            }
        }
        if (*out != NULL && is_record(*out)) {
            result = FOUND;
        } else {
            cJSON_Delete(*out);
            *out = NULL;
        }
    }
    free(bytes);
    return result;
}

static bool write_all(int file, const char *bytes, size_t len) {
    while (len > 0) {
        ssize_t put = write(file, bytes, len);
        if (put < 0 && errno != EINTR) {
            return false;
        }
        if (put > 0) {
            bytes += put;
            len -= (size_t)put;
        }
    }
    return true;
}

/* Replaces the file of a case: old or new, never a mixture, and durable when it returns true. */
static bool store(int folder, const char *name, const cJSON *record) {
    char *text = cJSON_PrintUnformatted(record);
    size_t len = text == NULL ? 0 : strlen(text);
    char header[HEADER_BYTES + 1];
    int file;
    bool good;
    if (text == NULL || len > SHOUXIN_CASE_BYTES_MAX - HEADER_BYTES) {
        cJSON_free(text);
        errno = text == NULL ? ENOMEM : EFBIG;
        return false;
    }
    snprintf(header, sizeof header, HEADER, checksum(text, len));
    file = openat(folder, TEMPORARY, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    good = file >= 0;
    if (good) {
        good = write_all(file, header, HEADER_BYTES) && write_all(file, text, len) &&
               fsync(file) == 0;
        good = close_after(file, good);
    }
    cJSON_free(text);
    return good && renameat(folder, TEMPORARY, folder, name) == 0 && fsync(folder) == 0;
}

static shouxin_state state_of(const cJSON *record) {
    const char *text = shouxin_json_text(record, "state", 16);
    size_t at;
    for (at = 0; at < sizeof STATES / sizeof *STATES; at++) {
        if (text != NULL && strcmp(text, STATES[at]) == 0) {
            return (shouxin_state)at;
        }
    }
    return SHOUXIN_IDLE;
}

static uint64_t step_of(const cJSON *object) {
    const cJSON *step = cJSON_GetObjectItemCaseSensitive(object, "step");
    return cJSON_IsNumber(step) && step->valuedouble >= 0.0 ? (uint64_t)step->valuedouble : 0;
}

/* The answer that this very call got before. */
static bool given_before(const cJSON *record, shouxin_hook hook, uint64_t step,
                         shouxin_answer *out) {
    const cJSON *given;
    cJSON_ArrayForEach(given, cJSON_GetObjectItemCaseSensitive(record, "given")) {
        const char *name = shouxin_json_text(given, "hook", 16);
        if (name != NULL && strcmp(name, HOOKS[hook]) == 0 && step_of(given) == step) {
            return shouxin_answer_read(out, cJSON_GetObjectItemCaseSensitive(given, "answer"));
        }
    }
    return false;
}

/*
 * What is kept of a message. Only an order to carry out needs what the decision fixed; an end or a
 * suspension of something unknown must not fail for the length of it.
 */
static cJSON *record_of(const shouxin_case *message, shouxin_hook hook) {
    const cJSON *kept = hook == SHOUXIN_EXECUTE ? message->parameters : NULL;
    cJSON *json = cJSON_CreateObject();
    cJSON *parameters = cJSON_Duplicate(kept, true);
    bool whole = json != NULL && cJSON_AddStringToObject(json, "case_id", message->case_id) &&
                 cJSON_AddStringToObject(json, "subject", message->subject) &&
                 cJSON_AddStringToObject(json, "measure", message->measure) &&
                 cJSON_AddStringToObject(json, "decision", message->decision) &&
                 cJSON_AddStringToObject(json, "authority", message->authority) &&
                 cJSON_AddStringToObject(json, "document_number", message->document_number) &&
                 cJSON_AddStringToObject(json, "from", message->from) &&
                 cJSON_AddStringToObject(json, "until", message->until) &&
                 cJSON_AddStringToObject(json, "state", STATES[SHOUXIN_IDLE]) &&
                 cJSON_AddNumberToObject(json, "step", 0) && cJSON_AddArrayToObject(json, "given");
    whole = whole && (kept == NULL || parameters != NULL);
    if (whole && parameters != NULL) {
        whole = cJSON_AddItemToObject(json, "parameters", parameters);
        parameters = NULL;
    }
    cJSON_Delete(parameters);
    if (!whole) {
        cJSON_Delete(json);
        return NULL;
    }
    return json;
}

/* Sets what an applied call changes; false for want of memory. */
static bool note(cJSON *record, shouxin_state state, shouxin_hook hook, uint64_t step,
                 const shouxin_answer *done) {
    cJSON *given = cJSON_GetObjectItemCaseSensitive(record, "given");
    cJSON *item = cJSON_CreateObject();
    cJSON *answer = shouxin_answer_json(done);
    cJSON *text = cJSON_CreateString(STATES[state]);
    cJSON *number = cJSON_CreateNumber((double)step);
    bool whole = item != NULL && answer != NULL && text != NULL && number != NULL &&
                 cJSON_AddNumberToObject(item, "step", (double)step) != NULL &&
                 cJSON_AddStringToObject(item, "hook", HOOKS[hook]) != NULL;
    if (!whole) {
        cJSON_Delete(item);
        cJSON_Delete(answer);
        cJSON_Delete(text);
        cJSON_Delete(number);
        return false;
    }
    whole = cJSON_AddItemToObject(item, "answer", answer);
    while (cJSON_GetArraySize(given) >= SHOUXIN_GIVEN_MAX) {
        cJSON_DeleteItemFromArray(given, 0);
    }
    whole = cJSON_AddItemToArray(given, item) && whole;
    whole = cJSON_ReplaceItemInObjectCaseSensitive(record, "state", text) && whole;
    return cJSON_ReplaceItemInObjectCaseSensitive(record, "step", number) && whole;
}

/*
 * What is left out of a record that is too long to be kept, so that an end, a suspension or a resumption
 * is: what the decision fixed, all answers but the last, the rest of long texts.
 */
static bool shorten(cJSON *record) {
    static const char *const texts[] = {"authority", "document_number"};
    cJSON *given = cJSON_GetObjectItemCaseSensitive(record, "given");
    bool whole = true;
    size_t at;
    cJSON_DeleteItemFromObjectCaseSensitive(record, "parameters");
    while (cJSON_GetArraySize(given) > 1) {
        cJSON_DeleteItemFromArray(given, 0);
    }
    for (at = 0; whole && at < sizeof texts / sizeof *texts; at++) {
        /* A reference is cut at a whole character, which is what is wanted here. */
        shouxin_answer cut =
            shouxin_done(shouxin_json_text(record, texts[at], SHOUXIN_TEXT_BYTES_MAX));
        cJSON *text = cJSON_CreateString(cut.reference);
        whole = text != NULL && cJSON_ReplaceItemInObjectCaseSensitive(record, texts[at], text);
        if (!whole) {
            cJSON_Delete(text);
            errno = ENOMEM;
        }
    }
    return whole;
}

/* The state after a call; false with the answer to give if the case does not allow it. */
static bool transition(shouxin_state *state, shouxin_hook hook, const shouxin_case *message,
                       shouxin_answer *refusal) {
    const char *why = NULL;
    bool carried_out = *state == SHOUXIN_IN_EFFECT || *state == SHOUXIN_SUSPENDED;
    switch (hook) {
    case SHOUXIN_EXECUTE:
        if (*state == SHOUXIN_LIFTED) {
            why = "the case was lifted; it cannot be carried out";
        } else if (*state == SHOUXIN_HELD || *state == SHOUXIN_SUSPENDED) {
            why = "the case is suspended; it cannot be carried out";
        } else if (strcmp(message->until, message->from) < 0) {
            why = "the last day of the case lies before its first day";
        } else if (strcmp(message->as_of, message->until) > 0) {
            why = "the last day of the case has passed; it cannot be carried out";
        }
        *state = SHOUXIN_IN_EFFECT;
        break;
    case SHOUXIN_LIFT:
        *state = SHOUXIN_LIFTED;
        break;
    case SHOUXIN_SUSPEND:
        if (*state != SHOUXIN_LIFTED) {
            *state = carried_out ? SHOUXIN_SUSPENDED : SHOUXIN_HELD;
        }
        break;
    case SHOUXIN_RESUME:
        /* A resume is no order to begin: what never was carried out here stays out of effect. */
        if (*state == SHOUXIN_IDLE) {
            *refusal = shouxin_say(SHOUXIN_NEEDS_HUMAN,
                                   "this case was never carried out here, so there is nothing to "
                                   "resume; order it anew");
            return false;
        }
        if (*state != SHOUXIN_LIFTED) {
            *state = carried_out ? SHOUXIN_IN_EFFECT : SHOUXIN_IDLE;
        }
        break;
    }
    if (why != NULL) {
        *refusal = shouxin_say(SHOUXIN_FAILED, why);
    }
    return why == NULL;
}

static shouxin_answer overtaken(shouxin_hook hook, uint64_t step) {
    char detail[128];
    shouxin_answer answer;
    snprintf(detail, sizeof detail,
             "step %" PRIu64 " was applied before this call; nothing was changed", step);
    /* What was not carried out must not be reported as carried out. */
    answer = shouxin_say(hook == SHOUXIN_EXECUTE ? SHOUXIN_FAILED : SHOUXIN_DONE, detail);
    return answer;
}

/* Opens the folder of a subject and makes it if it is missing; -1 with errno if that fails. */
static int make_folder(shouxin_casebook *book, const char *name) {
    if (mkdirat(book->root, name, 0700) == 0) {
        book->subjects += 1;
        if (fsync(book->root) != 0) {
            return -1;
        }
    } else if (errno != EEXIST) {
        return -1;
    }
    return folder_at(book->root, name);
}

/* Whether there is room for one more case; the answer to give if not. */
static bool has_room(const shouxin_casebook *book, int folder, shouxin_answer *answer) {
    unsigned cases = 0;
    if (folder < 0 && book->subjects >= SHOUXIN_SUBJECTS_MAX) {
        *answer = shouxin_say(SHOUXIN_NEEDS_HUMAN,
                              "the plugin holds cases of 1000000 subjects, which is all it takes");
        return false;
    }
    if (folder >= 0 && !count(folder, SHOUXIN_CASES_MAX, &cases)) {
        *answer = not_now("the cases cannot be counted");
        return false;
    }
    if (cases >= SHOUXIN_CASES_MAX) {
        *answer = shouxin_say(SHOUXIN_NEEDS_HUMAN,
                              "the plugin holds 1000 cases of this subject, which is all it takes");
        return false;
    }
    return true;
}

/* Applies a call to what the book knows of the case, which may be nothing. */
static shouxin_answer apply_to(cJSON **record, shouxin_hook hook, const shouxin_case *message,
                               const shouxin_answer *done, bool *changed) {
    shouxin_answer answer;
    shouxin_state state = SHOUXIN_IDLE;
    *changed = false;
    if (*record != NULL) {
        if (given_before(*record, hook, message->step, &answer)) {
            return answer;
        }
        if (message->step <= step_of(*record)) {
            return overtaken(hook, step_of(*record));
        }
        state = state_of(*record);
    }
    if (!transition(&state, hook, message, &answer)) {
        return answer;
    }
    if (*record == NULL || hook == SHOUXIN_EXECUTE) {
        /* A case that is carried out anew takes what its newest order says. */
        cJSON *anew = record_of(message, hook);
        if (anew != NULL && *record != NULL) {
            cJSON *given = cJSON_DetachItemFromObjectCaseSensitive(*record, "given");
            if (!cJSON_ReplaceItemInObjectCaseSensitive(anew, "given", given)) {
                cJSON_Delete(given);
                cJSON_Delete(anew);
                anew = NULL;
            }
        }
        cJSON_Delete(*record);
        *record = anew;
    }
    if (*record == NULL || !note(*record, state, hook, message->step, done)) {
        errno = ENOMEM;
        return not_now("the case cannot be written");
    }
    *changed = true;
    return *done;
}

shouxin_answer shouxin_casebook_apply(shouxin_casebook *book, shouxin_hook hook,
                                      const shouxin_case *message, const shouxin_answer *done) {
    char subject[NAME_BYTES_MAX], name[NAME_BYTES_MAX];
    cJSON *record = NULL;
    shouxin_answer answer;
    bool changed = false;
    found result;
    int folder;
    name_of(subject, message->subject, "");
    name_of(name, message->case_id, ENDING);
    folder = folder_at(book->root, subject);
    if (folder < 0 && errno != ENOENT) {
        return not_now("the cases of the subject cannot be read");
    }
    result = folder < 0 ? ABSENT : load(folder, name, &record);
    if (result == UNREADABLE) {
        answer = not_now("the case cannot be read");
    } else if (result == DAMAGED && hook != SHOUXIN_LIFT) {
        /* An end is written over it: the message says all that is needed. Nothing else is guessed. */
        answer = shouxin_say(SHOUXIN_NEEDS_HUMAN,
                             "the file of this case is damaged; restore it from a backup");
    } else if (result != ABSENT || has_room(book, folder, &answer)) {
        answer = apply_to(&record, hook, message, done, &changed);
    } else if (hook == SHOUXIN_LIFT && answer.outcome == SHOUXIN_NEEDS_HUMAN) {
        /* Nothing was carried out here and nothing of this case will be: it has ended. */
        answer = *done;
    }
    if (changed) {
        bool stored;
        if (folder < 0) {
            folder = make_folder(book, subject);
        }
        stored = folder >= 0 && store(folder, name, record);
        if (!stored && folder >= 0 && errno == EFBIG && hook != SHOUXIN_EXECUTE) {
            stored = shorten(record) && store(folder, name, record);
        }
        if (!stored) {
            answer = errno == EFBIG
                         ? shouxin_say(SHOUXIN_FAILED, "the case with what its decision fixed is "
                                                       "longer than the 65536 bytes that are kept")
                         : not_now("the case cannot be written");
        }
    }
    cJSON_Delete(record);
    if (folder >= 0) {
        close(folder);
    }
    return answer;
}

shouxin_answer shouxin_casebook_forget(shouxin_casebook *book, const char *subject) {
    char name[NAME_BYTES_MAX];
    const struct dirent *entry;
    bool good = true;
    int folder;
    DIR *dir;
    name_of(name, subject, "");
    folder = folder_at(book->root, name);
    if (folder < 0) {
        /* A folder that is gone may have been removed by a process that did not get to sync. */
        return errno == ENOENT && fsync(book->root) == 0
                   ? shouxin_done(NULL)
                   : not_now("the cases of the subject cannot be removed");
    }
    dir = fdopendir(folder);
    if (dir == NULL) {
        close(folder);
        return not_now("the cases of the subject cannot be read");
    }
    errno = 0;
    while (good && (entry = readdir(dir)) != NULL) {
        good = !is_name(entry->d_name) || unlinkat(folder, entry->d_name, 0) == 0;
    }
    good = good && errno == 0 && unlinkat(book->root, name, AT_REMOVEDIR) == 0;
    closedir(dir);
    if (!good) {
        return not_now("the cases of the subject cannot be removed");
    }
    book->subjects -= 1;
    return fsync(book->root) == 0 ? shouxin_done(NULL)
                                  : not_now("the cases of the subject cannot be removed");
}

static int by_name(const void *left, const void *right) {
    return strcmp((const char *)left, (const char *)right);
}

/* The names of the files of cases, sorted; NULL with errno. Free them. */
static char (*names_in(int folder, size_t *count_out))[NAME_BYTES_MAX] {
    char(*names)[NAME_BYTES_MAX] = malloc(SHOUXIN_CASES_MAX * sizeof *names);
    int copy = folder_at(folder, ".");
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *entry;
    bool good;
    *count_out = 0;
    if (names == NULL || dir == NULL) {
        free(names);
        if (dir != NULL) {
            closedir(dir);
        } else if (copy >= 0) {
            close(copy);
        }
        return NULL;
    }
    errno = 0;
    while (*count_out < SHOUXIN_CASES_MAX && (entry = readdir(dir)) != NULL) {
        size_t len = strlen(entry->d_name);
        size_t ending = sizeof ENDING - 1;
        if (len > ending && len < NAME_BYTES_MAX &&
            strcmp(entry->d_name + len - ending, ENDING) == 0) {
            memcpy(names[*count_out], entry->d_name, len + 1);
            *count_out += 1;
        }
    }
    good = errno == 0;
    closedir(dir);
    if (!good) {
        free(names);
        return NULL;
    }
    qsort(names, *count_out, sizeof *names, by_name);
    return names;
}

static void entry_of(shouxin_entry *out, const cJSON *record) {
    out->case_id = shouxin_json_text(record, "case_id", SHOUXIN_CASE_BYTES_MAX);
    out->measure = shouxin_json_text(record, "measure", SHOUXIN_CASE_BYTES_MAX);
    out->decision = shouxin_json_text(record, "decision", SHOUXIN_CASE_BYTES_MAX);
    out->authority = shouxin_json_text(record, "authority", SHOUXIN_CASE_BYTES_MAX);
    out->document_number = shouxin_json_text(record, "document_number", SHOUXIN_CASE_BYTES_MAX);
    out->from = shouxin_json_text(record, "from", SHOUXIN_CASE_BYTES_MAX);
    out->until = shouxin_json_text(record, "until", SHOUXIN_CASE_BYTES_MAX);
    out->parameters = cJSON_GetObjectItemCaseSensitive(record, "parameters");
    out->state = state_of(record);
    out->step = step_of(record);
}

bool shouxin_casebook_each(const shouxin_casebook *book, const char *subject,
                           bool (*visit)(const shouxin_entry *entry, void *context),
                           void *context) {
    char name[NAME_BYTES_MAX];
    char(*names)[NAME_BYTES_MAX];
    size_t cases = 0, at;
    bool good = true, more = true;
    int folder;
    name_of(name, subject, "");
    folder = folder_at(book->root, name);
    if (folder < 0) {
        return errno == ENOENT;
    }
    names = names_in(folder, &cases);
    good = names != NULL;
    for (at = 0; good && more && at < cases; at++) {
        cJSON *record = NULL;
        good = load(folder, names[at], &record) == FOUND;
        if (good) {
            shouxin_entry entry;
            entry_of(&entry, record);
            more = visit(&entry, context);
        }
        cJSON_Delete(record);
    }
    free(names);
    close(folder);
    return good;
}

bool shouxin_entry_covers(const shouxin_entry *entry, const char *day) {
    return strcmp(entry->from, day) <= 0 && strcmp(day, entry->until) <= 0;
}

bool shouxin_entry_in_effect(const shouxin_entry *entry, const char *day) {
    return entry->state == SHOUXIN_IN_EFFECT && shouxin_entry_covers(entry, day);
}
