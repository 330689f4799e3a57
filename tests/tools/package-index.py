# SPDX-License-Identifier: GPL-3.0-or-later
"""A package index on 127.0.0.1 for one upload within a minute; its files go
to DIRECTORY.

usage: DIRECTORY; the port is written to DIRECTORY/port once it is ready
"""

import email
import http.server
import os
import sys


class Index(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers["Content-Type"].encode()
        upload = email.message_from_bytes(b"Content-Type: %s\r\n\r\n%s"
                                          % (kind, body))
        for part in upload.get_payload():
            if part.get_filename():
                name = os.path.basename(part.get_filename())
                with open(os.path.join(sys.argv[1], name), "wb") as output:
                    output.write(part.get_payload(decode=True))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


server = http.server.HTTPServer(("127.0.0.1", 0), Index)
with open(os.path.join(sys.argv[1], "port.new"), "w") as port:
    print(server.server_port, file=port)
os.rename(port.name, os.path.join(sys.argv[1], "port"))
server.timeout = 60
server.handle_request()
