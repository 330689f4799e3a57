/* SPDX-License-Identifier: GPL-3.0-or-later
 * From options to objects: road, credentials, backends, cards.  */

#include "config.h"

#include "wiring.h"

#include "aws/providers.h"
#include "base/text.h"
#include "card/known-keys.h"
#include "keyline.h"
#include "kms/aws-kms.h"
#include "kms/file-kms.h"
#include "net/http.h"

#include <stdlib.h>
#include <string.h>

/* How often a request is tried in all (aws-facts: standard mode).  */
#define MAX_ATTEMPTS 3

/* Keys with the same answers to these share a backend, and those with the
 * same profile their credentials.  */
struct wired_backend
{
  struct wired_backend *next;
  enum key_scheme scheme;
  struct bytes region;
  struct bytes endpoint;
  struct bytes profile;
  struct creds_chain *creds; /* Owned by the first with that profile.  */
  bool owns_creds;
  struct kms_backend *backend;
};

/* Everything below the cards; owned by their set.  */
struct wiring
{
  struct http *http;
  struct known_keys *known;
  struct wired_backend *backends;
};

static void
wired_free (struct wired_backend *wired)
{
  kms_free (wired->backend);
  if (wired->owns_creds)
    creds_chain_free (wired->creds);
  bytes_drop (&wired->region);
  bytes_drop (&wired->endpoint);
  bytes_drop (&wired->profile);
  free (wired);
}

static void
wiring_free (void *owner)
{
  struct wiring *wiring = owner;
  struct wired_backend *wired;

  while ((wired = wiring->backends))
    {
      wiring->backends = wired->next;
      wired_free (wired);
    }
  known_keys_free (wiring->known);
  http_free (wiring->http);
  free (wiring);
}

/* ---- Credentials ----  */

/* An explicit profile is the one source; else the order of the Go SDK.  */
static struct creds_chain *
make_creds (const struct wiring *wiring, const struct wired_backend *wired)
{
  const char *profile = wired->profile.n ? bytes_text (&wired->profile) : NULL;
  const char *region = wired->region.n ? bytes_text (&wired->region) : NULL;
  struct creds_provider *providers[3];
  size_t n = 0;
  size_t i;

  if (!profile)
    {
      providers[n++] = creds_env_new ();
      providers[n++] = creds_web_identity_new (wiring->http, region);
    }
  providers[n++] = creds_profile_new (profile);
  for (i = 0; i < n; i++)
    if (!providers[i])
      {
        for (i = 0; i < n; i++)
          if (providers[i])
            providers[i]->free (providers[i]);
        return NULL;
      }
  return creds_chain_new (providers, n);
}

static bool
find_creds (const struct wiring *wiring, struct wired_backend *wired)
{
  const struct wired_backend *other;

  for (other = wiring->backends; other; other = other->next)
    if (other->creds
        && span_equal (bytes_span (&other->profile),
                       bytes_span (&wired->profile)))
      {
        wired->creds = other->creds;
        return true;
      }
  wired->creds = make_creds (wiring, wired);
  wired->owns_creds = true;
  return wired->creds;
}

/* ---- Backends ----  */

static const char *
text_or_null (const struct bytes *b)
{
  return b->n ? bytes_text (b) : NULL;
}

static bool
make_backend (const struct wiring *wiring, struct wired_backend *wired)
{
  struct aws_kms_settings settings = {
    .http = wiring->http,
    .region = text_or_null (&wired->region),
    .endpoint_url = text_or_null (&wired->endpoint),
    .profile = text_or_null (&wired->profile),
    .max_attempts = MAX_ATTEMPTS,
  };

  if (wired->scheme == SCHEME_FILE)
    wired->backend = file_kms_new ();
  else if (find_creds (wiring, wired))
    {
      settings.creds = wired->creds;
      wired->backend = aws_kms_new (&settings);
    }
  return wired->backend;
}

static bool
same_backend (const struct wired_backend *a, const struct wired_backend *b)
{
  return a->scheme == b->scheme
         && span_equal (bytes_span (&a->region), bytes_span (&b->region))
         && span_equal (bytes_span (&a->endpoint), bytes_span (&b->endpoint))
         && span_equal (bytes_span (&a->profile), bytes_span (&b->profile));
}

/* The first of three that says something.  */
static void
choose (struct bytes *out, const struct bytes *first,
        const struct bytes *second, const char *third)
{
  if (first && first->n)
    bytes_add_span (out, bytes_span (first));
  else if (second->n)
    bytes_add_span (out, bytes_span (second));
  else if (third)
    bytes_add_str (out, third);
}

static gpg_error_t
find_backend (struct wiring *wiring, const struct options *options,
              const struct key_line *line, struct kms_backend **r_backend)
{
  struct wired_backend *wired = calloc (1, sizeof *wired);
  const struct wired_backend *other;

  if (!wired)
    return gpg_error (GPG_ERR_ENOMEM);
  wired->scheme = line->scheme;
  if (line->scheme == SCHEME_AWS)
    {
      choose (&wired->region, &line->arn_region, &line->region,
              options->region);
      choose (&wired->endpoint, NULL, &line->endpoint, options->endpoint_url);
      choose (&wired->profile, NULL, &line->profile, options->profile);
    }
  for (other = wiring->backends; other; other = other->next)
    if (same_backend (other, wired))
      {
        wired_free (wired);
        *r_backend = other->backend;
        return 0;
      }
  wired->next = wiring->backends;
  wiring->backends = wired;
  if (!make_backend (wiring, wired))
    return gpg_error (GPG_ERR_ENOMEM);
  *r_backend = wired->backend;
  return 0;
}

/* ---- Cards ----  */

static gpg_error_t
add_key (struct call *call, const struct options *options,
         const struct key_option *key, struct wiring *wiring,
         struct card_set *set)
{
  struct key_config config = { .where = key->where };
  struct key_line line;
  gpg_error_t err;

  err = key_line_parse (call, key->text, &line);
  if (!err)
    err = find_backend (wiring, options, &line, &config.backend);
  if (!err)
    {
      config.uri = bytes_text (&line.uri);
      config.region = text_or_null (&line.region);
      config.key_id = bytes_text (&line.key_id);
      config.card = text_or_null (&line.card);
      config.slot = line.slot;
      config.use = line.use;
      config.hashes = line.hashes ? line.hashes : options->hashes;
      config.created = line.created;
      config.retired = line.retired;
      config.url = text_or_null (&line.url);
      config.fingerprint = line.fingerprint;
      err = card_set_add (set, call, &config);
    }
  if (gpg_err_code (err) == GPG_ERR_INV_VALUE)
    {
      struct bytes reason = { 0 };

      bytes_add_str (&reason, call_why (call, err));
      call_forget (call);
      err = because (call, GPG_ERR_CONFIGURATION, "%s: %s", key->where,
                     bytes_text (&reason));
      bytes_drop (&reason);
    }
  key_line_drop (&line);
  return err;
}

static gpg_error_t
add_cards (struct call *call, const struct options *options,
           struct wiring *wiring, struct card_set *set)
{
  const struct key_option *key;
  gpg_error_t err = 0;

  if (!options->keys)
    return because (call, GPG_ERR_CONFIGURATION,
                    "no 'key' line in " CONFIG_NAME " (of %.50s)",
                    options->homedir);
  for (key = options->keys; !err && key; key = key->next)
    err = add_key (call, options, key, wiring, set);
  return err;
}

gpg_error_t
wiring_build (struct call *call, const struct options *options, bool again,
              struct card_set **r_set)
{
  struct http_settings http = {
    .connect_timeout_ms = options->connect_timeout_ms,
    .request_timeout_ms = options->request_timeout_ms,
    .ca_bundle = options->ca_bundle,
    .user_agent = "kms-scdaemon/" PACKAGE_VERSION,
  };
  struct wiring *wiring = calloc (1, sizeof *wiring);
  struct card_set *set;
  gpg_error_t err;

  if (!wiring)
    return gpg_error (GPG_ERR_ENOMEM);
  err = known_keys_new (options->known_keys, SYSTEM_DIR "/" KNOWN_KEYS_NAME,
                        options->refuse_new_keys, &wiring->known);
  if (!err && again)
    err = known_keys_check (wiring->known, call);
  if (!err)
    {
      wiring->http = http_new (&http);
      if (!wiring->http)
        err = gpg_error (GPG_ERR_ENOMEM);
    }
  set = err ? NULL : card_set_new (wiring->known, wiring_free, wiring);
  if (!set)
    {
      wiring_free (wiring);
      return err ? err : gpg_error (GPG_ERR_ENOMEM);
    }
  err = add_cards (call, options, wiring, set);
  if (err)
    card_set_unref (set);
  else
    *r_set = set;
  return err;
}

struct card_set *
wiring_broken (gpg_error_t err, const char *reason)
{
  struct card_set *set = card_set_new (NULL, NULL, NULL);

  if (set && card_set_add_broken (set, err, reason))
    {
      card_set_unref (set);
      return NULL;
    }
  return set;
}
