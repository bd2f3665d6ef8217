/* Which certificate store TLS is verified with.
 *
 * libcurl as Debian builds it takes a bundle and a directory of hashed names. With both set the
 * bundle is parsed again for every connection (some 20 ms each); with the bundle alone once; with
 * the directory alone only the one certificate that is needed is read. So: the directory where
 * there is one, else the bundle.
 */
#include "config.h"

#include "aws/io/internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* "5ed36f99.0": what c_rehash makes. */
static bool hashed_name(const char *name) {
  return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' && name[9] >= '0' &&
         name[9] <= '9';
}

static bool is_hashed_dir(const char *path) {
  DIR *d = opendir(path);
  if (!d)
    return false;
  bool found = false;
  for (struct dirent *e; !found && (e = readdir(d));)
    found = hashed_name(e->d_name);
  closedir(d);
  return found;
}

bool io_ca_choose(struct aws_io *io, const char *ca_file, struct aws_error *err) {
  const char *file = ca_file, *path = NULL;
  if (file && access(file, R_OK) != 0) {
    aws_error_set(err, AWS_E_CONFIG, "CA bundle %s cannot be read: %s", file, strerror(errno));
    return false;
  }
  struct stat st;
  if (file && stat(file, &st) == 0 && S_ISDIR(st.st_mode)) {
    path = file;
    file = NULL;
  }
#if LIBCURL_VERSION_NUM >= 0x074600
  const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
  if (!ca_file && v->age >= CURLVERSION_SEVENTH) {
    if (v->capath && is_hashed_dir(v->capath))
      path = v->capath;
    else
      file = v->cainfo;
  }
#endif
  io->ca_file = file ? strdup(file) : NULL;
  io->ca_path = path ? strdup(path) : NULL;
  if ((file && !io->ca_file) || (path && !io->ca_path)) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for the name of the CA store");
    return false;
  }
  return true;
}
