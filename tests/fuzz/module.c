/*
 * The boundary of the module with a host that gives too much, or nonsense: clocks that are none,
 * lengths and numbers without bound, texts that are not UTF-8, random bytes that are none, records and
 * headers of its own making, answers to requests that never were. What leaves has to be an envelope
 * of bounded size whatever the host does.
 *
 * src/wasm is compiled here for the machine at hand: AddressSanitizer puts canaries around the memory
 * of the client and its buffer, which the module does not have.
 */
#define export_name(name) unused
#define import_module(name) unused
#define import_name(name) unused
/* The C library has functions of these names. */
#define close module_close
#define error module_error
#define init module_init
#define start module_start
#define status module_status
#include "../../src/wasm/host.c"
#include "../../src/wasm/page.c"
#include "../../src/wasm/utf8.c"

#include "check.h"

#include <math.h>

static const uint8_t *input;
static size_t input_size;
static char *buffer;
static unsigned depth;
static unsigned fetches;

static uint8_t next(void) {
    return check_next(&input, &input_size);
}

/* Mostly near a sane value, sometimes nothing that a number should be. */
static double any_double(double sane) {
    static const double odd[] = {
        NAN,        INFINITY,          -INFINITY,         -1, 0, 1e300, -1e300,
        4294967296, 253402300800000.0, 9007199254740993.0};
    const uint8_t byte = next();

    return byte < 160 ? sane + byte * 1000.0 : odd[byte % (sizeof odd / sizeof odd[0])];
}

static uint32_t any_number(uint32_t sane) {
    const uint8_t byte = next();

    return byte < 200   ? byte % sane
           : byte < 220 ? UINT32_MAX - byte % 4
           : byte < 240 ? INT32_MAX
                        : (uint32_t)byte << 24 | (uint32_t)next() << 12;
}

/* Fills the buffer as far as a host may, and says how long the text is, or lies. */
static size_t any_text(void) {
    const uint8_t kind = next();
    size_t length = next() * (kind % 4 == 0 ? 200U : 1U);

    if (kind % 8 == 7) {
        static const char record[] =
            "5f0c6f0e9b1d4c0f8a5e2b7d3c4f1a901102000000001002045836000000u1";

        length = sizeof record - 1 - next() % 4;
        memcpy(buffer, record, sizeof record - 1);
    } else {
        memset(buffer, kind, CRASHFREE_ENVELOPE_MAX);
        for (size_t i = 0; i < length && i < 64; i++) {
            buffer[i] = (char)next();
        }
    }
    return kind % 16 == 5 ? any_number(70000) : length;
}

double cf_import_now(void) {
    return any_double(1767607200000.0);
}

double cf_import_monotonic(void) {
    return any_double(1000);
}

void cf_import_random(unsigned char *bytes, size_t count) {
    const uint8_t kind = next();

    for (size_t i = 0; kind % 4 != 0 && i < count; i++) {
        bytes[i] = kind % 4 == 1 ? kind : next();
    }
}

void cf_import_wake(double delay) {
    REQUIRE(delay >= 0 && delay <= UINT32_MAX);
}

static void step(void);

void cf_import_fetch(uint32_t request, const char *url, size_t url_length, const char *body,
                     size_t body_length, int mode) {
    REQUIRE(request != 0 && url_length > 0 && url_length <= CRASHFREE_URL_MAX + 100);
    REQUIRE(memchr(url, '\0', url_length) == NULL);
    REQUIRE(body == buffer && body_length > 0 && body_length <= CRASHFREE_ENVELOPE_MAX);
    REQUIRE(body[0] == '{' && body[body_length - 1] == '\n');
    REQUIRE(strncmp(body, "{\"sent_at\":\"", 12) == 0 && body[12 + CF_TIMESTAMP_LENGTH] == '"');
    REQUIRE(mode >= 0 && mode < 8);
    fetches++;
    /* The host keeps nothing of the buffer, and may use it for something else. */
    if (next() % 4 == 0) {
        step();
    }
}

bool cf_import_before_send(const char *session, size_t length) {
    REQUIRE(session == buffer && length < CRASHFREE_ENVELOPE_MAX);
    if (next() % 4 == 0) {
        step();
    }
    return next() % 2 != 0;
}

static void step(void) {
    size_t length = 0;

    if (input_size == 0 || depth > 8) {
        return;
    }
    depth++;
    switch (next() % 20) {
    case 0:
        length = any_text();
        (void)set_text((crashfree_option)any_number(12), length);
        break;
    case 1:
        set_number((crashfree_option)any_number(12), any_double(1));
        break;
    case 2:
        length = any_text();
        set_user(length, any_double(1000));
        break;
    case 3:
        set_consent((crashfree_consent)any_number(4));
        break;
    case 4:
    case 5:
    case 6:
        start(any_number(2) != 0, any_double(1000));
        break;
    case 7:
        end((crashfree_session_status)any_number(6), any_double(1000));
        break;
    case 8:
    case 9:
        error(any_number(3) != 0, any_double(1000));
        break;
    case 10:
        flush();
        break;
    case 11:
        hide(any_number(2) != 0);
        break;
    case 12:
        wake();
        break;
    case 13:
    case 14:
    case 15:
        length = any_text();
        respond(any_number(20), (int)any_number(600), length, any_double(1));
        break;
    case 16:
        REQUIRE(session() < CRASHFREE_ENVELOPE_MAX);
        break;
    case 17:
        length = save(any_number(70));
        REQUIRE(length < CRASHFREE_RECORD_MAX);
        REQUIRE(length == 0 || strlen(buffer) == length);
        break;
    case 18:
        length = any_text();
        (void)restore(length, any_number(2) != 0);
        break;
    default:
        REQUIRE(status() <= CRASHFREE_STATUS_ANSWERS_FOREIGN);
        (void)count((crashfree_counter)any_number(12));
        if (next() == 7) {
            close();
        } else if (next() == 7) {
            forget();
        }
    }
    depth--;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char dsn_text[] = "https://0123456789abcdef0123456789abcdef@h.example/42";
    unsigned before = 0;

    input = data;
    input_size = size;
    depth = 0;
    fetches = 0;
    buffer = init();
    if (next() % 8 != 0) {
        memcpy(buffer, dsn_text, sizeof dsn_text);
        REQUIRE(set_text(CRASHFREE_OPTION_DSN, sizeof dsn_text - 1));
        memcpy(buffer, "shop@1", 6);
        REQUIRE(set_text(CRASHFREE_OPTION_RELEASE, 6));
    }
    while (input_size > 0) {
        before = fetches;
        step();
        /* Calls within calls may each make a request, but no call makes requests without end. */
        REQUIRE(fetches - before <= 16);
        REQUIRE(the_client.sessions_end >= the_client.sessions &&
                the_client.sessions_end <= the_client.sessions + CRASHFREE_SESSIONS_MAX);
        REQUIRE(the_client.envelope.length <= CRASHFREE_ENVELOPE_MAX);
        REQUIRE(the_client.monotonic >= 0 && the_client.now >= 0);
        /* Texts end within their members. */
        REQUIRE(memchr(the_client.did, '\0', sizeof the_client.did) != NULL);
        REQUIRE(memchr(the_client.destination.tunnel, '\0', sizeof the_client.destination.tunnel) !=
                NULL);
        REQUIRE(memchr(the_client.destination.attributes.release, '\0',
                       CRASHFREE_RELEASE_MAX + 1) != NULL);
        REQUIRE(memchr(the_client.destination.attributes.user_agent, '\0',
                       CRASHFREE_USER_AGENT_MAX + 1) != NULL);
    }
    return 0;
}
