// SHA-1, for names (UUIDv5). Not for security.
#ifndef TRI_SHA1_H
#define TRI_SHA1_H

#include <stddef.h>
#include <stdint.h>

typedef struct tri__sha1 {
    uint32_t state[5];
    uint64_t length; // bytes so far
    unsigned char block[64];
} tri__sha1;

void tri__sha1_init(tri__sha1 *sha1);
void tri__sha1_add(tri__sha1 *sha1, const void *bytes, size_t length);
void tri__sha1_finish(tri__sha1 *sha1, unsigned char digest[20]);

#endif
