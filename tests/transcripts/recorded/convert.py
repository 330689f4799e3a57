#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings raw recordings of gpg-agent and a prototype of its card daemon into
the form that tests/transcripts/replay.c plays.

usage: convert.py RAW-FILE... >gpg-VERSION.txt

A raw recording is named VERSION-FLOW.txt; its lines are "SECONDS CONNECTION
C: LINE" (the agent), "S: LINE" (the daemon) and "-- NOTE".  What differs from
run to run and from machine to machine is replaced by what it is, as README
says; conversations that are the same then are written once.
"""

import os
import re
import sys

RAW_LINE = re.compile(r"\s*[\d.]+ (\S+)\s+(C:|S:|--)(?: (.*))?$")
DIGEST_INFO = {
    "3021300906052B0E03021A0500041": "sha1",
    "3031300D06096086480165030402010": "sha256",
    "3041300D06096086480165030402020": "sha384",
    "3051300D06096086480165030402030": "sha512",
}
SHORT_TYPE = {"nistp256": "p256", "nistp384": "p384", "nistp521": "p521",
              "ed25519": "25519", "cv25519": "25519"}


def read_raw(name):
    """A list of (connection, kind, text)."""
    rows = []
    with open(name, encoding="utf-8") as raw:
        title = raw.readline()
        for line in raw:
            match = RAW_LINE.match(line.rstrip("\n"))
            if match:
                rows.append((match[1], match[2], match[3] or ""))
            elif not line.startswith("#"):
                sys.exit("%s: %r" % (name, line))
    return title, rows


def learn_grips(recordings):
    """Every key that the prototype had: grip -> (type, slot)."""
    grips = {}
    for _, rows in recordings.values():
        for _, _, text in rows:
            match = re.match(r"S KEYPAIRINFO (\w{40}) OPENPGP.([1-3]) \w+ \d+ "
                             r"(\w+)", text)
            if match:
                kind = SHORT_TYPE.get(match[3], match[3])
                grips[match[1]] = (kind, match[2])
    return grips


def listed_slots(rows):
    """The slots that were listed when all keys were: {type: {slot}}."""
    command = ""
    slots = {}
    for _, kind, text in rows:
        if kind == "C:":
            command = text
        match = re.match(r"S KEY(?:PAIR)?INFO (\w{40}) (?:T (\w{32}) )?"
                         r"OPENPGP.(\d)", text)
        if match and re.match("KEYINFO --list$|LEARN", command):
            slots.setdefault(match[1], (match[2], match[3]))
    return slots


class Stage:
    """Which keys the cards A and B had."""

    def __init__(self, name, title, rows, grips):
        self.grips = grips
        listed = listed_slots(rows)
        text = "\n".join(row[2] for row in rows)
        used = re.findall(r"^(?:PK|READKEY|KEYINFO).* (\w{40})$", text, re.M)
        kinds = {}
        self.fourth = None
        for grip, (_, slot) in listed.items():
            if slot == "4":
                self.fourth = grip
            else:
                kinds.setdefault(grips[grip][0], set()).add(slot)
        if not kinds:
            for grip in used:
                kinds.setdefault(grips[grip][0], set("123"))
        if not kinds:
            named = [k for k in SHORT_TYPE.values() if k in name.split("-")]
            kind = "rsa4096" if "rsa4096" in name else (named + ["p384"])[0]
            kinds[kind] = set("123")
        if "keys 1:p384a" in title and not listed:
            kinds = {"p384": {"1"}}
        if "two-cards" in name:
            kinds = {"rsa4096": set("123"), "p384": set("123")}
        if "gpg-card-list" in name:
            kinds = {"p384": set("123"), "rsa4096": set("123")}
        if self.fourth:
            kinds["p384"] = {"1"}
        self.kinds = list(kinds)
        self.slots = [kinds[kind] for kind in self.kinds]
        self.serials = self.find_serials(name, text)

    @staticmethod
    def find_serials(name, text):
        """Serial number -> A, B, or X for a card that was not there."""
        answered = re.findall(r"^S (?:SERIALNO|KEYINFO \w{40} T) (\w{16,32})\b",
                              text, re.M)
        asked = re.findall(r"^SERIALNO --demand=(\w{32})", text, re.M)
        serials = {}
        for serial in answered + asked:
            if serial not in serials:
                serials[serial] = "ABX"[len(serials)]
        if "serial-changed" in name or "missing-card" in name:
            serials = {s: "A" if s in answered else "X" for s in serials}
        if "two-cards" in name or "gpg-card-list" in name:
            serials = {s: "A" if "A1B2C3D4" in s else "B" for s in serials}
        return serials

    def name(self):
        parts = []
        for kind, slots in zip(self.kinds, self.slots):
            parts.append(kind + "-" + "".join(
                use for slot, use in zip("123", "sea") if slot in slots))
        return "+".join(parts)

    def grip(self, grip):
        grip = grip.upper()
        if grip == self.fourth:
            return "A4"
        kind, slot = self.grips[grip]
        for card, own, slots in zip("AB", self.kinds, self.slots):
            if own == kind and slot in slots:
                return card + slot
        return "X" + slot


def set_data(stage, text, use):
    """A SETDATA line, given the command that took the data."""
    match = re.match(r"SETDATA (--append )?(\w+)…?(?:   \[(\d+) bytes\])?$",
                     text)
    append, digits, count = match[1] or "", match[2], int(match[3])
    if use.startswith("PKDECRYPT"):
        half = ":rest" if append else ":start" if count == 476 else ""
        return "SETDATA %s{point %s%s}" % (append, stage.grip(use.split()[1]),
                                           half)
    for prefix, name in DIGEST_INFO.items():
        if digits.startswith(prefix):
            rest = count - (15 if name == "sha1" else 19)
            return "SETDATA {%s:%d}" % (name, rest)
    return "SETDATA {bytes:%d}" % count


def client_line(stage, text, use):
    if text.startswith("SETDATA"):
        return set_data(stage, text, use)
    match = re.match(r"READKEY -- <\d+ raw bytes: (\w+)", text)
    if match:
        whole = [g for g in stage.grips if g.startswith(match[1].upper())]
        return "READKEY -- {raw %s}" % stage.grip(whole[0])
    text = re.sub(r"--timestamp=\w+", "--timestamp=20231114T221320", text)
    return common(stage, text)


def common(stage, text):
    text = re.sub(r"\b([0-9A-F]{40})\b",
                  lambda m: "{%s}" % stage.grip(m[1])
                  if m[1] in stage.grips else "{fpr}", text)
    return re.sub(r"\b([0-9A-F]{32}|FF7F00AABBCC0102)\b",
                  lambda m: "{%s}" % stage.serials[m[1]], text)


def server_line(stage, text, command):
    text = re.sub(r"^OK .*", "OK", text)
    text = re.sub(r"^(ERR \d+) .*", r"\1", text)
    text = re.sub(r"^D \$GNUPGHOME/.*", "D {socket}", text)
    text = re.sub(r"^D [\d.]+$", "D {version}", text)
    text = re.sub(r"^D <binary (\d+) bytes.*", r"D {\1 bytes}", text)
    match = re.match(r"D <canonical-sexp \d+ bytes: (.*)>$", text)
    if match:
        text = re.sub(r"#\w+…\[(\d+) bytes\]#", r"{\1 bytes}", match[1])
        return "D " + text.replace("#010001#", "{3 bytes}")
    if text.startswith("S $DISPSERIALNO "):
        serial = text.split()[2]
        card = [c for s, c in stage.serials.items() if serial in s]
        return "S $DISPSERIALNO {%s}" % (card or ["A"])[0]
    text = re.sub(r"^S (READER|LOGIN-DATA|DISP-NAME|EXTCAP) .*",
                  r"S \1 {text}", text)
    text = re.sub(r"^S (MANUFACTURER|SIG-COUNTER) \d+", r"S \1 {number}", text)
    text = re.sub(r"\b1700000000\b", "{time}", text)
    return common(stage, text)


def convert(stage, rows):
    out = []
    pending = {}
    command = {}
    for at, (conn, kind, text) in enumerate(rows):
        number = conn.lstrip("c")
        if kind == "--":
            if text.startswith("start "):
                out.append("start")
            elif text == "disconnected":
                out.append(number + " close")
            elif text == "connected" and number != "1":
                out.append(number + " open")
        elif kind == "C:":
            out += pending.pop(conn, [])
            use = next((t for c, k, t in rows[at + 1:]
                        if c == conn and k == "C:" and t.startswith("PK")), "")
            command[conn] = text
            out.append("%s C: %s" % (number, client_line(stage, text, use)))
        elif conn in command:
            line = server_line(stage, text, command[conn])
            pending.setdefault(conn, []).append(number + " S: " + line)
            if re.match("OK|ERR", line):
                out += pending.pop(conn)
        elif not text.startswith("OK"):
            sys.exit("a line before the first command: " + text)
        if kind == "--" and text.startswith("start "):
            command.clear()
            pending.clear()
    return out


def main():
    recordings = {}
    for raw in sys.argv[1:]:
        name = os.path.basename(raw)[:-len(".txt")]
        recordings[name] = read_raw(raw)
    grips = learn_grips(recordings)
    version = next(iter(recordings)).split("-")[0]
    known = {}
    for name, (title, rows) in sorted(recordings.items()):
        stage = Stage(name, title, rows, grips)
        text = "\n".join(["on " + stage.name()] + convert(stage, rows))
        known.setdefault(text, []).append(name)
    print("# SPDX-License-Identifier: GPL-3.0-or-later")
    print("# What gpg-agent %s said to a prototype: made by convert.py."
          % version)
    for text, names in known.items():
        print()
        for name in names:
            print("= " + name)
        print(text)


main()
