/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whole files: read with a size cap, replaced atomically.  */

#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/bytes.h"

/* Append the content of the file (or pipe) NAME to OUT.  TOO_LARGE above
 * MAX bytes; TIMEOUT: a pipe whose writer keeps silent; else the system's
 * error, ENOENT and EISDIR among them.  */
gpg_error_t file_read (const char *name, size_t max, struct bytes *out);

/* Write DATA beside NAME and rename it into place, mode 600, synced: after
 * a crash either the old or the new content is there.  */
gpg_error_t file_replace (const char *name, struct span data);

/* DIR "/" NAME, freshly allocated; NULL when out of memory.  */
char *file_join (const char *dir, const char *name);

#endif /* BASE_FILE_H */
