/* SPDX-License-Identifier: GPL-3.0-or-later
 * JSON: which documents are taken, the typed getters, the builder.  */

#include "config.h"

#include "base/json.h"

#include "tests/unit/unit.h"

#include <stdio.h>

static struct json *doc;
static struct bytes out;

static void
set_up (void)
{
  doc = NULL;
  memset (&out, 0, sizeof out);
}

static void
tear_down (void)
{
  json_free (doc);
  bytes_drop (&out);
}

static void
parse (const char *text)
{
  ck_ok (json_parse (span_text (text), &doc));
}

START_TEST (test_documents)
{
  static const char *const good[] = {
    "{}",
    " \t\r\n{} \t\r\n",
    "{\"a\":{\"b\":[1,-2.5,1e5,true,false,null,\"x\"]}}",
    "{\"\":\"\"}",
    "{\"a\":\"\xc3\xa4\"}",
  };
  size_t i;

  for (i = 0; i < DIM (good); i++)
    {
      parse (good[i]);
      ck_assert_ptr_nonnull (doc);
      json_free (doc);
    }
  doc = NULL;
  json_free (NULL);
}
END_TEST

#define BAD(text)                                                             \
  {                                                                           \
    text, sizeof (text) - 1                                                   \
  }

static const struct
{
  const char *text;
  size_t len;
} bad_documents[] = {
  BAD (""),
  BAD (" "),
  BAD ("{"),
  BAD ("{\"a\""),
  BAD ("{\"a\":"),
  BAD ("{\"a\":1"),
  BAD ("{\"a\":\"x"),
  BAD ("{\"a\":1,"),
  BAD ("{\"a\":[1}"),
  BAD ("{\"a\" 1}"),
  BAD ("{a:1}"),
  BAD ("{\"a\":0x10}"),
  BAD ("{\"a\":tru}"),
  BAD ("{\"a\":\"\\x\"}"),
  BAD ("{\"a\":\"\\u12\"}"),
  BAD ("{\"a\":\"\xff\"}"),
  BAD ("{\"a\":\"x\0y\"}"),
  BAD ("{} x"),
  BAD ("{}{}"),
  BAD ("{}\0"),
  BAD ("{}\0{}"),
  BAD ("[]"),
  BAD ("\"a\""),
  BAD ("1"),
  BAD ("null"),
  BAD ("\xef\xbb\xbf{}"),
  BAD ("<html>"),
};

START_TEST (test_bad_documents)
{
  struct span text
    = { (const unsigned char *)bad_documents[_i].text, bad_documents[_i].len };

  ck_assert_msg (gpg_err_code (json_parse (text, &doc)) == GPG_ERR_BAD_DATA,
                 "accepted: %s", bad_documents[_i].text);
  ck_assert_ptr_null (doc);
}
END_TEST

/* Only the bytes given count, whatever stands behind them.  */
START_TEST (test_length_counts)
{
  static const char text[] = "{\"a\":\"b\"}}}}";

  ck_ok (json_parse (span_of (text, 9), &doc));
  ck_assert_str_eq (json_string (doc, "a"), "b");
  json_free (doc);
  doc = NULL;
  ck_code (json_parse (span_of (text, 8), &doc), GPG_ERR_BAD_DATA);
  ck_code (json_parse (span_of (text, 10), &doc), GPG_ERR_BAD_DATA);
}
END_TEST

static void
nest (int levels)
{
  int i;

  bytes_clear (&out);
  for (i = 0; i < levels; i++)
    bytes_add_str (&out, "{\"a\":");
  bytes_add_str (&out, "1");
  for (i = 0; i < levels; i++)
    bytes_add_byte (&out, '}');
}

START_TEST (test_depth)
{
  nest (15);
  ck_ok (json_parse (bytes_span (&out), &doc));
  json_free (doc);
  doc = NULL;
  nest (16);
  ck_code (json_parse (bytes_span (&out), &doc), GPG_ERR_BAD_DATA);
  nest (20000);
  ck_code (json_parse (bytes_span (&out), &doc), GPG_ERR_BAD_DATA);
}
END_TEST

static const char sample[]
  = "{\"s\":\"text\",\"e\":\"\",\"n\":12,\"d\":-0.5,\"t\":true,\"f\":false,"
    "\"z\":null,\"o\":{\"s\":\"inner\",\"o\":{\"s\":\"innermost\"}},"
    "\"a\":[\"one\",2,null,\"four\",\"a\\u0000b\"],\"l\":[],"
    "\"nul\":\"a\\u0000b\",\"esc\":\"\\\"\\\\\\/\\n\\u00e4\"}";

START_TEST (test_strings)
{
  static const char *const none[]
    = { "n", "d", "t", "f", "z", "o", "a", "nul", "S", "", "s ", "sx" };
  size_t i;

  parse (sample);
  ck_assert_str_eq (json_string (doc, "s"), "text");
  ck_assert_str_eq (json_string (doc, "e"), "");
  ck_assert_str_eq (json_string (doc, "esc"), "\"\\/\n\xc3\xa4");
  for (i = 0; i < DIM (none); i++)
    ck_assert_msg (!json_string (doc, none[i]), "'%s'", none[i]);
}
END_TEST

START_TEST (test_duplicate_names)
{
  parse ("{\"a\":\"first\",\"a\":\"second\",\"b\":\"x\",\"b\":null}");
  ck_assert_str_eq (json_string (doc, "a"), "second");
  ck_assert_ptr_null (json_string (doc, "b"));
}
END_TEST

START_TEST (test_flags)
{
  bool flag = false;

  parse (sample);
  ck_assert (json_flag (doc, "t", &flag) && flag);
  ck_assert (json_flag (doc, "f", &flag) && !flag);
  flag = true;
  ck_assert (!json_flag (doc, "n", &flag));
  ck_assert (!json_flag (doc, "z", &flag));
  ck_assert (!json_flag (doc, "nothing", &flag));
  ck_assert (!json_flag (NULL, "t", &flag));
  ck_assert (flag);
}
END_TEST

START_TEST (test_numbers)
{
  static const struct
  {
    const char *text;
    bool fine;
    double value;
  } rows[] = {
    { "0", true, 0 },
    { "-7", true, -7 },
    { "1.700000000123E9", true, 1700000000.123 },
    { "1e5", true, 1e5 },
    { "9007199254740993", true, 9007199254740992.0 },
    { "9223372036854775808", true, 9223372036854775808.0 },
    { "1e308", true, 1e308 },
    { "1e-999", true, 0 },
    { "1e309", false, 0 },
    { "-1e999", false, 0 },
    { "Infinity", false, 0 },
    { "-Infinity", false, 0 },
    { "NaN", false, 0 },
    { "\"5\"", false, 0 },
    { "true", false, 0 },
    { "null", false, 0 },
    { "[5]", false, 0 },
  };
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      double value = 4711;
      char text[64];

      snprintf (text, sizeof text, "{\"a\":%s}", rows[i].text);
      /* Words of JavaScript may be refused sooner.  */
      if (json_parse (span_text (text), &doc))
        ck_assert_msg (!rows[i].fine, "%s", text);
      else
        ck_assert_msg (json_number (doc, "a", &value) == rows[i].fine, "%s",
                       text);
      ck_assert_double_eq (value, rows[i].fine ? rows[i].value : 4711);
      json_free (doc);
      doc = NULL;
    }
  ck_assert (!json_number (NULL, "a", &(double){ 0 }));
}
END_TEST

START_TEST (test_paths)
{
  const struct json *inner;

  parse (sample);
  inner = json_member (doc, "o");
  ck_assert_str_eq (json_string (inner, "s"), "inner");
  ck_assert_str_eq (json_string (json_member (inner, "o"), "s"), "innermost");
  ck_assert_ptr_null (json_string (json_member (inner, "x"), "s"));
  ck_assert_ptr_null (json_member (json_member (NULL, "o"), "o"));
  ck_assert_ptr_null (json_member (doc, "s"));
  ck_assert_ptr_null (json_member (doc, "a"));
  ck_assert_ptr_null (json_member (doc, "z"));
}
END_TEST

START_TEST (test_arrays)
{
  parse (sample);
  ck_assert_uint_eq (json_count (doc, "a"), 5);
  ck_assert_uint_eq (json_count (doc, "l"), 0);
  ck_assert_uint_eq (json_count (doc, "s"), 0);
  ck_assert_uint_eq (json_count (NULL, "a"), 0);
  ck_assert_str_eq (json_string_at (doc, "a", 0), "one");
  ck_assert_str_eq (json_string_at (doc, "a", 3), "four");
  ck_assert_ptr_null (json_string_at (doc, "a", 1));
  ck_assert_ptr_null (json_string_at (doc, "a", 2));
  ck_assert_ptr_null (json_string_at (doc, "a", 4));
  ck_assert_ptr_null (json_string_at (doc, "a", 5));
  ck_assert_ptr_null (json_string_at (doc, "a", SIZE_MAX));
  ck_assert_ptr_null (json_string_at (doc, "l", 0));
  ck_assert_ptr_null (json_string_at (NULL, "a", 0));
}
END_TEST

START_TEST (test_get_base64)
{
  parse ("{\"a\":\"Zm9v\",\"e\":\"\",\"bad\":\"Zm9\",\"n\":1,\"z\":null}");
  bytes_add_str (&out, "<");
  ck_ok (json_base64 (doc, "a", &out));
  ck_ok (json_base64 (doc, "e", &out));
  ck_code (json_base64 (doc, "bad", &out), GPG_ERR_INV_VALUE);
  ck_code (json_base64 (doc, "n", &out), GPG_ERR_NO_DATA);
  ck_code (json_base64 (doc, "z", &out), GPG_ERR_NO_DATA);
  ck_code (json_base64 (doc, "x", &out), GPG_ERR_NO_DATA);
  ck_code (json_base64 (NULL, "a", &out), GPG_ERR_NO_DATA);
  ck_assert_str_eq (bytes_text (&out), "<foo");
  out.failed = true;
  ck_code (json_base64 (doc, "a", &out), GPG_ERR_ENOMEM);
}
END_TEST

START_TEST (test_take_secret)
{
  struct bytes taken = BYTES_SECRET;
  const char *in_document;

  parse ("{\"k\":\"hush hush\",\"e\":\"\",\"n\":1,\"nul\":\"a\\u0000b\"}");
  in_document = json_string (doc, "k");
  ck_ok (json_take_secret (doc, "k", &taken));
  ck_assert_str_eq (bytes_text (&taken), "hush hush");
  ck_assert (!memcmp (in_document, "\0\0\0\0\0\0\0\0\0", 9));
  ck_assert_ptr_null (json_string (doc, "k"));
  ck_code (json_take_secret (doc, "k", &taken), GPG_ERR_NO_DATA);
  ck_ok (json_take_secret (doc, "e", &taken));
  ck_code (json_take_secret (doc, "n", &taken), GPG_ERR_NO_DATA);
  ck_code (json_take_secret (doc, "nul", &taken), GPG_ERR_NO_DATA);
  ck_code (json_take_secret (doc, "x", &taken), GPG_ERR_NO_DATA);
  ck_code (json_take_secret (NULL, "k", &taken), GPG_ERR_NO_DATA);
  ck_assert_str_eq (bytes_text (&taken), "hush hush");
  bytes_drop (&taken);
}
END_TEST

/* Even when there was no room for it, it is gone from the document.  */
START_TEST (test_take_secret_out_of_memory)
{
  struct bytes taken = BYTES_SECRET;

  parse ("{\"k\":\"hush hush\"}");
  taken.failed = true;
  ck_code (json_take_secret (doc, "k", &taken), GPG_ERR_ENOMEM);
  ck_assert_ptr_null (json_string (doc, "k"));
  bytes_drop (&taken);
}
END_TEST

START_TEST (test_build)
{
  json_open (&out);
  json_add_string (&out, "s", "a\"b\\c\n\x01\x1f/\x7f\xc3\xa4{");
  json_add_string (&out, "\"", "");
  json_add_base64 (&out, "b", span_text ("fo"));
  json_add_number (&out, "min", INT64_MIN);
  json_add_number (&out, "max", INT64_MAX);
  json_add_flag (&out, "t", true);
  json_add_flag (&out, "f", false);
  json_add_null (&out, "z");
  json_add_raw (&out, "r", span_text ("[1,{}]"));
  json_add_raw (&out, "o", span_text ("{}"));
  json_add_null (&out, "last");
  json_close (&out);
  ck_ok (bytes_error (&out));
  ck_assert_str_eq (
    bytes_text (&out),
    "{\"s\":\"a\\\"b\\\\c\\u000a\\u0001\\u001f/\x7f\xc3\xa4{\","
    "\"\\\"\":\"\",\"b\":\"Zm8=\",\"min\":-9223372036854775808,"
    "\"max\":9223372036854775807,\"t\":true,\"f\":false,\"z\":null,"
    "\"r\":[1,{}],\"o\":{},\"last\":null}");

  /* And our own parser reads it.  */
  ck_ok (json_parse (bytes_span (&out), &doc));
  ck_assert_str_eq (json_string (doc, "s"), "a\"b\\c\n\x01\x1f/\x7f\xc3\xa4{");
}
END_TEST

START_TEST (test_build_empty)
{
  json_open (&out);
  json_close (&out);
  ck_assert_str_eq (bytes_text (&out), "{}");
}
END_TEST

int
main (void)
{
  TCase *json = tcase_create ("json");

  tcase_add_checked_fixture (json, set_up, tear_down);
  tcase_add_test (json, test_documents);
  tcase_add_loop_test (json, test_bad_documents, 0, DIM (bad_documents));
  tcase_add_test (json, test_length_counts);
  tcase_add_test (json, test_depth);
  tcase_add_test (json, test_strings);
  tcase_add_test (json, test_duplicate_names);
  tcase_add_test (json, test_flags);
  tcase_add_test (json, test_numbers);
  tcase_add_test (json, test_paths);
  tcase_add_test (json, test_arrays);
  tcase_add_test (json, test_get_base64);
  tcase_add_test (json, test_take_secret);
  tcase_add_test (json, test_take_secret_out_of_memory);
  tcase_add_test (json, test_build);
  tcase_add_test (json, test_build_empty);
  return unit_main ("json", &json, 1);
}
