/*
 * Drives the department in C through its descriptor, as the register does, under the sanitizers: the life of
 * a case, repetitions, a kill and a failure at every single write, damage, and messages that are none.
 *
 * The linker puts the functions below in place of write, fsync and the like, so that they can be counted,
 * fail, or end the process.
 */
#define _DEFAULT_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shouxin_casebook.h"
#include "shouxin_message.h"
#include "shouxin_plugin.h"

#define SUBJECT "91350426MA2XYZ1234"
#define OTHER "91350426MA2OTHER99"

#define CHECK(claim)                                                                               \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            fprintf(stderr, "%s:%d: not so: %s; the answer was %s\n", __FILE__, __LINE__, #claim,  \
                    desk.answer);                                                                  \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* ---- the register's side ---- */

static struct {
    char answer[SHOUXIN_BODY_BYTES_MAX + 1];
    int answered;
} desk;

static int32_t take_answer(void *ctx, const uint8_t *ptr, size_t len) {
    (void)ctx;
    if (desk.answered) {
        return SHOUXIN_ANSWER_REPEATED;
    }
    if (len > SHOUXIN_BODY_BYTES_MAX) {
        return SHOUXIN_ANSWER_TOO_LARGE;
    }
    memcpy(desk.answer, ptr, len);
    desk.answer[len] = '\0';
    desk.answered = 1;
    return SHOUXIN_ANSWER_OK;
}

static void take_log(void *ctx, int32_t level, const uint8_t *ptr, size_t len) {
    (void)ctx;
    (void)level;
    (void)ptr;
    (void)len;
}

static int32_t take_connect(void *ctx, const uint8_t *name, size_t len, uint16_t port,
                            uint32_t timeout_ms) {
    (void)ctx;
    (void)name;
    (void)len;
    (void)port;
    (void)timeout_ms;
    return SHOUXIN_CONNECT_NOT_GRANTED;
}

static const shouxin_host host = {sizeof(shouxin_host), SHOUXIN_ABI_MAJOR, SHOUXIN_ABI_MINOR, NULL,
                                  take_answer,          take_log,          take_connect};

static const char *folder;
static void *instance;

static void start(void) {
    char config[4352];
    snprintf(config, sizeof config, "{\"schema\":1,\"name\":\"housing\",\"data_dir\":\"%s\"}", folder);
    desk.answered = 0;
    desk.answer[0] = '\0';
    instance = shouxin_plugin_v1()->create(&host, (const uint8_t *)config, strlen(config));
    CHECK(instance != NULL);
}

static void stop(void) {
    shouxin_plugin_v1()->destroy(instance);
    instance = NULL;
}

static void restart(void) {
    stop();
    start();
}

static int32_t call_bytes(shouxin_hook_fn hook, const char *bytes, size_t len) {
    /* A copy of exactly that length, so that a read beyond its end is seen. */
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    int32_t status;
    memcpy(copy, bytes, len);
    desk.answered = 0;
    desk.answer[0] = '\0';
    status = hook(instance, &host, copy, len);
    free(copy);
    CHECK(desk.answered == 1);
    return status;
}

static int32_t call(shouxin_hook_fn hook, const char *text) {
    return call_bytes(hook, text, strlen(text));
}

static const char *message(const char *case_id, unsigned step, const char *subject,
                           const char *measure, const char *as_of) {
    static char text[2048];
    snprintf(text, sizeof text,
             "{\"schema\":1,\"case_id\":\"%s\",\"step\":%u,\"idempotency_key\":\"%s/x/%u\","
             "\"subject\":{\"key\":\"%s\",\"kind\":\"enterprise\",\"name\":\"示例公司\"},"
             "\"department\":\"住房和城乡建设局\",\"measure\":{\"id\":\"%s\",\"name_zh\":\"措施\","
             "\"parameters\":{\"projects\":[\"房屋建筑\"]}},"
             "\"decision\":{\"id\":\"D-1031\",\"authority\":\"11350426XY0001082U\","
             "\"document_number\":\"尤建〔2026〕3号\",\"served_on\":\"2025-12-20\"},"
             "\"basis\":[],\"valid_from\":\"2026-01-01\",\"valid_until\":\"2026-12-31\","
             "\"accepted_by\":\"housing/SC-03\",\"ordered_by\":\"system\",\"as_of\":\"%s\"}",
             case_id, step, case_id, step, subject, measure, as_of);
    return text;
}

/* One call about a case of SUBJECT; the outcome is the answer's. */
static int step(shouxin_hook_fn hook, const char *case_id, unsigned number) {
    return call(hook, message(case_id, number, SUBJECT, "M-A18", "2026-01-01")) ==
           SHOUXIN_STATUS_OK;
}

static int said(const char *part) {
    return strstr(desk.answer, part) != NULL;
}

static int restricted(const char *subject, const char *day) {
    char text[256];
    snprintf(text, sizeof text, "{\"subject\":\"%s\",\"on\":\"%s\"}", subject, day);
    CHECK(call(shouxin_plugin_v1()->query, text) == SHOUXIN_STATUS_OK);
    CHECK(said("\"restricted\":true") || said("\"restricted\":false"));
    return said("\"restricted\":true");
}

/* ---- the system, watched ---- */

enum trap { NONE, KILL, FAIL };

static enum trap trap;
static long trap_at, calls;
static int noting;
static char order[4096];

static int watched(const char *name) {
    if (noting) {
        size_t len = strlen(order);
        snprintf(order + len, sizeof order - len, "%s ", name);
    }
    calls += 1;
    if (trap != NONE && calls == trap_at) {
        if (trap == KILL) {
            _exit(9);
        }
        errno = EIO;
        return -1;
    }
    return 0;
}

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len) {
    /* Half of it, so that a kill leaves half a file and a caller has to go on. */
    return watched("write") != 0 ? -1 : __real_write(fd, bytes, len > 1 ? len - len / 2 : len);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd) {
    struct stat stat;
    return watched(fstat(fd, &stat) == 0 && S_ISDIR(stat.st_mode) ? "sync-folder" : "sync") != 0
               ? -1
               : __real_fsync(fd);
}

int __real_renameat(int from, const char *name, int to, const char *other);
int __wrap_renameat(int from, const char *name, int to, const char *other);
int __wrap_renameat(int from, const char *name, int to, const char *other) {
    return watched("rename") != 0 ? -1 : __real_renameat(from, name, to, other);
}

int __real_unlinkat(int above, const char *name, int flags);
int __wrap_unlinkat(int above, const char *name, int flags);
int __wrap_unlinkat(int above, const char *name, int flags) {
    return watched("remove") != 0 ? -1 : __real_unlinkat(above, name, flags);
}

int __real_mkdirat(int above, const char *name, mode_t mode);
int __wrap_mkdirat(int above, const char *name, mode_t mode);
int __wrap_mkdirat(int above, const char *name, mode_t mode) {
    return watched("mkdir") != 0 ? -1 : __real_mkdirat(above, name, mode);
}

/* ---- files ---- */

/* Removes what is below a folder, or counts the files and names that hold a text. */
static int walk(const char *path, int erase, const char *trace) {
    DIR *dir = opendir(path);
    struct dirent *entry;
    int found = 0;
    if (dir == NULL) {
        return 0;
    }
    while ((entry = readdir(dir)) != NULL) {
        char below[4096];
        struct stat stat;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (lstat(below, &stat) == 0 && S_ISDIR(stat.st_mode)) {
            found += walk(below, erase, trace);
            if (erase) {
                rmdir(below);
            }
        } else if (erase) {
            unlink(below);
        } else if (trace != NULL) {
            static char bytes[SHOUXIN_CASE_BYTES_MAX + 1];
            FILE *file = fopen(below, "rb");
            size_t len = file == NULL ? 0 : fread(bytes, 1, sizeof bytes - 1, file);
            bytes[len] = '\0';
            found += strstr(bytes, trace) != NULL;
            if (file != NULL) {
                fclose(file);
            }
        }
        found += trace != NULL && strstr(entry->d_name, trace) != NULL;
    }
    closedir(dir);
    return found;
}

static void fresh(void) {
    if (instance != NULL) {
        stop();
    }
    walk(folder, 1, NULL);
    start();
}

static void name_in_digits(char *out, const char *key) {
    for (; *key != '\0'; key++, out += 2) {
        sprintf(out, "%02x", (unsigned char)*key);
    }
}

static void path_of_case(char *out, size_t size, const char *subject, const char *case_id) {
    char subject_name[256], case_name[256];
    name_in_digits(subject_name, subject);
    name_in_digits(case_name, case_id);
    snprintf(out, size, "%s/cases/%s/%s.case", folder, subject_name, case_name);
}

/* ---- the tests ---- */

static void life(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    const struct {
        shouxin_hook_fn hook;
        int effective;
    } steps[] = {
        {plugin->execute, 1}, {plugin->suspend, 0}, {plugin->resume, 1}, {plugin->suspend, 0},
        {plugin->lift, 0},    {plugin->resume, 0},  {plugin->suspend, 0}, {plugin->lift, 0},
    };
    char first[512];
    unsigned at;
    fresh();
    for (at = 0; at < sizeof steps / sizeof *steps; at++) {
        CHECK(step(steps[at].hook, "M-1042", 10 + at) && said("\"done\""));
        strcpy(first, desk.answer);
        CHECK(restricted(SUBJECT, "2026-06-01") == steps[at].effective);
        restart();
        CHECK(restricted(SUBJECT, "2026-06-01") == steps[at].effective);
        CHECK(step(steps[at].hook, "M-1042", 10 + at) && strcmp(first, desk.answer) == 0);
    }
    CHECK(step(plugin->execute, "M-1042", 99) && said("\"failed\"") && said("was lifted"));
    CHECK(step(plugin->execute, "M-1042", 5) && said("\"failed\"") && said("was applied before"));
}

static void rules(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    fresh();
    CHECK(step(plugin->lift, "M-1", 9) && said("\"done\""));
    CHECK(step(plugin->lift, "M-1", 10) && said("\"done\""));
    CHECK(step(plugin->execute, "M-1", 5) && said("\"failed\""));
    CHECK(step(plugin->resume, "M-2", 5) && said("\"needs_human\""));
    CHECK(step(plugin->suspend, "M-3", 7) && said("\"done\""));
    CHECK(step(plugin->execute, "M-3", 5) && said("\"failed\""));
    CHECK(step(plugin->execute, "M-3", 8) && said("\"failed\"") && said("suspended"));
    CHECK(step(plugin->resume, "M-3", 9) && said("\"done\""));
    CHECK(!restricted(SUBJECT, "2026-06-01"));
    CHECK(step(plugin->execute, "M-3", 10) && said("\"reference\":\"ZJ-M-3-10\""));
    CHECK(restricted(SUBJECT, "2026-01-01") && restricted(SUBJECT, "2026-12-31"));
    CHECK(!restricted(SUBJECT, "2025-12-31") && !restricted(SUBJECT, "2027-01-01"));
    CHECK(call(plugin->execute, message("M-4", 1, SUBJECT, "M-A18", "2027-01-01")) == 0);
    CHECK(said("\"failed\"") && said("has passed"));
    CHECK(call(plugin->execute, message("M-5", 1, SUBJECT, "M-A17", "2026-01-01")) == 0);
    CHECK(said("\"failed\"") && said("not M-A17"));
}

static void questions(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    const char *const bad[] = {
        "{}", "[]", "7", "{\"subject\":\"x\"}", "{\"subject\":\"x\",\"on\":\"2026-02-30\"}",
        "{\"subject\":\"\",\"on\":\"2026-06-01\"}", "{\"subject\":\"x\",\"on\":\"2026-06-01\",\"measure\":7}",
        "{\"subject\":\"x\",\"on\":\"2026-06-01\",\"measure\":\"M-A01\"}",
        "{\"subject\":\"x\\u0000y\",\"on\":\"2026-06-01\"}", "{\"subject\":\"x\",\"on\":\"2026-06-01\"} x", "",
    };
    unsigned at;
    fresh();
    CHECK(step(plugin->execute, "M-2", 1));
    CHECK(call(plugin->execute, message("M-1", 2, SUBJECT, "M-A16", "2026-01-01")) == 0);
    CHECK(step(plugin->execute, "M-3", 3));
    CHECK(step(plugin->suspend, "M-3", 4));
    CHECK(call(plugin->query, "{\"subject\":\"" SUBJECT "\",\"on\":\"2026-06-01\"}") == 0);
    CHECK(strcmp(desk.answer,
                 "{\"by\":[{\"case_id\":\"M-1\",\"measure\":\"M-A16\",\"decision\":\"D-1031\","
                 "\"document_number\":\"尤建〔2026〕3号\",\"authority\":\"11350426XY0001082U\","
                 "\"from\":\"2026-01-01\",\"until\":\"2026-12-31\",\"parameters\":{\"projects\":["
                 "\"房屋建筑\"]}},{\"case_id\":\"M-2\",\"measure\":\"M-A18\",\"decision\":\"D-1031\","
                 "\"document_number\":\"尤建〔2026〕3号\",\"authority\":\"11350426XY0001082U\","
                 "\"from\":\"2026-01-01\",\"until\":\"2026-12-31\",\"parameters\":{\"projects\":["
                 "\"房屋建筑\"]}}],\"suspended\":[\"M-3\"],\"restricted\":true}") == 0);
    CHECK(call(plugin->query, "{\"subject\":\"" SUBJECT
                              "\",\"on\":\"2026-06-01\",\"measure\":\"M-A16\"}") == 0);
    CHECK(said("M-1") && !said("M-2") && !said("M-3"));
    CHECK(!restricted(OTHER, "2026-06-01"));
    for (at = 0; at < sizeof bad / sizeof *bad; at++) {
        CHECK(call(plugin->query, bad[at]) == SHOUXIN_STATUS_BAD_INPUT && said("ask {"));
    }
}

static void forgotten(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    const char *const forget = "{\"schema\":1,\"subject_key\":\"" SUBJECT "\"}";
    char digits[256];
    fresh();
    CHECK(step(plugin->execute, "M-7001", 1));
    CHECK(step(plugin->suspend, "M-7002", 2));
    CHECK(call(plugin->execute, message("M-7003", 3, OTHER, "M-A18", "2026-01-01")) == 0);
    name_in_digits(digits, SUBJECT);
    CHECK(walk(folder, 0, SUBJECT) > 0 && walk(folder, 0, digits) > 0);
    CHECK(call(plugin->forget, forget) == 0 && said("\"done\""));
    CHECK(call(plugin->forget, forget) == 0 && said("\"done\""));
    CHECK(walk(folder, 0, SUBJECT) == 0 && walk(folder, 0, digits) == 0);
    CHECK(walk(folder, 0, "M-7001") == 0);
    name_in_digits(digits, "M-7001");
    CHECK(walk(folder, 0, digits) == 0);
    CHECK(!restricted(SUBJECT, "2026-06-01") && restricted(OTHER, "2026-06-01"));
    restart();
    CHECK(!restricted(SUBJECT, "2026-06-01") && restricted(OTHER, "2026-06-01"));
    CHECK(call(plugin->forget, "{\"schema\":1}") == SHOUXIN_STATUS_BAD_INPUT);
}

/* What is durable when a call is answered: the file before its name, the name before the answer. */
static void synced(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    char *at;
    fresh();
    noting = 1;
    CHECK(step(plugin->execute, "M-1", 1));
    CHECK(strncmp(order, "mkdir sync-folder write ", 24) == 0);
    at = strstr(order, " sync ");
    CHECK(at != NULL && strcmp(at, " sync rename sync-folder ") == 0);
    order[0] = '\0';
    CHECK(step(plugin->suspend, "M-1", 2));
    at = strstr(order, " sync ");
    CHECK(at != NULL && strcmp(at, " sync rename sync-folder ") == 0);
    order[0] = '\0';
    CHECK(call(plugin->forget, "{\"schema\":1,\"subject_key\":\"" SUBJECT "\"}") == 0);
    CHECK(strcmp(order, "remove remove sync-folder ") == 0);
    noting = 0;
}

/* The work that is interrupted, one call a number; true if it was answered with "done". */
#define WORK 7
static int work(int number) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    switch (number) {
    case 0: return step(plugin->execute, "M-1", 1) && said("\"done\"");
    case 1: return step(plugin->suspend, "M-1", 2) && said("\"done\"");
    case 2: return step(plugin->resume, "M-1", 3) && said("\"done\"");
    case 3:
        return call(plugin->execute, message("M-2", 4, OTHER, "M-A16", "2026-01-01")) == 0 &&
               said("\"done\"");
    case 4: return step(plugin->execute, "M-3", 5) && said("\"done\"");
    case 5:
        return call(plugin->forget, "{\"schema\":1,\"subject_key\":\"" OTHER "\"}") == 0 &&
               said("\"done\"");
    default: return step(plugin->lift, "M-1", 6) && said("\"done\"");
    }
}

/* Whether the data are what the first `done` calls leave. */
static int is_after(int done) {
    static const int subject[] = {0, 1, 0, 1, 1, 1, 1, 1};
    static const int other[] = {0, 0, 0, 0, 1, 1, 0, 0};
    int one = restricted(SUBJECT, "2026-06-01"), two = restricted(OTHER, "2026-06-01");
    return one == subject[done] && two == other[done];
}

/* Every system call that changes something is once the last one of its process. */
static void killed_anywhere(void) {
    long kills = 0;
    for (;;) {
        int answered = 0, status = 0, number;
        int ends[2];
        char byte;
        pid_t child;
        fresh();
        stop();
        CHECK(pipe(ends) == 0);
        child = fork();
        if (child == 0) {
            close(ends[0]);
            calls = 0;
            trap = KILL;
            trap_at = kills + 1;
            start();
            for (number = 0; number < WORK; number++) {
                CHECK(work(number));
                __real_write(ends[1], "x", 1);
            }
            _exit(0);
        }
        close(ends[1]);
        while (read(ends[0], &byte, 1) == 1) {
            answered += 1;
        }
        close(ends[0]);
        waitpid(child, &status, 0);
        start();
        CHECK(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 9));
        CHECK(is_after(answered) || (answered < WORK && is_after(answered + 1)));
        /* The register asks again for what was not answered, and goes on. */
        for (number = answered; number < WORK; number++) {
            CHECK(work(number) && is_after(number + 1));
        }
        if (WEXITSTATUS(status) == 0) {
            break;
        }
        kills += 1;
    }
    CHECK(kills > 20);
    printf("killed at each of %ld system calls\n", kills);
}

/* Every system call that changes something fails once; the call is then answered with "later". */
static void failed_anywhere(void) {
    long failures = 0;
    int number;
    for (;;) {
        int failed = 0;
        fresh();
        calls = 0;
        trap_at = failures + 1;
        for (number = 0; number < WORK; number++) {
            trap = FAIL;
            if (!work(number)) {
                CHECK(said("\"later\"") && said("retry_after_ms"));
                failed += 1;
                trap = NONE;
                CHECK(is_after(number) || is_after(number + 1));
                CHECK(work(number));
            }
            trap = NONE;
            CHECK(is_after(number + 1));
        }
        CHECK(failed <= 1);
        if (failed == 0) {
            break;
        }
        failures += 1;
    }
    CHECK(failures > 20);
    printf("failed at each of %ld system calls\n", failures);
}

/* A file that is not what was written says nothing about anybody, and an end can be written over it. */
static void damaged(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    static char bytes[SHOUXIN_CASE_BYTES_MAX];
    char path[1024];
    size_t len, at;
    FILE *file;
    fresh();
    CHECK(step(plugin->execute, "M-1", 1));
    path_of_case(path, sizeof path, SUBJECT, "M-1");
    file = fopen(path, "rb");
    CHECK(file != NULL);
    len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (at = 0; at <= len; at++) {
        /* One bit flipped at each place, and the file cut there. */
        int cut;
        for (cut = 0; cut < (at < len ? 2 : 0); cut++) {
            file = fopen(path, "wb");
            CHECK(file != NULL);
            bytes[at] = (char)(bytes[at] ^ (cut ? 0 : 1));
            fwrite(bytes, 1, cut ? at : len, file);
            bytes[at] = (char)(bytes[at] ^ (cut ? 0 : 1));
            fclose(file);
            CHECK(call(plugin->query, "{\"subject\":\"" SUBJECT "\",\"on\":\"2026-06-01\"}") ==
                  SHOUXIN_STATUS_FAILED);
            CHECK(step(plugin->suspend, "M-1", 2) && said("\"needs_human\"") && said("damaged"));
        }
    }
    CHECK(step(plugin->lift, "M-1", 3) && said("\"done\""));
    CHECK(!restricted(SUBJECT, "2026-06-01"));
}

/* Whatever comes, a status of the contract and one answer go back. */
static void nonsense(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    const shouxin_hook_fn hooks[] = {plugin->classified, plugin->execute, plugin->suspend,
                                     plugin->resume,     plugin->lift,    plugin->forget,
                                     plugin->query};
    char text[2048], deep[4001];
    unsigned long random = 2026;
    size_t len, at;
    int round;
    fresh();
    strcpy(text, message("M-1", 1, SUBJECT, "M-A18", "2026-01-01"));
    len = strlen(text);
    for (at = 0; at < len; at++) {
        CHECK(call_bytes(plugin->execute, text, at) == SHOUXIN_STATUS_BAD_INPUT);
    }
    for (round = 0; round < 20000; round++) {
        char mutant[2048];
        int change;
        memcpy(mutant, text, len);
        for (change = 0; change < 3; change++) {
            random = random * 6364136223846793005ul + 1442695040888963407ul;
            mutant[(random >> 33) % len] = (char)(random >> 20);
        }
        random = random * 6364136223846793005ul + 1442695040888963407ul;
        {
            /* The four that may write go to "later" at once, so that this costs no syncs. */
            int32_t status;
            trap = FAIL;
            trap_at = calls + 1;
            status = call_bytes(hooks[(random >> 33) % 7], mutant, len);
            trap = NONE;
            CHECK(status >= SHOUXIN_STATUS_OK && status <= SHOUXIN_STATUS_FAILED);
        }
    }
    memset(deep, '[', 4000);
    deep[4000] = '\0';
    CHECK(call(plugin->execute, deep) == SHOUXIN_STATUS_BAD_INPUT);
    CHECK(call(plugin->classified, "\xff") == SHOUXIN_STATUS_BAD_INPUT);
}

/* What a killed process left beside the files is written over, however long it is. */
static void left_over(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    char path[1024];
    FILE *file;
    int at;
    fresh();
    CHECK(step(plugin->execute, "M-1", 1));
    path_of_case(path, sizeof path, SUBJECT, "M-1");
    strcpy(strrchr(path, '/') + 1, "new.tmp");
    file = fopen(path, "wb");
    CHECK(file != NULL);
    for (at = 0; at < 60000; at++) {
        fputc('x', file);
    }
    fclose(file);
    CHECK(restricted(SUBJECT, "2026-06-01"));
    CHECK(step(plugin->suspend, "M-1", 2) && said("\"done\""));
    CHECK(!restricted(SUBJECT, "2026-06-01") && said("M-1"));
}

static void long_keys(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    char key[SHOUXIN_KEY_BYTES_MAX + 2];
    fresh();
    memset(key, 'k', sizeof key);
    key[SHOUXIN_KEY_BYTES_MAX + 1] = '\0';
    CHECK(call(plugin->execute, message(key, 1, SUBJECT, "M-A18", "2026-01-01")) ==
          SHOUXIN_STATUS_BAD_INPUT);
    key[SHOUXIN_KEY_BYTES_MAX] = '\0';
    CHECK(call(plugin->execute, message(key, 1, key, "M-A18", "2026-01-01")) == 0 && said("\"done\""));
    CHECK(restricted(key, "2026-06-01"));
    CHECK(call(plugin->execute, message("../../x", 1, "../..", "M-A18", "2026-01-01")) == 0);
    CHECK(said("\"done\"") && restricted("../..", "2026-06-01"));
}

static void full(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    char path[1024], id[32];
    int number;
    fresh();
    CHECK(step(plugin->execute, "M-1", 1));
    for (number = 1; number < SHOUXIN_CASES_MAX; number++) {
        int file;
        snprintf(id, sizeof id, "M-x%d", number);
        path_of_case(path, sizeof path, SUBJECT, id);
        file = open(path, O_CREAT | O_WRONLY, 0600);
        CHECK(file >= 0);
        close(file);
    }
    CHECK(step(plugin->execute, "M-new", 2) && said("\"needs_human\"") && said("1000 cases"));
    CHECK(step(plugin->lift, "M-new", 3) && said("\"done\""));
    CHECK(step(plugin->suspend, "M-1", 4) && said("\"done\""));
    CHECK(call(plugin->forget, "{\"schema\":1,\"subject_key\":\"" SUBJECT "\"}") == 0);
    CHECK(step(plugin->execute, "M-new", 5) && said("\"done\""));
}

static void refused_at_start(void) {
    char text[4608];
    void *second;
    fresh();
    snprintf(text, sizeof text, "{\"schema\":1,\"data_dir\":\"%s\"}", folder);
    desk.answered = 0;
    second = shouxin_plugin_v1()->create(&host, (const uint8_t *)text, strlen(text));
    CHECK(second == NULL && said("must not share a folder"));
    snprintf(text, sizeof text, "{\"schema\":1,\"data_dir\":\"%s\",\"settings\":{\"x\":1}}", folder);
    desk.answered = 0;
    second = shouxin_plugin_v1()->create(&host, (const uint8_t *)text, strlen(text));
    CHECK(second == NULL && said("no settings"));
    desk.answered = 0;
    second = shouxin_plugin_v1()->create(&host, (const uint8_t *)"{", 1);
    CHECK(second == NULL && said("cannot be read"));
}

int main(int arguments, char **argument) {
    if (arguments != 2) {
        fprintf(stderr, "usage: drive FOLDER\n");
        return 2;
    }
    folder = argument[1];
    mkdir(folder, 0700);
    life();
    rules();
    questions();
    forgotten();
    synced();
    killed_anywhere();
    failed_anywhere();
    damaged();
    nonsense();
    left_over();
    long_keys();
    full();
    refused_at_start();
    stop();
    printf("everything held\n");
    return 0;
}
