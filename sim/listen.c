/* The listening socket is ours and not the library's, so that connections can be refused, and can
 * be served with the certificate that a fault wants. */
#include "sim/http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

bool listen_open(struct sim_server *s, int port) {
  struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  socklen_t n = sizeof addr;
  const int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0)
    return false;
  if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
      bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0 || listen(fd, SOMAXCONN) < 0 ||
      getsockname(fd, (struct sockaddr *)&addr, &n) < 0) {
    close(fd);
    return false;
  }
  s->listener = fd;
  s->port = ntohs(addr.sin_port);
  return true;
}

void listen_close(struct sim_server *s) {
  if (s->listener >= 0)
    close(s->listener);
  s->listener = -1;
}

/* The daemon that takes a new connection; NULL: it is not taken. */
static struct MHD_Daemon *daemon_for(struct sim_server *s) {
  const struct sim_play *p = sim_faults_connect(s->gate->faults, sim_server_now().mono);
  const int cert = p ? p->def->what - SIM_CONNECT_CERT : 0;

  if (cert < 0)
    return NULL;
  return s->daemons[(size_t)cert < s->ndaemons ? (size_t)cert : 0];
}

void listen_accept(struct sim_server *s) {
  struct sockaddr_in from;
  socklen_t n = sizeof from;

  for (int fd; s->listener >= 0 && (fd = accept(s->listener, (struct sockaddr *)&from, &n)) >= 0;
       n = sizeof from) {
    struct MHD_Daemon *d = daemon_for(s);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (!d)
      close(fd);
    else
      MHD_add_connection(d, fd, (struct sockaddr *)&from, n); /* which closes it if it must */
  }
}

/* A share of the connections refused is those closed as soon as they are there: only all or none
 * can be refused in truth. */
void listen_obey(struct sim_server *s) {
  const bool refuse = sim_faults_refuse(s->gate->faults, sim_server_now().mono);

  if (refuse)
    listen_close(s);
  else if (s->listener < 0)
    listen_open(s, s->port);
}
