/*
 * A disk that loses power, for tests: preloaded (LD_PRELOAD) into one process, it follows what the process writes to the
 * files below one folder. The real files always get every write at once, so the process reads what it wrote, as from a
 * page cache. Beside them a log keeps, for each write, the bytes that were there before, and for each sync what it made
 * durable. The process may be killed at any moment, or kills itself after a number of steps; disk-after-cut.ts then takes
 * back, sector by sector, a random part of what was not yet synced.
 *
 * What the disk promises, and no more:
 * - fsync and fdatasync make durable all that was written to the file before they were called, and its length.
 * - A write through a descriptor opened with O_DSYNC or O_SYNC makes durable the pages (4096 bytes) that it touches.
 * - Any other write may be on the disk or not, in any order, whole or torn between sectors. Of several writes to one
 *   sector the disk shows the state after any one of them: a later one carries the earlier ones along, as a page cache
 *   does. The length is that of any moment since the last sync.
 * - sync_file_range, sync and syncfs promise nothing here.
 * - A renamed file may have its old name again, and the file that it replaced the new one, until the folder was synced;
 *   of several such the later ones first. What was replaced is kept under POWER_CUT_KEEP for that.
 *
 * Not covered: new and removed names (they are so at once), the inside of a sector, disks that lose what they have
 * acknowledged as synced, several processes that write at the same time, and writes that go round the C library's
 * functions below (stdio, io_uring). What would make the log untrue, a writable shared mapping and calls that
 * write without giving the bytes, ends the process with a message. Files that end in `-lock` are left alone: LMDB makes
 * their contents anew when no process has them open.
 *
 * Environment: POWER_CUT_DIR the folder (absolute, without links), POWER_CUT_LOG the log (made by the caller, elsewhere),
 * POWER_CUT_KEEP a folder on the same disk but not below it,
 * POWER_CUT_AFTER the step at which the power goes (absent or 0: never), POWER_CUT_SYNC_US how long a sync takes,
 * POWER_CUT_BOOT_ID a file that is read in place of the kernel's id of the boot.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CHANGE = 1, SYNC = 2, NEW = 3, RENAME = 4, SYNC_NAMES = 5, PAGE = 4096 };

/*
 * One record of the log, in the byte order of the machine; `kept` bytes follow it: those that were there before a change,
 * and of a renamed file the old name, the new one, and where the file is kept that it replaced, each ended by a NUL.
 */
struct record {
  uint64_t kind;
  uint64_t inode;
  uint64_t offset; /* of what changed or was synced */
  uint64_t length;
  uint64_t size; /* of the file before the change */
  uint64_t kept;
  uint64_t step; /* of a change: its number; else of the last change before it */
};

static char folder[PATH_MAX];
static size_t folder_length;
static const char *boot_id, *keep;
static unsigned kept_files;
static useconds_t sync_us;
static int log_fd = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t changes; /* so far */
static uint64_t steps_left;

static void give_up(const char *why) {
  dprintf(STDERR_FILENO, "power-cut: %s\n", why);
  abort();
}

__attribute__((constructor)) static void begin(void) {
  const char *dir = getenv("POWER_CUT_DIR"), *log = getenv("POWER_CUT_LOG");
  const char *after = getenv("POWER_CUT_AFTER"), *us = getenv("POWER_CUT_SYNC_US");
  boot_id = getenv("POWER_CUT_BOOT_ID");
  keep = getenv("POWER_CUT_KEEP");
  if (!dir || !log || !keep) give_up("POWER_CUT_DIR, POWER_CUT_LOG and POWER_CUT_KEEP are needed");
  folder_length = (size_t)snprintf(folder, sizeof folder, "%s/", dir);
  if (folder_length >= sizeof folder) give_up("POWER_CUT_DIR is too long");
  log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
  if (log_fd < 0) give_up("POWER_CUT_LOG cannot be opened");
  steps_left = after ? strtoull(after, NULL, 10) : 0;
  sync_us = us ? (useconds_t)strtoul(us, NULL, 10) : 0;
}

/* Whether the path leads to a file of the folder that is not left alone. */
static int is_below(const char *path, size_t length) {
  return length > 5 && length > folder_length && memcmp(path, folder, folder_length) == 0 &&
         memcmp(path + length - 5, "-lock", 5) != 0;
}

/* Where the descriptor leads to; its length, or less than 0. */
static ssize_t path_of(int fd, char path[PATH_MAX]) {
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  return log_fd < 0 ? -1 : readlink(link, path, PATH_MAX);
}

/* Whether the descriptor is a file of the folder; its inode then. */
static int is_followed(int fd, struct stat *about) {
  char path[PATH_MAX];
  const int before = errno;
  const ssize_t length = path_of(fd, path);
  const int follows = length > 0 && is_below(path, (size_t)length) && fstat(fd, about) == 0 && S_ISREG(about->st_mode);
  errno = before;
  return follows;
}

/* Whether the descriptor is the folder itself. */
static int is_folder(int fd) {
  char path[PATH_MAX];
  const int before = errno;
  const ssize_t length = path_of(fd, path);
  errno = before;
  return length > 0 && (size_t)length == folder_length - 1 && memcmp(path, folder, (size_t)length) == 0;
}

static void refuse_if_followed(int fd, const char *why) {
  struct stat about;
  if (is_followed(fd, &about)) give_up(why);
}

/* The power goes: nothing of this process runs any more. */
static void count_step(void) {
  if (steps_left == 0 || --steps_left > 0) return;
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static void append(const struct record *record, const void *kept) {
  const struct iovec parts[] = {{(void *)record, sizeof *record}, {(void *)kept, record->kept}};
  const ssize_t expected = (ssize_t)(sizeof *record + record->kept);
  if (syscall(SYS_writev, log_fd, parts, 2) != expected) give_up("the log cannot be written");
}

/* Keeps what the bytes from `offset` on are before they change. The lock is held. */
static void note_change(int fd, const struct stat *about, uint64_t offset, uint64_t length) {
  const uint64_t size = (uint64_t)about->st_size;
  const uint64_t there = offset < size ? size - offset : 0;
  const uint64_t kept = there < length ? there : length;
  char path[40];
  char *bytes = NULL;
  if (kept > 0) {
    /* The descriptor itself may be open for writing only. */
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const int reader = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    bytes = malloc(kept);
    if (reader < 0 || !bytes || pread(reader, bytes, kept, (off_t)offset) != (ssize_t)kept)
      give_up("the bytes before a write cannot be read");
    syscall(SYS_close, reader);
  }
  const struct record record = {CHANGE, (uint64_t)about->st_ino, offset, length, size, kept, ++changes};
  append(&record, bytes);
  free(bytes);
}

static void note_sync(uint64_t inode, uint64_t offset, uint64_t length, uint64_t last_change) {
  const struct record record = {SYNC, inode, offset, length, 0, 0, last_change};
  append(&record, NULL);
}

static ssize_t real_write(int fd, const struct iovec *parts, int count, off_t at) {
  if (at < 0) return syscall(SYS_writev, fd, parts, count);
  return syscall(SYS_pwritev, fd, parts, count, (unsigned long)at, 0UL);
}

/* A write at `at`, or at the descriptor's own place where that is negative. */
static ssize_t followed_write(int fd, const struct iovec *parts, int count, off_t at) {
  struct stat about;
  if (!is_followed(fd, &about)) return real_write(fd, parts, count, at);
  pthread_mutex_lock(&lock);
  const int flags = fcntl(fd, F_GETFL);
  uint64_t length = 0;
  for (int part = 0; part < count; part++) length += parts[part].iov_len;
  if (fstat(fd, &about) != 0) give_up("a file cannot be looked at");
  const off_t here = (flags & O_APPEND) ? about.st_size : at >= 0 ? at : lseek(fd, 0, SEEK_CUR);
  note_change(fd, &about, (uint64_t)here, length);
  const uint64_t change = changes;
  const ssize_t written = real_write(fd, parts, count, at);
  const int error = errno;
  count_step();
  if (written >= 0 && (flags & O_DSYNC)) {
    count_step();
    const uint64_t first = (uint64_t)here / PAGE * PAGE;
    const uint64_t end = ((uint64_t)here + (uint64_t)written + PAGE - 1) / PAGE * PAGE;
    note_sync((uint64_t)about.st_ino, first, end - first, change);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return written;
}

/* Not made for real: the page cache outlives the process. */
static int followed_sync(int fd, long number) {
  struct stat about;
  if (is_folder(fd)) {
    pthread_mutex_lock(&lock);
    count_step();
    const struct record record = {SYNC_NAMES, 0, 0, 0, 0, 0, changes};
    append(&record, NULL);
    pthread_mutex_unlock(&lock);
    return 0;
  }
  if (!is_followed(fd, &about)) return (int)syscall(number, fd);
  pthread_mutex_lock(&lock);
  const uint64_t last_change = changes;
  pthread_mutex_unlock(&lock);
  if (sync_us > 0) usleep(sync_us);
  pthread_mutex_lock(&lock);
  count_step();
  note_sync((uint64_t)about.st_ino, 0, UINT64_MAX, last_change);
  pthread_mutex_unlock(&lock);
  return 0;
}

static int followed_resize(int fd, off_t size) {
  struct stat about;
  if (!is_followed(fd, &about)) return (int)syscall(SYS_ftruncate, fd, size);
  pthread_mutex_lock(&lock);
  if (fstat(fd, &about) != 0) give_up("a file cannot be looked at");
  note_change(fd, &about, (uint64_t)size, about.st_size > size ? (uint64_t)(about.st_size - size) : 0);
  const int result = (int)syscall(SYS_ftruncate, fd, size);
  const int error = errno;
  count_step();
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int rename(const char *from, const char *to) {
  const int is_ours = log_fd >= 0 && is_below(from, strlen(from)) && is_below(to, strlen(to));
  if (!is_ours) return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  pthread_mutex_lock(&lock);
  char names[3 * PATH_MAX], replaced[PATH_MAX];
  snprintf(replaced, sizeof replaced, "%s/replaced-%d-%u", keep, (int)getpid(), kept_files++);
  if (link(to, replaced) != 0) {
    if (errno != ENOENT) give_up("a file that is replaced cannot be kept");
    replaced[0] = 0;
  }
  const int length = snprintf(names, sizeof names, "%s%c%s%c%s", from, 0, to, 0, replaced) + 1;
  const struct record record = {RENAME, 0, 0, 0, 0, (uint64_t)length, changes};
  const int result = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  const int error = errno;
  if (result == 0) append(&record, names);
  count_step();
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  const struct iovec part = {(void *)bytes, length};
  return followed_write(fd, &part, 1, -1);
}

ssize_t writev(int fd, const struct iovec *parts, int count) { return followed_write(fd, parts, count, -1); }

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
  const struct iovec part = {(void *)bytes, length};
  return followed_write(fd, &part, 1, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) { return pwrite(fd, bytes, length, at); }

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  return followed_write(fd, parts, count, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
  return followed_write(fd, parts, count, at);
}

int fsync(int fd) { return followed_sync(fd, SYS_fsync); }

int fdatasync(int fd) { return followed_sync(fd, SYS_fdatasync); }

int ftruncate(int fd, off_t size) { return followed_resize(fd, size); }

int ftruncate64(int fd, off64_t size) { return followed_resize(fd, size); }

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  if ((protection & PROT_WRITE) && (flags & MAP_SHARED))
    refuse_if_followed(fd, "writes through a shared mapping cannot be followed");
  return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset) {
  return mmap(address, length, protection, flags, fd, offset);
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
  refuse_if_followed(fd, "fallocate cannot be followed");
  return (int)syscall(SYS_fallocate, fd, mode, offset, length);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t length) { return fallocate(fd, mode, offset, length); }

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
  refuse_if_followed(to, "copy_file_range cannot be followed");
  return syscall(SYS_copy_file_range, from, from_at, to, to_at, length, flags);
}

ssize_t sendfile(int to, int from, off_t *from_at, size_t length) {
  refuse_if_followed(to, "sendfile cannot be followed");
  return syscall(SYS_sendfile, to, from, from_at, length);
}

ssize_t sendfile64(int to, int from, off64_t *from_at, size_t length) { return sendfile(to, from, from_at, length); }

static int open_any(const char *path, int flags, mode_t mode) {
  const int is_boot_id = boot_id && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0;
  const int makes = log_fd >= 0 && (flags & O_CREAT) && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, is_boot_id ? boot_id : path, flags, mode);
  struct stat about;
  if (makes && fd >= 0 && is_followed(fd, &about)) {
    /* Its inode may have been that of a file that is gone. */
    pthread_mutex_lock(&lock);
    const struct record record = {NEW, (uint64_t)about.st_ino, 0, 0, 0, 0, changes};
    append(&record, NULL);
    pthread_mutex_unlock(&lock);
  }
  return fd;
}

static mode_t mode_of(int flags, va_list rest) { return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; }

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_any(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_any(path, flags, mode);
}
