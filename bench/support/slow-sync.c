/* Preloaded, makes every fsync and fdatasync take as long again as SLOW_SYNC_US says: a disk that flushes honestly. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_for_the_disk(void) {
  static int us = -1;
  if (us < 0) us = getenv("SLOW_SYNC_US") ? atoi(getenv("SLOW_SYNC_US")) : 4000;
  usleep(us);
}

int fsync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  wait_for_the_disk();
  return real(fd);
}

int fdatasync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  wait_for_the_disk();
  return real(fd);
}
