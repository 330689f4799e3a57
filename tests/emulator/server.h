/* SPDX-License-Identifier: GPL-3.0-or-later
 * The HTTP server around the emulated account.  */

#ifndef EMULATOR_SERVER_H
#define EMULATOR_SERVER_H

#include "tests/emulator/emulator.h"

struct server;

/* Listen on 127.0.0.1:PORT (0: any free one), one thread per connection,
 * with TLS if CERT and KEY (PEM) are not NULL.  */
gpg_error_t server_start (struct emulator *emu, unsigned int port,
                          const char *cert, const char *key,
                          struct server **r_server);

/* The port that it listens on.  */
unsigned int server_port (const struct server *server);

/* Close all connections and wait for their threads.  */
void server_stop (struct server *server);

#endif /* EMULATOR_SERVER_H */
