#include "dsn.h"
#include "test.h"

static cf_dsn dsn;

static bool parse(const char *text) {
    memset(&dsn, '~', sizeof dsn);
    return cf_dsn_parse(&dsn, text, strlen(text));
}

#define KEY "0123456789abcdef0123456789abcdef"
#define ENDPOINT(before, project)                                                                  \
    before "/api/" project "/envelope/?sentry_version=7&sentry_key=" KEY                           \
           "&sentry_client=crashfree%2F" CRASHFREE_VERSION

TEST(makes_the_address_of_envelopes) {
    CHECK(parse("https://" KEY "@o1.ingest.example.com/42"));
    CHECK_EQ_STR(dsn.endpoint, ENDPOINT("https://o1.ingest.example.com", "42"));
    CHECK_EQ_STR(dsn.text, "https://" KEY "@o1.ingest.example.com/42");
}

TEST(takes_http_and_a_port) {
    CHECK(parse("http://" KEY "@127.0.0.1:9000/1"));
    CHECK_EQ_STR(dsn.endpoint, ENDPOINT("http://127.0.0.1:9000", "1"));
    CHECK(parse("http://" KEY "@localhost:65535/1"));
}

TEST(leaves_the_secret_out_of_the_address) {
    CHECK(parse("https://" KEY ":5ec4e7@h.example/42"));
    CHECK_EQ_STR(dsn.endpoint, ENDPOINT("https://h.example", "42"));
    CHECK(parse("https://" KEY ":@h.example/42"));
    CHECK_EQ_STR(dsn.endpoint, ENDPOINT("https://h.example", "42"));
}

TEST(keeps_a_path_prefix) {
    CHECK(parse("https://" KEY "@h.example/sentry/a-b_c.d~e%20f/42"));
    CHECK_EQ_STR(dsn.endpoint, ENDPOINT("https://h.example/sentry/a-b_c.d~e%20f", "42"));
    CHECK(parse("https://" KEY "@h.example/1/2/3"));
    CHECK_EQ_STR(dsn.endpoint, ENDPOINT("https://h.example/1/2", "3"));
}

TEST(takes_an_ipv6_literal) {
    CHECK(parse("http://" KEY "@[::1]/42"));
    CHECK_EQ_STR(dsn.endpoint, ENDPOINT("http://[::1]", "42"));
    CHECK(parse("http://" KEY "@[2001:db8::a:1]:8080/p/42"));
    CHECK_EQ_STR(dsn.endpoint, ENDPOINT("http://[2001:db8::a:1]:8080/p", "42"));
    CHECK(parse("http://" KEY "@[::ffff:192.0.2.1]:80/42"));
}

TEST(ignores_a_slash_at_the_end_and_white_space_around) {
    CHECK(parse("https://" KEY "@h.example/42/"));
    CHECK_EQ_STR(dsn.endpoint, ENDPOINT("https://h.example", "42"));
    CHECK(parse(" \thttps://" KEY "@h.example/42\r\n"));
    CHECK_EQ_STR(dsn.endpoint, ENDPOINT("https://h.example", "42"));
    CHECK_EQ_STR(dsn.text, "https://" KEY "@h.example/42");
}

TEST(refuses_what_is_no_dsn) {
    static const char *const texts[] = {
        "",
        " ",
        "x",
        "http",
        "https",
        "http:",
        "http:/",
        "http://",
        "https://",
        "https://" KEY,
        "https://" KEY "@",
        "https://" KEY "@/42",
        "https://" KEY "@h.example",
        "https://" KEY "@h.example/",
        "https://" KEY "@h.example//",
        "https://" KEY "@h.example/42//",
        "https://" KEY "@h.example/project",
        "https://" KEY "@h.example/42x",
        "https://" KEY "@h.example/x42",
        "https://" KEY "@h.example/42?a=b",
        "https://" KEY "@h.example/42#a",
        "https://" KEY "@h.example/a?b/42",
        "https://" KEY "@h.example:/42",
        "https://" KEY "@h.example:port/42",
        "https://" KEY "@h.example:123456/42",
        "https://" KEY "@h.example:80:80/42",
        "https://" KEY "@h example/42",
        "https://" KEY "@h.example /42",
        "https://" KEY "@[::1/42",
        "https://" KEY "@[]/42",
        "https://" KEY "@::1/42",
        "https://" KEY "@[::1]x/42",
        "https://@h.example/42",
        "https://:secret@h.example/42",
        "https://h.example/42",
        "https://a@b@h.example/42",
        "https://k&y@h.example/42",
        "https://k\"y@h.example/42",
        "ftp://" KEY "@h.example/42",
        "httpss://" KEY "@h.example/42",
        "HTTPS://" KEY "@h.example/42",
        "//" KEY "@h.example/42",
        "https:" KEY "@h.example/42",
        "https://" KEY "@h.example/4 2",
        "https://" KEY "@h.example/\n42",
        "https://" KEY "@h\xc3\xa9.example/42",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (parse(texts[i])) {
            CHECK_EQ_STR("accepted", texts[i]);
        }
    }
}

TEST(refuses_a_nul_inside) {
    static const char text[] = "https://" KEY "@h.example/42\0/43";

    CHECK(!cf_dsn_parse(&dsn, text, sizeof text - 1));
}

TEST(fits_the_longest_dsn_and_refuses_a_longer_one) {
    static const char end[] = ":80/42";
    char text[CRASHFREE_URL_MAX + 2];

    /* The longest address comes from a long host behind a short key, or from a long key. */
    memset(text, 'h', sizeof text);
    memcpy(text, "https://k@", 10);
    memcpy(text + CRASHFREE_URL_MAX - 6, end, 7);
    CHECK(parse(text));
    CHECK_EQ_STR(strstr(dsn.endpoint, "sentry_key="),
                 "sentry_key=k&sentry_client=crashfree%2F" CRASHFREE_VERSION);

    memset(text, 'k', CRASHFREE_URL_MAX);
    memcpy(text, "https://", 8);
    memcpy(text + CRASHFREE_URL_MAX - 8, "@h:80/42", 8);
    CHECK(parse(text));
    CHECK(strlen(dsn.endpoint) <= CF_ENDPOINT_MAX);
    CHECK_EQ_STR(strstr(dsn.endpoint, "&sentry_client"),
                 "&sentry_client=crashfree%2F" CRASHFREE_VERSION);

    text[CRASHFREE_URL_MAX - 1] = '2';
    text[CRASHFREE_URL_MAX] = '2';
    text[CRASHFREE_URL_MAX + 1] = '\0';
    CHECK(!parse(text));
}

TEST(has_one_spelling) {
    static const char *const same[] = {
        "https://" KEY "@h.example/p/42",        "https://" KEY "@H.EXAMPLE/p/42",
        "https://" KEY "@h.example:443/p/42",    "https://" KEY "@h.example:00443/p/42/",
        "https://" KEY ":secret@h.example/p/42", " https://" KEY ":@h.Example:443/p/42/\n",
    };
    static const char *const others[][2] = {
        {"http://" KEY "@h.example:80/42", "http://" KEY "@h.example/42"},
        {"http://" KEY "@h.example:443/42", "http://" KEY "@h.example:443/42"},
        {"https://" KEY "@h.example:80/42", "https://" KEY "@h.example:80/42"},
        {"https://" KEY "@h.example:4430/42", "https://" KEY "@h.example:4430/42"},
        {"https://" KEY "@h.example:08080/42", "https://" KEY "@h.example:8080/42"},
        {"https://" KEY "@[2001:DB8::A]:443/42", "https://" KEY "@[2001:db8::a]/42"},
        {"https://" KEY "@h.example/P/42", "https://" KEY "@h.example/P/42"},
        {"https://KEY@h.example/42", "https://KEY@h.example/42"},
    };

    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        CHECK(parse(same[i]));
        CHECK_EQ_STR(dsn.text, same[0]);
        CHECK_EQ_STR(dsn.endpoint, ENDPOINT("https://h.example/p", "42"));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        CHECK(parse(others[i][0]));
        CHECK_EQ_STR(dsn.text, others[i][1]);
    }
}
