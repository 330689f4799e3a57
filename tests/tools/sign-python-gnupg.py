# SPDX-License-Identifier: GPL-3.0-or-later
"""Make and judge FILE.asc with python-gnupg.

usage: detach FILE KEY | clear FILE KEY | default FILE | loopback FILE KEY
     | verify FILE | version
"""

import sys

import gnupg


def sign(action, path, key=None):
    how = {"detach": action != "clear", "keyid": key}
    if action == "loopback":
        how["passphrase"] = "nobody needs this"
    with open(path, "rb") as stream:
        result = gnupg.GPG().sign_file(stream, output=path + ".asc", **how)
    print(result.status, result.fingerprint, result.stderr)
    # Old versions do not tell gpg's exit status.
    return result.fingerprint and not getattr(result, "returncode", 0)


def verify(path):
    with open(path + ".asc", "rb") as stream:
        result = gnupg.GPG().verify_file(stream, path)
    print(result.status, result.fingerprint, result.stderr)
    return result.valid


def main(action, *words):
    if action == "version":
        print(gnupg.__version__)
        return 0
    good = verify(*words) if action == "verify" else sign(action, *words)
    return 0 if good else 1


sys.exit(main(*sys.argv[1:]))
