/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where a service is: region, host name, overrides.  */

#include "config.h"

#include "aws/endpoint.h"

#include "aws/environment.h"
#include "aws/profile.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

#define MAX_LABEL 63
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* A region belongs to the partition whose prefix it has, followed by a
 * word, a hyphen and a number.  */
/* clang-format off */
static const struct partition
{
  const char *prefix;
  const char *suffix;
} partitions[] = {
  { "cn-",      "amazonaws.com.cn" },
  { "eusc-de-", "amazonaws.eu" },
  { "us-gov-",  "amazonaws.com" },
  { "us-iso-",  "c2s.ic.gov" },
  { "us-isob-", "sc2s.sgov.gov" },
  { "eu-isoe-", "cloud.adc-e.uk" },
  { "us-isof-", "csp.hci.ic.gov" },
  /* aws, and every region that is newer than this table.  */
  { "",         "amazonaws.com" },
};

static const struct service
{
  const char *name;
  const char *variable; /* Its own override in the environment.  */
} services[] = {
  { "kms", "AWS_ENDPOINT_URL_KMS" },
  { "sts", "AWS_ENDPOINT_URL_STS" },
  { "",    "AWS_ENDPOINT_URL" }, /* Any other.  */
};
/* clang-format on */

/* An override and, for messages, where it stands.  */
struct source
{
  const char *url;
  const char *name;
};

static bool
is_true (const char *s)
{
  return s && !strcasecmp (s, "true");
}

/* A region's name ends up in a host's name: nothing but a label's
 * characters may pass.  */
static bool
is_region (const char *s)
{
  size_t n = strspn (s, LETTERS DIGITS "-");

  return n && n <= MAX_LABEL && !s[n] && s[0] != '-' && s[n - 1] != '-';
}

static bool
in_partition (const struct partition *partition, const char *region)
{
  size_t n;

  if (!*partition->prefix)
    return true;
  if (!text_starts (region, partition->prefix))
    return false;
  region += strlen (partition->prefix);
  n = strcspn (region, "-");
  if (!n || !region[n])
    return false;
  region += n + 1;
  return *region && !region[strspn (region, DIGITS)];
}

static const char *
suffix_of (const char *region)
{
  size_t i = 0;

  while (!in_partition (&partitions[i], region))
    i++;
  return partitions[i].suffix;
}

/* The variable that overrides SERVICE alone.  */
static const char *
variable_of (const char *service)
{
  size_t i = 0;

  while (*services[i].name && strcmp (services[i].name, service))
    i++;
  return services[i].variable;
}

/* The override that counts; its url is NULL when there is none.  */
static struct source
find_override (const char *service, const char *own,
               const struct aws_profile *profile)
{
  const char *variable = variable_of (service);
  const struct source candidates[] = {
    { own, "endpoint-url" },
    { aws_env (variable), variable },
    { aws_env ("AWS_ENDPOINT_URL"), "AWS_ENDPOINT_URL" },
    { aws_profile_get (profile, "endpoint_url"),
      "the profile's endpoint_url" },
  };
  const char *ignore = aws_env ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
  size_t n = DIM (candidates);
  size_t i;

  if (!ignore)
    ignore = aws_profile_get (profile, "ignore_configured_endpoint_urls");
  if (is_true (ignore))
    n = 1;
  for (i = 0; i < n; i++)
    if (!text_is_blank (candidates[i].url))
      return candidates[i];
  return (struct source){ NULL, NULL };
}

/* "host", "host:port" or "[address]:port" at S: how long it is, and how
 * long without a port that is DEFAULT_PORT; false when it is none.  */
static bool
measure_host (const char *s, const char *default_port, size_t *r_all,
              size_t *r_sent)
{
  char port[6] = "";
  unsigned long number;
  size_t host, digits;

  if (*s == '[')
    {
      host = 1 + strspn (s + 1, DIGITS "abcdefABCDEF:.");
      if (host == 1 || s[host++] != ']')
        return false;
    }
  else
    host = strspn (s, LETTERS DIGITS "._-");
  *r_all = *r_sent = host;
  if (!host || s[host] != ':')
    return host;
  digits = strspn (s + host + 1, DIGITS);
  if (digits >= sizeof port)
    return false;
  memcpy (port, s + host + 1, digits);
  *r_all = host + 1 + digits;
  if (strcmp (port, default_port))
    *r_sent = *r_all;
  return !text_unsigned (port, 1, 65535, &number);
}

/* Take the URL of an override apart: no user, query or fragment, and a
 * path that is sent as it stands.  */
static bool
parse_url (const char *url, struct endpoint *r_endpoint)
{
  bool tls = !strncasecmp (url, "https://", 8);
  const char *host = url + (tls ? 8 : 7);
  const char *path;
  size_t all, sent;

  if (!tls && strncasecmp (url, "http://", 7))
    return false;
  if (!measure_host (host, tls ? "443" : "80", &all, &sent))
    return false;
  path = host + all;
  if (*path && (*path != '/' || path[strspn (path, LETTERS DIGITS "/._~-")]))
    return false;
  bytes_add (&r_endpoint->host, host, sent);
  bytes_add_str (&r_endpoint->path, *path ? path : "/");
  bytes_add_str (&r_endpoint->url, tls ? "https://" : "http://");
  bytes_add_span (&r_endpoint->url, bytes_span (&r_endpoint->host));
  bytes_add_span (&r_endpoint->url, bytes_span (&r_endpoint->path));
  return true;
}

gpg_error_t
endpoint_resolve (struct call *call, const char *service, const char *region,
                  const char *override_url, const struct aws_profile *profile,
                  struct endpoint *r_endpoint)
{
  struct source source = find_override (service, override_url, profile);

  memset (r_endpoint, 0, sizeof *r_endpoint);
  if (!is_region (region))
    return because (call, GPG_ERR_CONFIGURATION, "'%s' is not an AWS region",
                    region);
  bytes_add_str (&r_endpoint->region, region);
  if (!source.url)
    {
      bytes_add_fmt (&r_endpoint->host, "%s.%s.%s", service, region,
                     suffix_of (region));
      bytes_add_str (&r_endpoint->path, "/");
      bytes_add_fmt (&r_endpoint->url, "https://%s/",
                     bytes_text (&r_endpoint->host));
    }
  else if (!parse_url (source.url, r_endpoint))
    return because (call, GPG_ERR_CONFIGURATION,
                    "%s is not a plain http or https URL", source.name);
  if (r_endpoint->url.failed || r_endpoint->host.failed
      || r_endpoint->path.failed || r_endpoint->region.failed)
    return gpg_error (GPG_ERR_ENOMEM);
  return 0;
}

void
endpoint_drop (struct endpoint *endpoint)
{
  bytes_drop (&endpoint->url);
  bytes_drop (&endpoint->host);
  bytes_drop (&endpoint->path);
  bytes_drop (&endpoint->region);
}

gpg_error_t
endpoint_region (struct call *call, const char *configured,
                 const struct aws_profile *profile, struct bytes *r_region)
{
  const char *const candidates[]
    = { configured, aws_env ("AWS_REGION"), aws_env ("AWS_DEFAULT_REGION"),
        aws_profile_get (profile, "region") };
  size_t i;

  for (i = 0; i < DIM (candidates); i++)
    if (!text_is_blank (candidates[i]))
      break;
  if (i == DIM (candidates))
    return because (call, GPG_ERR_CONFIGURATION,
                    "no AWS region: set the option region or AWS_REGION");
  if (!is_region (candidates[i]))
    return because (call, GPG_ERR_CONFIGURATION, "'%s' is not an AWS region",
                    candidates[i]);
  bytes_add_str (r_region, candidates[i]);
  return bytes_error (r_region);
}
