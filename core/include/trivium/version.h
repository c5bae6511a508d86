/*
 * trivium/version.h - the version of the headers; tri_version() is that of the library. The file VERSION says
 * the same, which `make lint` checks.
 */
#ifndef TRIVIUM_VERSION_H
#define TRIVIUM_VERSION_H

#define TRI_VERSION "0.1.0"

#endif
