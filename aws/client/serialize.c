/* json, query and rest-xml bodies. */
#include "config.h"

#include "aws/client/serialize.h"

/* A scalar's text; false when it is none. */
static bool add_scalar(struct aws_buf *out, const cJSON *value) {
  if (cJSON_IsString(value))
    return aws_buf_add_c(out, value->valuestring);
  if (cJSON_IsNumber(value))
    return aws_buf_add_double(out, value->valuedouble);
  if (cJSON_IsBool(value))
    return aws_buf_add_c(out, cJSON_IsTrue(value) ? "true" : "false");
  return false;
}

/* Finds "name=wire" or "name" in a list parted by spaces; {NULL, 0}: not there. */
static struct aws_str find_word(const char *words, struct aws_str name) {
  struct aws_str rest = aws_str_from(words);
  while (rest.n > 0) {
    struct aws_str value = aws_str_split(&rest, ' '), key = aws_str_split(&value, '=');
    if (aws_str_eq(key, name))
      return value.p ? value : key;
  }
  return (struct aws_str){0};
}

/* "Filters=Filter Values=Value" says "Filter" for "Filters"; "member" when it says nothing. */
static struct aws_str element_of(const char *lists, const char *list) {
  struct aws_str e = find_word(lists, aws_str_from(list));
  return e.p ? e : AWS_STR_LIT("member");
}

/* ---- json ------------------------------------------------------------------------------------ */

bool aws_serialize_json(struct aws_buf *out, const cJSON *in) {
  char *text = in ? cJSON_PrintUnformatted(in) : NULL;
  bool ok = in ? text && aws_buf_add_c(out, text) : aws_buf_add_c(out, "{}");
  if (text)
    aws_wipe(text, strlen(text));
  cJSON_free(text);
  return ok;
}

/* ---- query ----------------------------------------------------------------------------------- */

/* name: the whole dotted name so far, kept in one buffer that is cut back. */
static bool query_value(struct aws_buf *out, const char *lists, struct aws_buf *name,
                        const cJSON *v) {
  size_t cut = name->n;
  bool ok = true;
  if (cJSON_IsNull(v))
    return true;
  if (cJSON_IsObject(v) || cJSON_IsArray(v)) {
    bool array = cJSON_IsArray(v);
    struct aws_str element = {0};
    if (array)
      element = element_of(lists, v->string ? v->string : "");
    int i = 1;
    for (const cJSON *c = v->child; c && ok; c = c->next, i++) {
      ok = array ? aws_buf_addf(name, ".%.*s.%d", AWS_STR_ARG(element), i)
                 : aws_buf_addf(name, "%s%s", cut ? "." : "", c->string);
      ok = ok && query_value(out, lists, name, c);
      name->n = cut;
      if (name->p)
        name->p[cut] = '\0';
    }
    return ok;
  }
  struct aws_buf text;
  aws_buf_init(&text, AWS_REQUEST_MAX_BYTES);
  ok = aws_buf_add_char(out, '&') && aws_buf_add_str(out, aws_buf_str(name)) &&
       aws_buf_add_char(out, '=') && add_scalar(&text, v) &&
       aws_buf_add_uri(out, aws_buf_str(&text), false);
  aws_buf_wipe_done(&text);
  return ok;
}

bool aws_serialize_query(struct aws_buf *out, const struct aws_op *op, const cJSON *in) {
  struct aws_buf name;
  aws_buf_init(&name, 1024);
  aws_buf_addf(out, "Action=%s&Version=%s", op->name, op->service->version);
  bool ok = !in || query_value(out, op->lists, &name, in);
  aws_buf_done(&name);
  return ok && !out->failed;
}

/* ---- rest-xml -------------------------------------------------------------------------------- */

static bool xml_value(struct aws_buf *out, const char *lists, const cJSON *v) {
  if (!cJSON_IsObject(v) && !cJSON_IsArray(v)) {
    struct aws_buf text;
    aws_buf_init(&text, AWS_REQUEST_MAX_BYTES);
    bool ok = add_scalar(&text, v) && aws_buf_add_xml(out, aws_buf_str(&text));
    aws_buf_wipe_done(&text);
    return ok;
  }
  struct aws_str element = {0};
  if (cJSON_IsArray(v))
    element = element_of(lists, v->string ? v->string : "");
  bool ok = true;
  for (const cJSON *c = v->child; c && ok; c = c->next) {
    struct aws_str tag = element.p ? element : aws_str_from(c->string);
    if (cJSON_IsNull(c))
      continue;
    ok = aws_buf_addf(out, "<%.*s>", AWS_STR_ARG(tag)) && xml_value(out, lists, c) &&
         aws_buf_addf(out, "</%.*s>", AWS_STR_ARG(tag));
  }
  return ok;
}

bool aws_serialize_xml(struct aws_buf *out, const struct aws_op *op, const cJSON *in) {
  const cJSON *root = cJSON_GetObjectItemCaseSensitive(in, op->root);
  if (!root)
    return false;
  return aws_buf_addf(out, "<%s xmlns=\"%s\">", op->root, op->service->xmlns) &&
         xml_value(out, op->lists, root) && aws_buf_addf(out, "</%s>", op->root);
}

/* ---- the address of a rest request ----------------------------------------------------------- */

/* "." and ".." would lead to another operation. */
static bool is_segment(struct aws_str s) {
  return s.n > 0 && !aws_str_eq_c(s, ".") && !aws_str_eq_c(s, "..");
}

bool aws_serialize_rest_path(struct aws_buf *out, const struct aws_op *op, const cJSON *in,
                             struct aws_error *err) {
  struct aws_str rest = aws_str_from(op->path);
  while (rest.n > 0) {
    aws_buf_add_str(out, aws_str_split(&rest, '{'));
    if (rest.n == 0)
      break;
    struct aws_str name = aws_str_split(&rest, '}');
    struct aws_buf key, text;
    aws_buf_init(&key, 128);
    aws_buf_init(&text, 4096);
    aws_buf_add_str(&key, name);
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(in, key.p);
    bool ok = add_scalar(&text, v) && is_segment(aws_buf_str(&text)) &&
              aws_buf_add_uri(out, aws_buf_str(&text), false);
    aws_buf_done(&key);
    aws_buf_wipe_done(&text);
    if (!ok) {
      aws_error_set(err, AWS_E_USAGE, "%s %s: the input has no %.*s", op->service->id, op->name,
                    AWS_STR_ARG(name));
      return false;
    }
  }
  return true;
}

static bool add_param(struct aws_buf *out, struct aws_str name, const cJSON *v) {
  struct aws_buf text;
  aws_buf_init(&text, AWS_REQUEST_MAX_BYTES);
  bool ok = (out->n == 0 || aws_buf_add_char(out, '&')) && aws_buf_add_uri(out, name, false) &&
            aws_buf_add_char(out, '=') && add_scalar(&text, v) &&
            aws_buf_add_uri(out, aws_buf_str(&text), false);
  aws_buf_wipe_done(&text);
  return ok;
}

bool aws_serialize_rest_query(struct aws_buf *out, const struct aws_op *op, const cJSON *in) {
  bool ok = true;
  for (const cJSON *c = in ? in->child : NULL; c && ok; c = c->next) {
    struct aws_str name = find_word(op->query, aws_str_from(c->string));
    if (!name.p || cJSON_IsNull(c))
      continue;
    if (cJSON_IsArray(c)) /* a list is the name repeated */
      for (const cJSON *e = c->child; e && ok; e = e->next)
        ok = add_param(out, name, e);
    else
      ok = add_param(out, name, c);
  }
  return ok;
}

static bool in_path(const char *path, const char *name) {
  const char *at = strchr(path, '{');
  size_t n = strlen(name);
  for (; at; at = strchr(at + 1, '{'))
    if (strncmp(at + 1, name, n) == 0 && at[1 + n] == '}')
      return true;
  return false;
}

bool aws_serialize_rest_json(struct aws_buf *out, const struct aws_op *op, const cJSON *in) {
  cJSON *body = cJSON_CreateObject();
  bool ok = body != NULL;
  for (const cJSON *c = in ? in->child : NULL; c && ok; c = c->next)
    if (!in_path(op->path, c->string) && !find_word(op->query, aws_str_from(c->string)).p &&
        !find_word(op->header, aws_str_from(c->string)).p)
      ok = cJSON_AddItemReferenceToObject(body, c->string, (cJSON *)c);
  if (ok && body->child)
    ok = aws_serialize_json(out, body);
  cJSON_Delete(body);
  return ok;
}
