/* SPDX-License-Identifier: GPL-3.0-or-later
 * HTTP: one request, one reply, on a warm handle from the pool.  */

#include "config.h"

#include "net/http.h"

#include "base/log.h"
#include "base/text.h"
#include "net/pool.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_HEADER_BYTES 16384

struct http
{
  struct http_settings settings; /* Its strings are ours.  */
  struct pool *pool;
};

/* One exchange under way.  */
struct exchange
{
  const struct http_request *request;
  struct http_reply *reply;
  const struct origin *origin;
  bool loopback;
  struct curl_slist *headers;
  bool too_large;
  bool no_memory;
};

/* clang-format off */
static const struct failure
{
  CURLcode rc;
  gpg_err_code_t code;
  const char *why; /* NULL: libcurl's words.  */
} failures[] = {
  { CURLE_OPERATION_TIMEDOUT,     GPG_ERR_TIMEOUT,      "no answer in time" },
  { CURLE_COULDNT_RESOLVE_HOST,   GPG_ERR_UNKNOWN_HOST, "no such host" },
  { CURLE_COULDNT_RESOLVE_PROXY,  GPG_ERR_UNKNOWN_HOST,
    "the name of its proxy does not resolve" },
  { CURLE_COULDNT_CONNECT,        GPG_ERR_NETWORK,      "cannot connect" },
  { CURLE_GOT_NOTHING,            GPG_ERR_NETWORK,      "closed unanswered" },
  { CURLE_PARTIAL_FILE,           GPG_ERR_NETWORK, "the answer ended early" },
  { CURLE_SEND_ERROR,             GPG_ERR_NETWORK, "the connection broke" },
  { CURLE_RECV_ERROR,             GPG_ERR_NETWORK, "the connection broke" },
  { CURLE_UNSUPPORTED_PROTOCOL,   GPG_ERR_NETWORK, "not an HTTP answer" },
  { CURLE_WEIRD_SERVER_REPLY,     GPG_ERR_NETWORK, "not an HTTP answer" },
  { CURLE_PEER_FAILED_VERIFICATION, GPG_ERR_BAD_CERT,
    "its certificate is not trusted" },
  { CURLE_SSL_CONNECT_ERROR,      GPG_ERR_BAD_CERT, "TLS handshake failed" },
  { CURLE_SSL_CACERT_BADFILE,     GPG_ERR_BAD_CERT,
    "no CA certificates can be read to check it with" },
  { CURLE_FILESIZE_EXCEEDED,      GPG_ERR_TOO_LARGE, "answer too long" },
  { CURLE_URL_MALFORMAT,          GPG_ERR_INV_VALUE, "not a URL" },
  { CURLE_OUT_OF_MEMORY,          GPG_ERR_ENOMEM,    NULL },
};
/* clang-format on */

gpg_error_t
http_global_init (void)
{
  return curl_global_init (CURL_GLOBAL_DEFAULT)
           ? gpg_error (GPG_ERR_CONFIGURATION)
           : 0;
}

/* A copy of S, NULL staying NULL; false when out of memory.  */
static bool
copy_text (const char *s, const char **r_copy)
{
  *r_copy = s ? text_copy (s, strlen (s)) : NULL;
  return !s || *r_copy;
}

struct http *
http_new (const struct http_settings *settings)
{
  struct http *http = calloc (1, sizeof *http);

  if (!http)
    return NULL;
  http->settings.connect_timeout_ms = settings->connect_timeout_ms;
  http->settings.request_timeout_ms = settings->request_timeout_ms;
  http->pool = pool_new ();
  if (http->pool && copy_text (settings->ca_bundle, &http->settings.ca_bundle)
      && copy_text (settings->user_agent, &http->settings.user_agent))
    return http;
  http_free (http);
  return NULL;
}

void
http_free (struct http *http)
{
  if (!http)
    return;
  pool_free (http->pool);
  free ((char *)http->settings.ca_bundle);
  free ((char *)http->settings.user_agent);
  free (http);
}

bool
http_host_is_loopback (const char *host)
{
  static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
  size_t n = strlen (host);
  char bare[INET6_ADDRSTRLEN];
  struct in_addr v4;
  struct in6_addr v6;

  if (!strcasecmp (host, "localhost"))
    return true;
  if (inet_pton (AF_INET, host, &v4) == 1)
    return ntohl (v4.s_addr) >> 24 == 127;
  if (n > 2 && host[0] == '[' && host[n - 1] == ']')
    {
      host++;
      n -= 2;
    }
  if (n >= sizeof bare)
    return false;
  memcpy (bare, host, n);
  bare[n] = 0;
  return inet_pton (AF_INET6, bare, &v6) == 1
         && !memcmp (&v6, &loopback, sizeof v6);
}

/* The line may carry a token: wipe libcurl's copy, too.  */
static void
headers_free (struct curl_slist *list)
{
  struct curl_slist *at;

  for (at = list; at; at = at->next)
    explicit_bzero (at->data, strlen (at->data));
  curl_slist_free_all (list);
}

static bool
has_control (const char *s)
{
  for (; *s; s++)
    if ((unsigned char)*s < 0x20 || *s == 0x7f)
      return true;
  return false;
}

static gpg_error_t
headers_build (struct call *call, const struct http_request *request,
               struct curl_slist **r_list)
{
  struct bytes line = BYTES_SECRET;
  struct curl_slist *list = NULL;
  struct curl_slist *longer;
  gpg_error_t err = 0;
  size_t i;

  for (i = 0; !err && i < request->n_headers; i++)
    {
      const struct http_header *header = &request->headers[i];

      if (has_control (header->value))
        {
          err = because (call, GPG_ERR_INV_VALUE,
                         "header %s: a line break or control character",
                         header->name);
          break;
        }
      bytes_clear (&line);
      bytes_add_fmt (&line, "%s: %s", header->name, header->value);
      longer = bytes_error (&line)
                 ? NULL
                 : curl_slist_append (list, bytes_text (&line));
      if (longer)
        list = longer;
      else
        err = gpg_error (GPG_ERR_ENOMEM);
    }
  bytes_drop (&line);
  if (err)
    headers_free (list);
  else
    *r_list = list;
  return err;
}

static size_t
on_body (char *p, size_t size, size_t n, void *cookie)
{
  struct exchange *x = cookie;
  struct bytes *body = &x->reply->body;

  n *= size;
  x->too_large = body->n + n > HTTP_MAX_REPLY;
  if (x->too_large)
    return 0;
  bytes_add (body, p, n);
  x->no_memory = body->failed;
  return body->failed ? 0 : n;
}

/* Blanks and the line's end.  */
static bool
is_blank (unsigned char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* "Name:  value \r\n" as "name: value\n".  The empty line and a folded
 * value are left out; one with a colon in it keeps its first blank, which
 * no name begins with.  */
static void
add_header_line (struct bytes *headers, struct span line)
{
  const unsigned char *colon = memchr (line.p, ':', line.n);
  struct span value;
  size_t i;

  if (!colon)
    return;
  value = span_of (colon + 1, line.n - (size_t)(colon + 1 - line.p));
  while (value.n && is_blank (value.p[value.n - 1]))
    value.n--;
  while (value.n && is_blank (value.p[0]))
    value = span_of (value.p + 1, value.n - 1);
  for (i = 0; line.p + i < colon; i++)
    {
      unsigned char c = line.p[i];

      bytes_add_byte (headers, c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
  bytes_add_str (headers, ": ");
  bytes_add_span (headers, value);
  bytes_add_byte (headers, '\n');
}

/* One line at a time.  An interim answer (100) starts anew.  */
static size_t
on_header (char *p, size_t size, size_t n, void *cookie)
{
  struct exchange *x = cookie;
  struct bytes *headers = &x->reply->headers;

  n *= size;
  x->too_large = headers->n + n > MAX_HEADER_BYTES;
  if (x->too_large)
    return 0;
  if (n >= 5 && !memcmp (p, "HTTP/", 5))
    bytes_clear (headers);
  else
    add_header_line (headers, span_of (p, n));
  x->no_memory = headers->failed;
  return headers->failed ? 0 : n;
}

/* clang-format off */
static const struct { CURLoption option; long value; } fixed_options[] = {
  { CURLOPT_SSLVERSION,               CURL_SSLVERSION_TLSv1_2 }, /* Or up.  */
  { CURLOPT_SSL_VERIFYPEER,           1 },
  { CURLOPT_SSL_VERIFYHOST,           2 },
  { CURLOPT_FOLLOWLOCATION,           0 },
  { CURLOPT_HTTP_VERSION,             CURL_HTTP_VERSION_1_1 },
  { CURLOPT_NOSIGNAL,                 1 },
  { CURLOPT_MAXFILESIZE,              HTTP_MAX_REPLY },
  /* A proxy's headers are none of the answer's.  */
  { CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
#if LIBCURL_VERSION_NUM >= 0x075700
  /* Never wait beyond the deadline for a name server that is stuck.  */
  { CURLOPT_QUICK_EXIT,               1 },
#endif
};
/* clang-format on */

/* The setters below give 0, or the errors of all options or'ed.  */
static int
set_rules (CURL *curl, const struct http *http, bool loopback)
{
  int bad = 0;
  size_t i;

  for (i = 0; i < DIM (fixed_options); i++)
    bad |= (int)curl_easy_setopt (curl, fixed_options[i].option,
                                  fixed_options[i].value);
  bad |= (int)curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR,
                                loopback ? "https,http" : "https");
  if (loopback)
    bad |= (int)curl_easy_setopt (curl, CURLOPT_NOPROXY, "*");
  if (http->settings.ca_bundle)
    {
      bad |= (int)curl_easy_setopt (curl, CURLOPT_CAINFO,
                                    http->settings.ca_bundle);
      /* Else the system's directory is trusted as well.  */
      bad |= (int)curl_easy_setopt (curl, CURLOPT_CAPATH, NULL);
    }
  bad |= (int)curl_easy_setopt (curl, CURLOPT_USERAGENT,
                                http->settings.user_agent);
  return bad;
}

static int
set_request (CURL *curl, struct exchange *x)
{
  struct span body = x->request->body;
  int bad = 0;

  bad |= (int)curl_easy_setopt (curl, CURLOPT_URL, x->request->url);
  bad |= (int)curl_easy_setopt (curl, CURLOPT_HTTPHEADER, x->headers);
  bad |= (int)curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, on_body);
  bad |= (int)curl_easy_setopt (curl, CURLOPT_WRITEDATA, x);
  bad |= (int)curl_easy_setopt (curl, CURLOPT_HEADERFUNCTION, on_header);
  bad |= (int)curl_easy_setopt (curl, CURLOPT_HEADERDATA, x);
  if (!strcmp (x->request->method, "GET"))
    return bad;
  bad |= (int)curl_easy_setopt (curl, CURLOPT_POST, 1L);
  bad
    |= (int)curl_easy_setopt (curl, CURLOPT_CUSTOMREQUEST, x->request->method);
  bad |= (int)curl_easy_setopt (curl, CURLOPT_POSTFIELDS,
                                body.n ? (const char *)body.p : "");
  bad |= (int)curl_easy_setopt (curl, CURLOPT_POSTFIELDSIZE, (long)body.n);
  return bad;
}

/* Both limits in ms, neither beyond the call's deadline.  */
static int
set_timeouts (CURL *curl, const struct http *http, unsigned int remaining)
{
  long connect = http->settings.connect_timeout_ms;
  long whole = http->settings.request_timeout_ms;
  int bad = 0;

  if (connect > remaining)
    connect = remaining;
  if (whole > remaining)
    whole = remaining;
  bad |= (int)curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT_MS, connect);
  bad |= (int)curl_easy_setopt (curl, CURLOPT_TIMEOUT_MS, whole);
  return bad;
}

/* The transfer failed with RC: set the reply's marks and say why.  */
static gpg_error_t
explain (struct call *call, CURL *curl, CURLcode rc, const struct exchange *x)
{
  const char *why = NULL;
  gpg_err_code_t code = GPG_ERR_NETWORK;
  long sent = 0;
  size_t i;

  curl_easy_getinfo (curl, CURLINFO_REQUEST_SIZE, &sent);
  x->reply->sent = sent > 0;
  x->reply->timed_out = rc == CURLE_OPERATION_TIMEDOUT;
  if (x->no_memory)
    rc = CURLE_OUT_OF_MEMORY;
  else if (x->too_large)
    rc = CURLE_FILESIZE_EXCEEDED;
  for (i = 0; i < DIM (failures); i++)
    if (failures[i].rc == rc)
      {
        code = failures[i].code;
        why = failures[i].why;
        break;
      }
  return because (call, code, "%s: %s", x->origin->host,
                  why ? why : curl_easy_strerror (rc));
}

static gpg_error_t
perform (struct http *http, struct call *call, CURL *curl, struct exchange *x)
{
  int64_t start = call_mono_ms (call);
  unsigned int remaining = call_remaining_ms (call);
  gpg_error_t err = 0;
  CURLcode rc;
  long status = 0;
  long connects = 0;
  int bad;

  if (!remaining)
    {
      x->reply->timed_out = true;
      return because (call, GPG_ERR_TIMEOUT, "%s: no time left to ask it",
                      x->origin->host);
    }
  bad = set_rules (curl, http, x->loopback) | set_request (curl, x)
        | set_timeouts (curl, http, remaining);
  if (bad)
    return bad == CURLE_OUT_OF_MEMORY
             ? gpg_error (GPG_ERR_ENOMEM)
             : because (call, GPG_ERR_INTERNAL, "libcurl refuses an option");
  rc = curl_easy_perform (curl);
  if (rc)
    err = explain (call, curl, rc, x);
  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo (curl, CURLINFO_NUM_CONNECTS, &connects);
  x->reply->status = (int)status;
  log_trace (call, LOG_HTTP,
             "%s %s: %s, status %ld, %ld ms, %ld new connections",
             x->request->method, x->origin->host, curl_easy_strerror (rc),
             status, (long)(call_mono_ms (call) - start), connects);
  return err;
}

/* Plain http leaves the machine for nobody.  */
static gpg_error_t
check_origin (struct call *call, const struct origin *origin, bool *r_loopback)
{
  *r_loopback = http_host_is_loopback (origin->host);
  if (!origin->https && !*r_loopback)
    return because (call, GPG_ERR_FORBIDDEN,
                    "%s: plain http is only for this machine, use https",
                    origin->host);
  return 0;
}

gpg_error_t
http_send (struct http *http, struct call *call,
           const struct http_request *request, struct http_reply *r_reply)
{
  struct origin origin = { 0 };
  struct exchange x = { .request = request, .reply = r_reply };
  struct warm *warm = NULL;
  gpg_error_t err;

  memset (r_reply, 0, sizeof *r_reply);
  r_reply->body.secret = request->secret_reply;
  x.origin = &origin;
  err = origin_parse (request->url, &origin);
  if (gpg_err_code (err) == GPG_ERR_INV_VALUE)
    because_err (call, err, "the endpoint is not an http or https URL");
  if (err)
    goto leave;
  err = check_origin (call, &origin, &x.loopback);
  if (err)
    goto leave;
  err = headers_build (call, request, &x.headers);
  if (err)
    goto leave;
  warm = pool_take (http->pool, &origin, call_mono_ms (call));
  if (!warm)
    {
      err = gpg_error (GPG_ERR_ENOMEM);
      goto leave;
    }
  err = perform (http, call, warm->curl, &x);
  pool_give (http->pool, warm, call_mono_ms (call), !err);

leave:
  headers_free (x.headers);
  origin_drop (&origin);
  return err;
}

void
http_reply_drop (struct http_reply *reply)
{
  bytes_drop (&reply->body);
  bytes_drop (&reply->headers);
  memset (reply, 0, sizeof *reply);
}

bool
http_add_header (struct http_request *request, const char *name,
                 const char *value)
{
  if (request->n_headers == HTTP_MAX_HEADERS)
    return false;
  request->headers[request->n_headers].name = name;
  request->headers[request->n_headers].value = value;
  request->n_headers++;
  return true;
}

struct span
http_reply_header (const struct http_reply *reply, const char *name)
{
  size_t n = strlen (name);
  const char *line = bytes_text (&reply->headers);
  const char *end;

  for (; (end = strchr (line, '\n')); line = end + 1)
    if (!strncmp (line, name, n) && line[n] == ':')
      return span_of (line + n + 2, (size_t)(end - line) - n - 2);
  return span_of (NULL, 0);
}
