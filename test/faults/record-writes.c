/*
 * Preloaded into a process, records what it asks of the disk: every write, truncation, rename and removal below
 * one folder with its bytes, where every sync began and ended, and what went out on sockets in between.
 *
 *   RECORD_UNDER  the folder
 *   RECORD_TO     the file that records are appended to
 *
 * A record: kind, pid, fd, number, length of what follows (u32 each, number i64), then that many bytes.
 * What changes a file is recorded with the change itself under one lock, so that the order is the true one;
 * what goes out on a socket is recorded before it does.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_DESCRIPTORS 65536
#define SOCKET_BYTES 1024

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Which file a descriptor was opened for: libuv closes past libc, and numbers are used again. */
static struct { dev_t device; ino_t file; } recorded[MOST_DESCRIPTORS];
static const char *under;
static size_t under_length;
static int record_file = -1;

__attribute__((constructor)) static void start(void) {
  const char *to = getenv("RECORD_TO");
  under = getenv("RECORD_UNDER");
  if (!under || !to) return;
  under_length = strlen(under);
  record_file = syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int is_under(const char *path) {
  return record_file >= 0 && path && strncmp(path, under, under_length) == 0;
}

static int is_recorded(int fd) {
  struct stat found;
  return fd >= 0 && fd < MOST_DESCRIPTORS && recorded[fd].file != 0 && fstat(fd, &found) == 0 &&
         found.st_ino == recorded[fd].file && found.st_dev == recorded[fd].device;
}

static void put(char kind, int fd, int64_t number, const struct iovec *parts, int count, size_t length) {
  struct __attribute__((packed)) {
    uint32_t kind, pid, fd;
    int64_t number;
    uint32_t length;
  } head = {kind, getpid(), fd, number, length};
  struct iovec all[count + 1];
  all[0] = (struct iovec){&head, sizeof head};
  int used = 1;
  for (int i = 0; i < count && length > 0; i++) {
    size_t taken = parts[i].iov_len < length ? parts[i].iov_len : length;
    all[used++] = (struct iovec){parts[i].iov_base, taken};
    length -= taken;
  }
  if (syscall(SYS_writev, record_file, all, used) < 0) abort();
}

static void put_text(char kind, int fd, int64_t number, const char *text) {
  struct iovec part = {(void *)text, strlen(text)};
  put(kind, fd, number, &part, 1, part.iov_len);
}

/* --- names --- */

static int opened(int fd, const char *path, int flags) {
  if (fd < 0 || fd >= MOST_DESCRIPTORS || !is_under(path)) return fd;
  struct stat found;
  if (fstat(fd, &found) != 0) abort();
  recorded[fd].device = found.st_dev;
  recorded[fd].file = found.st_ino;
  put_text('o', fd, flags, path);
  return fd;
}

static mode_t mode_of(int flags, va_list arguments) {
  return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    va_list arguments; \
    va_start(arguments, flags); \
    mode_t mode = mode_of(flags, arguments); \
    va_end(arguments); \
    pthread_mutex_lock(&lock); \
    int fd = opened(syscall(SYS_openat, AT_FDCWD, path, flags, mode), path, flags); \
    pthread_mutex_unlock(&lock); \
    return fd; \
  }
OPEN(open)
OPEN(open64)

int openat(int folder, const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  pthread_mutex_lock(&lock);
  int fd = opened(syscall(SYS_openat, folder, path, flags, mode), path, flags);
  pthread_mutex_unlock(&lock);
  return fd;
}

#define NAME(call, kind, path, ...) \
  pthread_mutex_lock(&lock); \
  int result = syscall(call, __VA_ARGS__); \
  if (result == 0 && is_under(path)) put_text(kind, 0, 0, path); \
  pthread_mutex_unlock(&lock); \
  return result

int mkdir(const char *path, mode_t mode) { NAME(SYS_mkdirat, 'm', path, AT_FDCWD, path, mode); }
int unlink(const char *path) { NAME(SYS_unlinkat, 'u', path, AT_FDCWD, path, 0); }
int rmdir(const char *path) { NAME(SYS_unlinkat, 'u', path, AT_FDCWD, path, AT_REMOVEDIR); }
int unlinkat(int folder, const char *path, int flags) { NAME(SYS_unlinkat, 'u', path, folder, path, flags); }

int rename(const char *from, const char *to) {
  pthread_mutex_lock(&lock);
  int result = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  if (result == 0 && is_under(to)) {
    struct iovec parts[] = {{(void *)from, strlen(from) + 1}, {(void *)to, strlen(to)}};
    put('r', 0, 0, parts, 2, parts[0].iov_len + parts[1].iov_len);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

/* --- bytes --- */

static int is_socket(int fd) {
  struct stat found;
  return record_file >= 0 && fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode);
}

static size_t length_of(const struct iovec *parts, int count) {
  size_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  return length;
}

/* An offset below 0 stands for the file's own position. */
static ssize_t write_recorded(int fd, const struct iovec *parts, int count, int64_t offset) {
  pthread_mutex_lock(&lock);
  int64_t at = offset;
  if (at < 0) at = fcntl(fd, F_GETFL) & O_APPEND ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
  ssize_t result = offset < 0 ? syscall(SYS_writev, fd, parts, count)
                              : syscall(SYS_pwritev, fd, parts, count, offset, 0);
  if (result > 0) put('w', fd, at, parts, count, result);
  pthread_mutex_unlock(&lock);
  return result;
}

static void sent(int fd, const struct iovec *parts, int count) {
  if (!is_socket(fd)) return;
  size_t length = length_of(parts, count);
  pthread_mutex_lock(&lock);
  put('s', fd, length, parts, count, length < SOCKET_BYTES ? length : SOCKET_BYTES);
  pthread_mutex_unlock(&lock);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  if (is_recorded(fd)) return write_recorded(fd, &part, 1, -1);
  sent(fd, &part, 1);
  return syscall(SYS_write, fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (is_recorded(fd)) return write_recorded(fd, parts, count, -1);
  sent(fd, parts, count);
  return syscall(SYS_writev, fd, parts, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  struct iovec part = {(void *)bytes, length};
  if (is_recorded(fd)) return write_recorded(fd, &part, 1, offset);
  return syscall(SYS_pwrite64, fd, bytes, length, offset);
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  return pwrite64(fd, bytes, length, offset);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  if (is_recorded(fd)) return write_recorded(fd, parts, count, offset);
  return syscall(SYS_pwritev, fd, parts, count, offset, 0);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(fd, parts, count, offset);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
  struct iovec part = {(void *)bytes, length};
  sent(fd, &part, 1);
  return syscall(SYS_sendto, fd, bytes, length, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  sent(fd, message->msg_iov, message->msg_iovlen);
  return syscall(SYS_sendmsg, fd, message, flags);
}

int ftruncate64(int fd, off64_t size) {
  pthread_mutex_lock(&lock);
  int result = syscall(SYS_ftruncate, fd, size);
  if (result == 0 && is_recorded(fd)) put('t', fd, size, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

/* --- syncs: what was recorded before the beginning is durable from the end on --- */

static int synced(int fd, long call) {
  static int64_t last;
  if (!is_recorded(fd)) return syscall(call, fd);
  pthread_mutex_lock(&lock);
  int64_t number = ++last;
  put('b', fd, number, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  int result = syscall(call, fd);
  pthread_mutex_lock(&lock);
  if (result == 0) put('e', fd, number, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }
