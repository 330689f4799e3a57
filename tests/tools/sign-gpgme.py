# SPDX-License-Identifier: GPL-3.0-or-later
"""Make and judge FILE.asc with gpgme.

usage: detach FILE KEY | clear FILE KEY | default FILE | loopback FILE KEY
     | verify FILE | version
"""

import sys

import gpg

CLEAR = gpg.constants.sig.mode.CLEAR
DETACH = gpg.constants.sig.mode.DETACH


def sign(action, path, key=None):
    context = gpg.Context(armor=True)
    if key:
        context.signers = list(context.keylist(key, secret=True))
    if action == "loopback":
        context.pinentry_mode = gpg.constants.PINENTRY_MODE_LOOPBACK
        context.set_passphrase_cb(lambda *_: "nobody needs this")
    with open(path, "rb") as stream, open(path + ".asc", "wb") as output:
        signature, result = context.sign(
            stream.read(), mode=CLEAR if action == "clear" else DETACH
        )
        output.write(signature)
    print([each.fpr for each in result.signatures])


def verify(path):
    with open(path, "rb") as stream, open(path + ".asc", "rb") as signature:
        result = gpg.Context().verify(stream.read(), signature.read())[1]
    print([each.fpr for each in result.signatures])


def main(action, *words):
    if action == "version":
        print(gpg.version.versionstr)
    elif action == "verify":
        verify(*words)
    else:
        sign(action, *words)


try:
    main(*sys.argv[1:])
except gpg.errors.GpgError as reason:
    sys.exit("%s: %s" % (type(reason).__name__, reason))
