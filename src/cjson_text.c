#include "cjson_config.h"

int cf_cjson_escape(char *out, unsigned code) {
    static const char hex[] = "0123456789abcdef";

    out[0] = 'u';
    out[1] = '0';
    out[2] = '0';
    out[3] = hex[code >> 4 & 15];
    out[4] = hex[code & 15];
    out[5] = '\0';
    return 5;
}
