/*
 * The smallest test frame that runs natively and as wasm32 under a WASI host.
 *
 *   #include "test.h"
 *   TEST(escapes_quotes) { CHECK_EQ_STR(escape("\""), "\\\""); }
 *
 * One file is one program; main() is here. It runs every test, or those named as arguments, prints
 * a line for each in the manner of TAP, and exits with 1 if a check failed. A failed check ends its
 * test; the others still run.
 */
#ifndef CRASHFREE_TEST_H
#define CRASHFREE_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test_case {
    const char *name;
    void (*run)(void);
    struct test_case *next;
};

static struct test_case *test_first;
static struct test_case **test_last = &test_first;
static int test_failed;

/* Declares and registers a test; its body follows. */
#define TEST(test_name)                                                                            \
    static void test_##test_name(void);                                                            \
    static struct test_case test_case_##test_name = {#test_name, test_##test_name, NULL};          \
    __attribute__((constructor)) static void test_register_##test_name(void) {                     \
        *test_last = &test_case_##test_name;                                                       \
        test_last = &test_case_##test_name.next;                                                   \
    }                                                                                              \
    static void test_##test_name(void)

/* The checks return from the test function, so they belong in it, not in a helper with a value. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            test_report(__FILE__, __LINE__, #condition);                                           \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#define CHECK_EQ_INT(actual, expected)                                                             \
    do {                                                                                           \
        if (!test_same_int((long long)(actual), (long long)(expected), __FILE__, __LINE__,         \
                           #actual)) {                                                             \
            return;                                                                                \
        }                                                                                          \
    } while (0)

/* Compares text; NULL equals NULL only. */
#define CHECK_EQ_STR(actual, expected)                                                             \
    do {                                                                                           \
        if (!test_same_str((actual), (expected), __FILE__, __LINE__, #actual)) {                   \
            return;                                                                                \
        }                                                                                          \
    } while (0)

/* Compares bytes that need no terminator. */
#define CHECK_EQ_MEM(actual, expected, length)                                                     \
    do {                                                                                           \
        if (memcmp((actual), (expected), (length)) != 0) {                                         \
            test_report(__FILE__, __LINE__, #actual " differs from " #expected);                   \
            return;                                                                                \
        }                                                                                          \
    } while (0)

static inline void test_report(const char *file, int line, const char *what) {
    test_failed = 1;
    printf("# %s:%d: %s\n", file, line, what);
}

static inline int test_same_int(long long actual, long long expected, const char *file, int line,
                                const char *what) {
    if (actual == expected) {
        return 1;
    }
    test_report(file, line, what);
    printf("#   is       %lld\n#   expected %lld\n", actual, expected);
    return 0;
}

static inline int test_same_str(const char *actual, const char *expected, const char *file,
                                int line, const char *what) {
    if (actual == expected || (actual && expected && strcmp(actual, expected) == 0)) {
        return 1;
    }
    test_report(file, line, what);
    printf("#   is       %s\n#   expected %s\n", actual ? actual : "(null)",
           expected ? expected : "(null)");
    return 0;
}

static inline int test_wanted(const char *name, int argc, char **argv) {
    if (argc < 2) {
        return 1;
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    int count = 0;
    int failures = 0;

    for (struct test_case *test = test_first; test; test = test->next) {
        if (!test_wanted(test->name, argc, argv)) {
            continue;
        }
        test_failed = 0;
        test->run();
        count++;
        failures += test_failed;
        printf("%s %d - %s\n", test_failed ? "not ok" : "ok", count, test->name);
        fflush(stdout);
    }
    printf("1..%d\n", count);
    if (count == 0) {
        printf("# no test of that name\n");
    }
    return failures || count == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
