/* SPDX-License-Identifier: GPL-3.0-or-later
 * Lines of the pin file, good and damaged.  */

#ifndef TESTS_KNOWN_KEYS_LINES_H
#define TESTS_KNOWN_KEYS_LINES_H

#define URI "awskms:///alias/release"
#define ARN "arn:aws:kms:eu-west-1:111122223333:key/1"
#define FPR "0123456789ABCDEF0123456789abcdef01234567"
#define REST                                                                  \
  " id=" ARN " spec=RSA_2048 usage=sign created=1700000000 spki=AQIDBA=="
#define ID " id=" ARN
#define SPEC " spec=RSA_2048"
#define USAGE " usage=sign"
#define CREATED " created=1700000000"
#define SPKI " spki=AQIDBA=="

/* What the daemon writes at the top.  */
#define HEAD                                                                  \
  "# Keys that kms-scdaemon has seen.  A key that changes is refused;\n"      \
  "# delete its line to accept the new one.\n"

/* clang-format off */
/* Blanks, orders and words that other versions may write.  */
static const char *const good_lines[] = {
  "key " URI REST,
  "key " URI REST "\n",
  "key " URI REST "\r\n",
  "  \t key \t " URI " \t" REST " \t \n",
  "key " URI " new=word spki-sha=x flag" REST " =\n",
  "key " URI " spki=AQIDBA== created=2023-11-14T22:13:20Z usage=sign"
  " spec=RSA_2048 id=" ARN "\n",
  "keys " URI " id=x\nkey\nkey \nhost key " URI "\n# key " URI "\n"
  "key " URI REST "\n",
  "key " URI REST "\nkey " URI " id=other spec=RSA_4096 usage=sign created=1"
  " spki=AAAA\n",
  "key " URI " region=x id=other spec=RSA_4096 usage=sign created=1"
  " spki=AAAA\nkey " URI REST "\n",
};

/* Ours, but something is missing or not what it should be.  */
static const char *const damaged_lines[] = {
  "key " URI,
  "key " URI SPEC USAGE CREATED SPKI,
  "key " URI ID USAGE CREATED SPKI,
  "key " URI ID SPEC CREATED SPKI,
  "key " URI ID SPEC USAGE SPKI,
  "key " URI ID SPEC USAGE CREATED,
  "key " URI ID SPEC USAGE CREATED " spki=",
  "key " URI ID SPEC USAGE CREATED " spki=AQID*A==",
  "key " URI ID SPEC USAGE CREATED " spki=AQIDBA",
  "key " URI ID SPEC USAGE SPKI " created=yesterday",
  "key " URI ID SPEC USAGE SPKI " created=0",
  "key " URI ID SPEC USAGE SPKI " created=-5",
  "key " URI ID SPEC USAGE SPKI " created=4294967296",
  "key " URI ID SPEC USAGE SPKI " created=99999999999999999999",
  "key " URI REST " fpr=0123456789ABCDEF0123456789abcdef0123456",
  "key " URI REST " fpr=0123456789ABCDEF0123456789abcdef012345678",
  "key " URI REST " fpr=0123456789ABCDEF0123456789abcdef0123456g",
  "key " URI ID SPEC USAGE CREATED " spki=AQIDBA==X",
};
/* clang-format on */

#endif /* TESTS_KNOWN_KEYS_LINES_H */
