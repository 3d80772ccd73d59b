/* The whole input is a DSN. */
#include "dsn.h"
#include "check.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "-_.~%:/?&=[]";
    char *text = check_copy(data, size);
    cf_dsn dsn;

    memset(&dsn, '~', sizeof dsn);
    const bool valid = cf_dsn_parse(&dsn, text, size);

    free(text);
    if (!valid) {
        return 0;
    }
    REQUIRE(memchr(dsn.endpoint, '\0', sizeof dsn.endpoint) != NULL);
    REQUIRE(memchr(dsn.text, '\0', sizeof dsn.text) != NULL);
    REQUIRE(strncmp(dsn.endpoint, "http://", 7) == 0 || strncmp(dsn.endpoint, "https://", 8) == 0);
    REQUIRE(strspn(dsn.endpoint, safe) == strlen(dsn.endpoint));
    const char *const query = strchr(dsn.endpoint, '?');

    REQUIRE(query != NULL && strchr(query + 1, '?') == NULL);
    REQUIRE(strncmp(query, "?sentry_version=7&sentry_key=", 29) == 0);
    REQUIRE(query[-1] == '/' && strstr(dsn.endpoint, "/api/") != NULL);
    /* What is valid once stays so: the text is kept for the tunnel. */
    cf_dsn again;

    REQUIRE(cf_dsn_parse(&again, dsn.text, strlen(dsn.text)));
    REQUIRE(strcmp(again.endpoint, dsn.endpoint) == 0);
    return 0;
}
