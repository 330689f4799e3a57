/* SPDX-License-Identifier: GPL-3.0-or-later
 * The emulator's small parsers: forms, headers, tokens, faults, times.  */

#include "config.h"

#include "tests/emulator/kms.h"
#include "tests/emulator/web-identity.h"

#include "base/file.h"
#include "base/text.h"
#include "tests/unit/unit.h"

START_TEST (forms)
{
  struct form form;

  ck_ok (form_parse (span_text ("a=1&b=x+y%2Fz&&c&d=&=e&a=2"), &form));
  ck_assert_str_eq (form_get (&form, "a"), "1");
  ck_assert_str_eq (form_get (&form, "b"), "x y/z");
  ck_assert_str_eq (form_get (&form, "c"), "");
  ck_assert_str_eq (form_get (&form, "d"), "");
  ck_assert_str_eq (form_get (&form, ""), "e");
  ck_assert_ptr_null (form_get (&form, "z"));
  form_drop (&form);
  ck_ok (form_parse (span_text (""), &form));
  ck_assert_uint_eq (form.n, 0);
  form_drop (&form);
}
END_TEST

START_TEST (bad_forms)
{
  static const char *const texts[]
    = { "a=%", "a=%2", "a=%2g", "%zz=1", "a=%00", "%00=1" };
  struct bytes many = { 0 };
  struct form form;
  size_t i;

  for (i = 0; i < DIM (texts); i++)
    {
      ck_code (form_parse (span_text (texts[i]), &form), GPG_ERR_INV_VALUE);
      form_drop (&form);
    }
  for (i = 0; i < 32; i++)
    bytes_add_str (&many, "x=1&");
  ck_ok (form_parse (bytes_span (&many), &form));
  form_drop (&form);
  bytes_add_str (&many, "x=1");
  ck_code (form_parse (bytes_span (&many), &form), GPG_ERR_INV_VALUE);
  form_drop (&form);
  bytes_drop (&many);
}
END_TEST

START_TEST (headers)
{
  struct http_request request
    = { .headers = { { "Content-TYPE", "text/Plain ; charset=x" },
                     { "X", "1" },
                     { "x", "2" } },
        .n_headers = 3 };

  ck_assert_str_eq (http_header_at (&request, "x", 1), "2");
  ck_assert_ptr_null (http_header_at (&request, "x", 2));
  ck_assert_uint_eq (http_header_count (&request, "X"), 2);
  ck_assert_uint_eq (http_header_count (&request, "Y"), 0);
  ck_assert (http_has_type (&request, "text/plain"));
  ck_assert (!http_has_type (&request, "text/plai"));
  ck_assert (!http_has_type (&request, "text/plainer"));
  request.n_headers = 0;
  ck_assert (!http_has_type (&request, "text/plain"));
}
END_TEST

START_TEST (request_ids)
{
  struct http_reply a = { 0 };
  struct http_reply b = { 0 };

  http_reply_number (&a);
  http_reply_number (&b);
  ck_assert_uint_eq (strlen (a.request_id), 36);
  ck_assert_int_eq (a.request_id[8], '-');
  ck_assert_str_ne (a.request_id, b.request_id);
}
END_TEST

/* HEADER "." PAYLOAD "." SIGNATURE, each as base64url of the text.  */
static void
add_token (struct bytes *out, const char *header, const char *payload,
           const char *signature)
{
  const char *parts[] = { header, payload, signature };
  size_t i, k;

  bytes_clear (out);
  for (i = 0; i < DIM (parts); i++)
    {
      if (i)
        bytes_add_byte (out, '.');
      text_add_base64 (out, span_text (parts[i]));
      while (out->n && out->p[out->n - 1] == '=')
        bytes_cut (out, out->n - 1);
    }
  for (k = 0; k < out->n; k++)
    if (out->p[k] == '+' || out->p[k] == '/')
      out->p[k] = out->p[k] == '+' ? '-' : '_';
}

/* What STS says to TOKEN at time 1000: "" if it takes it.  */
static const char *
verdict (const char *token, struct web_identity *r_identity)
{
  struct bytes message = { 0 };
  const char *code;
  bool good = web_identity_read (token, 1000, r_identity, &code, &message);

  ck_assert (good == !message.n);
  bytes_drop (&message);
  return good ? "" : code;
}

#define HEAD "{\"alg\":\"RS256\"}"

START_TEST (tokens)
{
  static const struct
  {
    const char *header, *payload, *signature, *verdict;
  } rows[] = {
    { HEAD, "{\"exp\":1001}", "s", "" },
    { HEAD, "{\"exp\":1000.5}", "\xff\xfe\xfd", "" },
    { HEAD, "{\"exp\":1000}", "s", "ExpiredTokenException" },
    { HEAD, "{\"exp\":-1}", "s", "ExpiredTokenException" },
    { HEAD, "{}", "s", "InvalidIdentityToken" },
    { HEAD, "{\"exp\":\"1001\"}", "s", "InvalidIdentityToken" },
    { HEAD, "[1001]", "s", "InvalidIdentityToken" },
    { HEAD, "x", "s", "InvalidIdentityToken" },
    { HEAD, "", "s", "InvalidIdentityToken" },
    { HEAD, "{\"exp\":1001}", "", "InvalidIdentityToken" },
    { "{}", "{\"exp\":1001}", "s", "InvalidIdentityToken" },
    { "x", "{\"exp\":1001}", "s", "InvalidIdentityToken" },
  };
  struct web_identity identity = { 0 };
  struct bytes token = { 0 };
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      add_token (&token, rows[i].header, rows[i].payload, rows[i].signature);
      ck_assert_str_eq (verdict (bytes_text (&token), &identity),
                        rows[i].verdict);
    }
  add_token (&token, HEAD, "{\"exp\":1001}", "s");
  bytes_add_str (&token, ".e30");
  ck_assert_str_ne (verdict (bytes_text (&token), &identity), "");
  ck_assert_str_ne (verdict ("a.b", &identity), "");
  ck_assert_str_ne (verdict ("", &identity), "");
  add_token (&token, HEAD, "{\"exp\":1001}", "s");
  bytes_add_str (&token, "=");
  ck_assert_str_ne (verdict (bytes_text (&token), &identity), "");
  bytes_drop (&token);
  web_identity_drop (&identity);
}
END_TEST

START_TEST (claims)
{
  struct web_identity identity = { 0 };
  struct bytes token = { 0 };

  add_token (&token, HEAD,
             "{\"exp\":1001,\"sub\":\"me\",\"iss\":\"https://x\","
             "\"aud\":[\"one\",\"two\"]}",
             "s");
  ck_assert_str_eq (verdict (bytes_text (&token), &identity), "");
  ck_assert_str_eq (bytes_text (&identity.subject), "me");
  ck_assert_str_eq (bytes_text (&identity.audience), "one");
  ck_assert_str_eq (bytes_text (&identity.issuer), "https://x");
  bytes_drop (&token);
  web_identity_drop (&identity);
}
END_TEST

/* Each word of the table is found at the end of a name, with its number if
 * it takes one, with "-all", and nowhere else.  */
START_TEST (faults)
{
  const char *word;
  size_t i;

  for (i = 0; (word = fault_word_at (i)); i++)
    {
      bool counted = !strcmp (word, "throttle") || !strcmp (word, "500x");
      struct bytes name = { 0 };
      struct fault fault;

      bytes_add_fmt (&name, "alias/x-%s%s", word, counted ? "12" : "");
      fault_parse (bytes_text (&name), &fault);
      ck_assert_msg (fault.row, "%s", bytes_text (&name));
      ck_assert_uint_eq (fault.count, counted ? 12 : 0);
      ck_assert (!fault.all);
      bytes_add_str (&name, "-all");
      fault_parse (bytes_text (&name), &fault);
      ck_assert_ptr_nonnull (fault.row);
      ck_assert (fault.all);
      bytes_add_str (&name, "-x");
      fault_parse (bytes_text (&name), &fault);
      ck_assert_ptr_null (fault.row);
      bytes_drop (&name);
    }
  ck_assert_uint_eq (i, 15);
}
END_TEST

START_TEST (no_faults)
{
  static const char *const names[]
    = { "alias/x",      "alias/slow",     "alias/x-throttle",   "alias/x-500x",
        "alias/x-slo",  "alias/x-slower", "alias/x-slow2",      "alias/x-",
        "alias/x-all",  "alias/x-500x0",  "alias/x-throttle2x", "alias/x/slow",
        "alias/x_slow", "alias/x-slow-y" };
  struct fault fault;
  size_t i;

  for (i = 0; i < DIM (names); i++)
    {
      fault_parse (names[i], &fault);
      ck_assert_msg (!fault.row, "%s", names[i]);
    }
}
END_TEST

/* README tells of each fault.  */
START_TEST (documented)
{
  const char *top = getenv ("top_srcdir");
  char *name = file_join (top ? top : ".", "tests/emulator/README");
  struct bytes text = { 0 };
  struct bytes word = { 0 };
  size_t i;

  ck_ok (file_read (name, 65536, &text));
  for (i = 0; fault_word_at (i); i++)
    {
      bytes_clear (&word);
      bytes_add_fmt (&word, "  -%s", fault_word_at (i));
      ck_assert_msg (strstr (bytes_text (&text), bytes_text (&word)), "%s",
                     fault_word_at (i));
    }
  bytes_drop (&text);
  bytes_drop (&word);
  free (name);
}
END_TEST

START_TEST (times)
{
  static const struct
  {
    int64_t ms;
    const char *text;
  } rows[] = { { 1655753311082, "{\"t\":1.655753311082E9}" },
               { 1767225612340, "{\"t\":1.76722561234E9}" },
               { 1767225612000, "{\"t\":1.767225612E9}" },
               { 2000000000000, "{\"t\":2.0E9}" } };
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      struct bytes out = { 0 };
      struct json *doc;
      double value;

      json_open (&out);
      kms_add_time (&out, "t", rows[i].ms);
      json_close (&out);
      ck_assert_str_eq (bytes_text (&out), rows[i].text);
      ck_ok (json_parse (bytes_span (&out), &doc));
      ck_assert (json_number (doc, "t", &value));
      ck_assert_int_eq ((int64_t)(value * 1000 + 0.5), rows[i].ms);
      json_free (doc);
      bytes_drop (&out);
    }
}
END_TEST

START_TEST (sessions)
{
  struct callers callers;
  struct temporary_credentials one = { 0 };
  struct temporary_credentials two = { 0 };
  struct caller caller = { 0 };

  callers_init (&callers, "AKIA", "secret", "1");
  ck_ok (callers_open_session (&callers, "r", "a", 100, &one));
  ck_ok (callers_open_session (&callers, "r", "b", 100, &two));
  ck_assert (!callers_find (&callers, bytes_span (&one.access_key),
                            bytes_text (&two.token), 0, &caller));
  ck_assert (
    !callers_find (&callers, bytes_span (&one.access_key), NULL, 0, &caller));
  ck_assert (!callers_find (&callers, span_text ("AKIA"),
                            bytes_text (&one.token), 0, &caller));
  ck_assert (!callers_find (&callers, span_text ("AKI"), NULL, 0, &caller));
  ck_assert (callers_find (&callers, bytes_span (&one.access_key),
                           bytes_text (&one.token), 99, &caller));
  ck_assert (!caller.expired);
  ck_assert_str_eq (bytes_text (&caller.arn),
                    "arn:aws:sts::1:assumed-role/r/a");
  caller_drop (&caller);
  ck_assert (callers_find (&callers, bytes_span (&one.access_key),
                           bytes_text (&one.token), 100, &caller));
  ck_assert (caller.expired);
  caller_drop (&caller);
  callers_expire_all (&callers);
  ck_assert (callers_find (&callers, bytes_span (&two.access_key),
                           bytes_text (&two.token), 1, &caller));
  ck_assert (caller.expired);
  caller_drop (&caller);
  temporary_credentials_drop (&one);
  temporary_credentials_drop (&two);
  callers_drop (&callers);
}
END_TEST

int
main (void)
{
  TCase *parts = tcase_create ("parts");
  TCase *const cases[] = { parts };

  tcase_add_test (parts, forms);
  tcase_add_test (parts, bad_forms);
  tcase_add_test (parts, headers);
  tcase_add_test (parts, request_ids);
  tcase_add_test (parts, tokens);
  tcase_add_test (parts, claims);
  tcase_add_test (parts, faults);
  tcase_add_test (parts, no_faults);
  tcase_add_test (parts, documented);
  tcase_add_test (parts, times);
  tcase_add_test (parts, sessions);
  return unit_main ("emulator-parts", cases, DIM (cases));
}
