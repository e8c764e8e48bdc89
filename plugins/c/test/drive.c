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

#include "shouxin_bench.h"
#include "shouxin_casebook.h"
#include "shouxin_message.h"
#include "shouxin_plugin.h"

#define SUBJECT BENCH_SUBJECT
#define OTHER "91350426MA2OTHER99"
#define CHECK BENCH_CHECK

static const char *folder;

static int step(shouxin_hook_fn hook, const char *case_id, unsigned number) {
    return bench_case(hook, case_id, number, "M-A18");
}

static int restricted(const char *subject, const char *day) {
    char text[256];
    snprintf(text, sizeof text, "{\"subject\":\"%s\",\"on\":\"%s\"}", subject, day);
    CHECK(bench_call(shouxin_plugin_v1()->query, text) == SHOUXIN_STATUS_OK);
    CHECK(bench_said("\"restricted\":true") || bench_said("\"restricted\":false"));
    return bench_said("\"restricted\":true");
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
    if (bench.instance != NULL) {
        bench_stop();
    }
    walk(folder, 1, NULL);
    bench_start(folder);
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
        CHECK(step(steps[at].hook, "M-1042", 10 + at) && bench_said("\"done\""));
        strcpy(first, bench.answer);
        CHECK(restricted(SUBJECT, "2026-06-01") == steps[at].effective);
        bench_restart();
        CHECK(restricted(SUBJECT, "2026-06-01") == steps[at].effective);
        CHECK(step(steps[at].hook, "M-1042", 10 + at) && strcmp(first, bench.answer) == 0);
    }
    CHECK(step(plugin->execute, "M-1042", 99) && bench_said("\"failed\"") && bench_said("was lifted"));
    CHECK(step(plugin->execute, "M-1042", 5) && bench_said("\"failed\"") && bench_said("was applied before"));
}

static void rules(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    fresh();
    CHECK(step(plugin->lift, "M-1", 9) && bench_said("\"done\""));
    CHECK(step(plugin->lift, "M-1", 10) && bench_said("\"done\""));
    CHECK(step(plugin->execute, "M-1", 5) && bench_said("\"failed\""));
    CHECK(step(plugin->resume, "M-2", 5) && bench_said("\"needs_human\""));
    CHECK(step(plugin->suspend, "M-3", 7) && bench_said("\"done\""));
    CHECK(step(plugin->execute, "M-3", 5) && bench_said("\"failed\""));
    CHECK(step(plugin->execute, "M-3", 8) && bench_said("\"failed\"") && bench_said("suspended"));
    CHECK(step(plugin->resume, "M-3", 9) && bench_said("\"done\""));
    CHECK(!restricted(SUBJECT, "2026-06-01"));
    CHECK(step(plugin->execute, "M-3", 10) && bench_said("\"reference\":\"ZJ-M-3-10\""));
    CHECK(restricted(SUBJECT, "2026-01-01") && restricted(SUBJECT, "2026-12-31"));
    CHECK(!restricted(SUBJECT, "2025-12-31") && !restricted(SUBJECT, "2027-01-01"));
    CHECK(bench_call(plugin->execute, bench_message("M-4", 1, SUBJECT, "M-A18", "2027-01-01")) == 0);
    CHECK(bench_said("\"failed\"") && bench_said("has passed"));
    CHECK(bench_call(plugin->execute, bench_message("M-5", 1, SUBJECT, "M-A17", "2026-01-01")) == 0);
    CHECK(bench_said("\"failed\"") && bench_said("not M-A17"));
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
    CHECK(bench_call(plugin->execute, bench_message("M-1", 2, SUBJECT, "M-A16", "2026-01-01")) == 0);
    CHECK(step(plugin->execute, "M-3", 3));
    CHECK(step(plugin->suspend, "M-3", 4));
    CHECK(bench_call(plugin->query, "{\"subject\":\"" SUBJECT "\",\"on\":\"2026-06-01\"}") == 0);
    CHECK(strcmp(bench.answer,
                 "{\"by\":[{\"case_id\":\"M-1\",\"measure\":\"M-A16\",\"decision\":\"D-1031\","
                 "\"document_number\":\"尤建〔2026〕3号\",\"authority\":\"11350426XY0001082U\","
                 "\"from\":\"2026-01-01\",\"until\":\"2026-12-31\",\"parameters\":{\"projects\":["
                 "\"房屋建筑\"]}},{\"case_id\":\"M-2\",\"measure\":\"M-A18\",\"decision\":\"D-1031\","
                 "\"document_number\":\"尤建〔2026〕3号\",\"authority\":\"11350426XY0001082U\","
                 "\"from\":\"2026-01-01\",\"until\":\"2026-12-31\",\"parameters\":{\"projects\":["
                 "\"房屋建筑\"]}}],\"suspended\":[\"M-3\"],\"restricted\":true}") == 0);
    CHECK(bench_call(plugin->query, "{\"subject\":\"" SUBJECT
                              "\",\"on\":\"2026-06-01\",\"measure\":\"M-A16\"}") == 0);
    CHECK(bench_said("M-1") && !bench_said("M-2") && !bench_said("M-3"));
    CHECK(!restricted(OTHER, "2026-06-01"));
    for (at = 0; at < sizeof bad / sizeof *bad; at++) {
        CHECK(bench_call(plugin->query, bad[at]) == SHOUXIN_STATUS_BAD_INPUT && bench_said("ask {"));
    }
}

static void forgotten(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    const char *const forget = "{\"schema\":1,\"subject_key\":\"" SUBJECT "\"}";
    char digits[256];
    fresh();
    CHECK(step(plugin->execute, "M-7001", 1));
    CHECK(step(plugin->suspend, "M-7002", 2));
    CHECK(bench_call(plugin->execute, bench_message("M-7003", 3, OTHER, "M-A18", "2026-01-01")) == 0);
    name_in_digits(digits, SUBJECT);
    CHECK(walk(folder, 0, SUBJECT) > 0 && walk(folder, 0, digits) > 0);
    CHECK(bench_call(plugin->forget, forget) == 0 && bench_said("\"done\""));
    CHECK(bench_call(plugin->forget, forget) == 0 && bench_said("\"done\""));
    CHECK(walk(folder, 0, SUBJECT) == 0 && walk(folder, 0, digits) == 0);
    CHECK(walk(folder, 0, "M-7001") == 0);
    name_in_digits(digits, "M-7001");
    CHECK(walk(folder, 0, digits) == 0);
    CHECK(!restricted(SUBJECT, "2026-06-01") && restricted(OTHER, "2026-06-01"));
    bench_restart();
    CHECK(!restricted(SUBJECT, "2026-06-01") && restricted(OTHER, "2026-06-01"));
    CHECK(bench_call(plugin->forget, "{\"schema\":1}") == SHOUXIN_STATUS_BAD_INPUT);
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
    CHECK(bench_call(plugin->forget, "{\"schema\":1,\"subject_key\":\"" SUBJECT "\"}") == 0);
    CHECK(strcmp(order, "remove remove sync-folder ") == 0);
    noting = 0;
}

/* The work that is interrupted, one call a number; true if it was answered with "done". */
#define WORK 7
static int work(int number) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    switch (number) {
    case 0: return step(plugin->execute, "M-1", 1) && bench_said("\"done\"");
    case 1: return step(plugin->suspend, "M-1", 2) && bench_said("\"done\"");
    case 2: return step(plugin->resume, "M-1", 3) && bench_said("\"done\"");
    case 3:
        return bench_call(plugin->execute, bench_message("M-2", 4, OTHER, "M-A16", "2026-01-01")) == 0 &&
               bench_said("\"done\"");
    case 4: return step(plugin->execute, "M-3", 5) && bench_said("\"done\"");
    case 5:
        return bench_call(plugin->forget, "{\"schema\":1,\"subject_key\":\"" OTHER "\"}") == 0 &&
               bench_said("\"done\"");
    default: return step(plugin->lift, "M-1", 6) && bench_said("\"done\"");
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
        bench_stop();
        CHECK(pipe(ends) == 0);
        child = fork();
        if (child == 0) {
            close(ends[0]);
            calls = 0;
            trap = KILL;
            trap_at = kills + 1;
            bench_start(folder);
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
        bench_start(folder);
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
                CHECK(bench_said("\"later\"") && bench_said("retry_after_ms"));
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
            CHECK(bench_call(plugin->query, "{\"subject\":\"" SUBJECT "\",\"on\":\"2026-06-01\"}") ==
                  SHOUXIN_STATUS_FAILED);
            CHECK(step(plugin->suspend, "M-1", 2) && bench_said("\"needs_human\"") && bench_said("damaged"));
        }
    }
    CHECK(step(plugin->lift, "M-1", 3) && bench_said("\"done\""));
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
    strcpy(text, bench_message("M-1", 1, SUBJECT, "M-A18", "2026-01-01"));
    len = strlen(text);
    for (at = 0; at < len; at++) {
        CHECK(bench_call_bytes(plugin->execute, text, at) == SHOUXIN_STATUS_BAD_INPUT);
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
            status = bench_call_bytes(hooks[(random >> 33) % 7], mutant, len);
            trap = NONE;
            CHECK(status >= SHOUXIN_STATUS_OK && status <= SHOUXIN_STATUS_FAILED);
        }
    }
    memset(deep, '[', 4000);
    deep[4000] = '\0';
    CHECK(bench_call(plugin->execute, deep) == SHOUXIN_STATUS_BAD_INPUT);
    CHECK(bench_call(plugin->classified, "\xff") == SHOUXIN_STATUS_BAD_INPUT);
    CHECK(bench_call(plugin->classified, "{}") == SHOUXIN_STATUS_BAD_INPUT);
    CHECK(bench_call(plugin->classified, "{\"schema\":1}") == SHOUXIN_STATUS_BAD_INPUT);
    CHECK(bench_call(plugin->classified, "{\"schema\":1,\"subject\":{\"key\":\"" SUBJECT "\"}}") ==
          SHOUXIN_STATUS_OK);
}

/* A call about M-1 whose 文号 has so many bytes more. */
static int with_long_number(shouxin_hook_fn hook, const char *case_id, unsigned number,
                            size_t bytes) {
    static char text[SHOUXIN_BODY_BYTES_MAX];
    const char *plain = bench_message(case_id, number, SUBJECT, "M-A18", "2026-01-01");
    size_t before = (size_t)(strstr(plain, "3号") - plain);
    memcpy(text, plain, before);
    memset(text + before, '3', bytes);
    strcpy(text + before + bytes, plain + before);
    return bench_call(hook, text) == SHOUXIN_STATUS_OK;
}

/* An order that is too long to be kept is refused; an end or a suspension never is for its length. */
static void long_texts(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    char first[512];
    fresh();
    CHECK(with_long_number(plugin->execute, "M-1", 1, 1000) && bench_said("\"done\""));
    CHECK(with_long_number(plugin->execute, "M-2", 2, 200000) && bench_said("\"failed\""));
    CHECK(with_long_number(plugin->suspend, "M-3", 3, 200000) && bench_said("\"done\""));
    CHECK(with_long_number(plugin->lift, "M-2", 4, 200000) && bench_said("\"done\""));
    strcpy(first, bench.answer);
    bench_restart();
    CHECK(with_long_number(plugin->lift, "M-2", 4, 200000) && strcmp(first, bench.answer) == 0);
    CHECK(with_long_number(plugin->execute, "M-3", 5, 0) && bench_said("is suspended"));
    CHECK(with_long_number(plugin->execute, "M-2", 6, 0) && bench_said("was lifted"));
    CHECK(restricted(SUBJECT, "2026-06-01") && bench_said("M-1") && !bench_said("M-2"));
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
    CHECK(step(plugin->suspend, "M-1", 2) && bench_said("\"done\""));
    CHECK(!restricted(SUBJECT, "2026-06-01") && bench_said("M-1"));
}

static void long_keys(void) {
    const shouxin_descriptor *plugin = shouxin_plugin_v1();
    char key[SHOUXIN_KEY_BYTES_MAX + 2];
    fresh();
    memset(key, 'k', sizeof key);
    key[SHOUXIN_KEY_BYTES_MAX + 1] = '\0';
    CHECK(bench_call(plugin->execute, bench_message(key, 1, SUBJECT, "M-A18", "2026-01-01")) ==
          SHOUXIN_STATUS_BAD_INPUT);
    key[SHOUXIN_KEY_BYTES_MAX] = '\0';
    CHECK(bench_call(plugin->execute, bench_message(key, 1, key, "M-A18", "2026-01-01")) == 0 && bench_said("\"done\""));
    CHECK(restricted(key, "2026-06-01"));
    CHECK(bench_call(plugin->execute, bench_message("../../x", 1, "../..", "M-A18", "2026-01-01")) == 0);
    CHECK(bench_said("\"done\"") && restricted("../..", "2026-06-01"));
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
    CHECK(step(plugin->execute, "M-new", 2) && bench_said("\"needs_human\"") && bench_said("1000 cases"));
    CHECK(step(plugin->lift, "M-new", 3) && bench_said("\"done\""));
    CHECK(step(plugin->suspend, "M-1", 4) && bench_said("\"done\""));
    CHECK(bench_call(plugin->forget, "{\"schema\":1,\"subject_key\":\"" SUBJECT "\"}") == 0);
    CHECK(step(plugin->execute, "M-new", 5) && bench_said("\"done\""));
}

static void refused_at_start(void) {
    void *first;
    fresh();
    first = bench.instance;
    CHECK(!bench_try_start(folder, NULL) && bench_said("must not share a folder"));
    CHECK(!bench_try_start(folder, "{\"x\":1}") && bench_said("no settings"));
    CHECK(!bench_try_start(folder, "17") && bench_said("no settings"));
    bench.answered = 0;
    CHECK(shouxin_plugin_v1()->create(&bench_host, (const uint8_t *)"{", 1) == NULL);
    CHECK(bench_said("cannot be read"));
    bench.instance = first;
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
    long_texts();
    full();
    refused_at_start();
    bench_stop();
    printf("everything held\n");
    return 0;
}
