#include "cjson_config.h"

#include "text.h"

int cf_cjson_escape(char *out, unsigned code) {
    const unsigned char byte = (unsigned char)code;

    out[0] = 'u';
    out[1] = '0';
    out[2] = '0';
    cf_text_hex(out + 3, &byte, 1);
    out[5] = '\0';
    return 5;
}
