/* SPDX-License-Identifier: GPL-3.0-or-later
 * What all sessions share: the cards, who is here, the advisory lock, and
 * the sign that it is time to go.  */

#ifndef ASSUAN_HALL_H
#define ASSUAN_HALL_H

#include "assuan/server.h"

struct card_set;
struct hall;

/* SETTINGS are copied.  */
gpg_error_t hall_new (const struct server_settings *settings,
                      struct hall **r_hall);

/* Only when nobody is here.  */
void hall_free (struct hall *hall);

const struct server_settings *hall_settings (const struct hall *hall);

/* ---- Who is here ----  */

/* A session begins; its number is the result.  At its end it must not touch
 * the hall any more; the server is woken to look.  */
unsigned int hall_session_begins (struct hall *hall, bool on_pipe);
void hall_session_ends (struct hall *hall, unsigned int session_no,
                        bool on_pipe);

unsigned int hall_sessions (struct hall *hall);
unsigned int hall_socket_sessions (struct hall *hall);

/* Has the pipe's session come and gone?  */
bool hall_pipe_is_over (struct hall *hall);

/* The socket's path; "" while there is none.  Set before the first
 * session.  */
void hall_set_socket_name (struct hall *hall, const char *name);
const char *hall_socket_name (const struct hall *hall);

/* ---- The end ----  */

/* From now on all who wait in hall_stop_fd's poll wake up.  */
void hall_stop (struct hall *hall);
bool hall_is_stopping (struct hall *hall);

/* A descriptor that becomes readable at hall_stop and stays so.  */
int hall_stop_fd (const struct hall *hall);

/* Is there no pipe to wait for, or another program where ours was?  Then
 * KILLSCD means what it says.  */
bool hall_is_outdated (const struct hall *hall);

/* ---- The cards ----  */

/* The present set, with a reference for the caller.  */
struct card_set *hall_cards (struct hall *hall);

/* Put a newly read set in the place of the present one, which lives on as
 * long as some command uses it, and tell gpg-agent.  */
void hall_reload (struct hall *hall);

/* The signal that gpg-agent wants when the cards change; 0 for none.  */
void hall_set_event_signal (struct hall *hall, int signo);

/* ---- LOCK and UNLOCK ----  */

/* False: another session has it.  */
bool hall_lock (struct hall *hall, unsigned int session_no);

/* False: this session does not have it.  */
bool hall_unlock (struct hall *hall, unsigned int session_no);

#endif /* ASSUAN_HALL_H */
