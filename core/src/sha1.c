// SHA-1 as FIPS 180-4 has it, section 6.1.
#include "sha1.h"
#include <string.h>

static uint32_t sha1_rotate(uint32_t word, unsigned by)
{
    return word << by | word >> (32 - by);
}

static void sha1_block(tri__sha1 *sha1)
{
    uint32_t w[80];
    for (int t = 0; t < 16; t++) {
        const unsigned char *at = sha1->block + 4 * t;
        w[t] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    }
    for (int t = 16; t < 80; t++) {
        w[t] = sha1_rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    }
    uint32_t a = sha1->state[0], b = sha1->state[1], c = sha1->state[2], d = sha1->state[3],
             e = sha1->state[4];
    for (int t = 0; t < 80; t++) {
        uint32_t f, k;
        if (t < 20) {
            f = (b & c) | (~b & d);
            k = 0x5A827999u;
        } else if (t < 40) {
            f = b ^ c ^ d;
            k = 0x6ED9EBA1u;
        } else if (t < 60) {
            f = (b & c) | (b & d) | (c & d);
            k = 0x8F1BBCDCu;
        } else {
            f = b ^ c ^ d;
            k = 0xCA62C1D6u;
        }
        uint32_t next = sha1_rotate(a, 5) + f + e + k + w[t];
        e = d;
        d = c;
        c = sha1_rotate(b, 30);
        b = a;
        a = next;
    }
    sha1->state[0] += a;
    sha1->state[1] += b;
    sha1->state[2] += c;
    sha1->state[3] += d;
    sha1->state[4] += e;
}

void tri__sha1_init(tri__sha1 *sha1)
{
    static const uint32_t start[5] = {0x67452301u, 0xEFCDAB89u, 0x98BADCFEu, 0x10325476u, 0xC3D2E1F0u};
    memset(sha1, 0, sizeof *sha1);
    memcpy(sha1->state, start, sizeof start);
}

void tri__sha1_add(tri__sha1 *sha1, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++) {
        sha1->block[sha1->length++ % 64] = at[i];
        if (sha1->length % 64 == 0) {
            sha1_block(sha1);
        }
    }
}

void tri__sha1_finish(tri__sha1 *sha1, unsigned char digest[20])
{
    static const unsigned char padding[64] = {0x80};
    unsigned char bits[8];
    for (int i = 0; i < 8; i++) {
        bits[i] = (unsigned char)(sha1->length * 8 >> (56 - 8 * i));
    }
    tri__sha1_add(sha1, padding, 64 - (sha1->length + 8) % 64);
    tri__sha1_add(sha1, bits, sizeof bits);
    for (int i = 0; i < 20; i++) {
        digest[i] = (unsigned char)(sha1->state[i / 4] >> (24 - 8 * (i % 4)));
    }
}
