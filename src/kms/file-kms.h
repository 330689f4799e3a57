/* SPDX-License-Identifier: GPL-3.0-or-later
 * A PEM key on disk as a backend: PKCS#8 RSA, NIST EC or Ed25519.  */

#ifndef KMS_FILE_KMS_H
#define KMS_FILE_KMS_H

#include "kms/kms.h"

/* The key id is the file's absolute path.  NULL when out of memory.  */
struct kms_backend *file_kms_new (void);

#endif /* KMS_FILE_KMS_H */
