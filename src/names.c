#include "names.h"

#include "text.h"

static bool has_forbidden(const char *name) {
    for (; *name != '\0'; name++) {
        const unsigned char c = (unsigned char)*name;
        /* U+0080 to U+009F, which the server takes out without a word. */
        const bool is_c1 = c == 0xc2 && (unsigned char)name[1] < 0xa0;

        if (c < 0x20 || c == 0x7f || is_c1 || c == '/' || c == '\\') {
            return true;
        }
    }
    return false;
}

cf_name cf_name_set(char *out, size_t limit, const char *reserved, const char *text,
                    size_t length) {
    const size_t size = cf_text_copy_trimmed(out, limit, text, length);

    if (size == 0) {
        return CF_NAME_EMPTY;
    }
    if (size > limit || has_forbidden(out) || cf_text_is(out, ".") || cf_text_is(out, "..") ||
        cf_text_is(out, reserved)) {
        out[0] = '\0';
        return CF_NAME_INVALID;
    }
    return CF_NAME_VALID;
}
