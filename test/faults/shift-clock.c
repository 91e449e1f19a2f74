/*
 * Preloaded into a process, shifts the time of day that it is told by as many ms as stand in a file (an int64),
 * which may change at any moment. The clocks that only measure how long something takes stay as they are.
 *
 *   SHIFT_CLOCK  the file
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile const int64_t *shift_ms;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("SHIFT_CLOCK");
  int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *mapped = mmap(NULL, sizeof *shift_ms, PROT_READ, MAP_SHARED, fd, 0);
  if (mapped != MAP_FAILED) shift_ms = mapped;
  close(fd);
}

static void now(clockid_t clock, struct timespec *time) {
  syscall(SYS_clock_gettime, clock, time);
  if (!shift_ms) return;
  int64_t ms = *shift_ms;
  int64_t nanoseconds = time->tv_nsec + (ms % 1000) * 1000000;
  time->tv_sec += ms / 1000 + nanoseconds / 1000000000 - (nanoseconds % 1000000000 < 0);
  time->tv_nsec = (nanoseconds % 1000000000 + 1000000000) % 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)
    return syscall(SYS_clock_gettime, clock, time);
  now(clock, time);
  return 0;
}

int gettimeofday(struct timeval *time, void *zone) {
  (void)zone;
  struct timespec precise;
  now(CLOCK_REALTIME, &precise);
  *time = (struct timeval){precise.tv_sec, precise.tv_nsec / 1000};
  return 0;
}

time_t time(time_t *seconds) {
  struct timespec precise;
  now(CLOCK_REALTIME, &precise);
  if (seconds) *seconds = precise.tv_sec;
  return precise.tv_sec;
}
