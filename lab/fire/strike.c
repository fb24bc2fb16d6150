/*
 * Runs a program and strikes at its n-th system call on certain files: the program is killed before the call happens, or
 * the call fails with an error and does nothing. The calls of all threads and children are counted as one row.
 *
 *   strike LOG CALLS PLACES AT TIMES ACT PROGRAM [ARGUMENT]...
 *
 * CALLS: names, with commas; `create` is an openat that may make the file. PLACES: absolute directories, with commas; a call
 * counts if one of its paths or descriptors lies there. AT: number of the first call that is struck; 0: none, calls are only
 * counted. TIMES: how many in a row, for two seconds at most. ACT: `kill`, or the name of an error. Every counted call is a line
 * `NUMBER CALL PATH` in LOG, with `!` before it if it was struck.
 *
 * The program has the process id that strike was started with; the tracer is a process of its own and ends with it. Only calls in
 * the list stop the program (a seccomp filter sees to that). Linux on x86-64.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef __x86_64__
#error "registers are those of x86-64"
#endif

/* Where a call's paths are: for each the argument with the directory (-1: none), and that with the name (-1: no name). */
struct call {
  const char *name;
  long number;
  int places[2][2];
};

#define NONE {-2, -2}
#define FD(name) {#name, SYS_##name, {{0, -1}, NONE}}
#define PATH(name) {#name, SYS_##name, {{-1, 0}, NONE}}
#define AT(name) {#name, SYS_##name, {{0, 1}, NONE}}

static const struct call known[] = {
    FD(read), FD(pread64), FD(readv), FD(preadv), FD(write), FD(pwrite64), FD(writev), FD(pwritev),
    FD(ftruncate), FD(fallocate), FD(fsync), FD(fdatasync), FD(syncfs), FD(fchmod), FD(fchown),
    FD(fstat), FD(fstatfs), FD(getdents64), FD(flock), FD(fcntl), FD(lseek), FD(close),
    PATH(open), PATH(stat), PATH(lstat), PATH(statfs), PATH(access), PATH(chmod), PATH(truncate),
    PATH(mkdir), PATH(rmdir), PATH(unlink), PATH(readlink),
    AT(openat), AT(newfstatat), AT(statx), AT(faccessat), AT(faccessat2), AT(fchmodat),
    AT(mkdirat), AT(unlinkat), AT(readlinkat), AT(utimensat),
    {"rename", SYS_rename, {{-1, 0}, {-1, 1}}},
    {"renameat", SYS_renameat, {{0, 1}, {2, 3}}},
    {"renameat2", SYS_renameat2, {{0, 1}, {2, 3}}},
    {"link", SYS_link, {{-1, 0}, {-1, 1}}},
    {"linkat", SYS_linkat, {{0, 1}, {2, 3}}},
    {"symlink", SYS_symlink, {{-1, 1}, NONE}},
    {"symlinkat", SYS_symlinkat, {{1, 2}, NONE}},
    {"inotify_add_watch", SYS_inotify_add_watch, {{-1, 1}, NONE}},
    {"copy_file_range", SYS_copy_file_range, {{0, -1}, {2, -1}}},
};
#define KNOWN (sizeof known / sizeof *known)

static const struct {
  const char *name;
  int number;
} errors[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EMFILE", EMFILE}, {"ENFILE", ENFILE},
              {"EACCES", EACCES}, {"EPERM", EPERM},   {"EROFS", EROFS},   {"EINTR", EINTR},
              {"EDQUOT", EDQUOT}, {"ENOMEM", ENOMEM}, {"ESTALE", ESTALE}, {"EBUSY", EBUSY}};

static pid_t victim;
static int report;
static char *places[8];
static int place_count;
static long first, times, seen;
static int only_creating; /* of openat, those alone that may make a file */
static int failure; /* 0: kill */

static void die(const char *what) {
  fprintf(stderr, "strike: %s: %s\n", what, strerror(errno));
  exit(125);
}

static void read_text(pid_t task, unsigned long address, char *into) {
  /* A page at a time: what lies behind the end of the string may not be there. */
  size_t done = 0;
  while (done < PATH_MAX - 1) {
    size_t part = 4096 - ((address + done) & 4095);
    if (part > PATH_MAX - 1 - done) part = PATH_MAX - 1 - done;
    struct iovec here = {into + done, part}, there = {(void *)(address + done), part};
    ssize_t got = process_vm_readv(task, &here, 1, &there, 1, 0);
    if (got <= 0) break;
    if (memchr(into + done, 0, got) != NULL) return;
    done += got;
  }
  into[done] = 0;
}

static void of_descriptor(pid_t task, long fd, char *into) {
  char link[64];
  if ((int)fd == AT_FDCWD)
    snprintf(link, sizeof link, "/proc/%d/cwd", task);
  else
    snprintf(link, sizeof link, "/proc/%d/fd/%d", task, (int)fd);
  ssize_t length = readlink(link, into, PATH_MAX - 1);
  into[length < 0 ? 0 : length] = 0;
}

/* The absolute path of a name in a directory; names in /proc/self/fd/N are those in the directory N. */
static void resolve(pid_t task, const int place[2], const unsigned long *args, char *into) {
  static char text[PATH_MAX];
  text[0] = 0;
  if (place[1] >= 0) read_text(task, args[place[1]], text);
  const char *rest = text;
  into[0] = 0;
  if (strncmp(text, "/proc/self/fd/", 14) == 0) {
    char *end;
    of_descriptor(task, strtol(text + 14, &end, 10), into);
    rest = end;
  } else if (text[0] != '/') {
    of_descriptor(task, place[0] >= 0 ? (long)args[place[0]] : AT_FDCWD, into);
    if (text[0] != 0) strncat(into, "/", PATH_MAX - 1 - strlen(into));
  }
  strncat(into, rest, PATH_MAX - 1 - strlen(into));
}

static int is_among_places(const char *path) {
  for (int i = 0; i < place_count; i++) {
    size_t length = strlen(places[i]);
    if (strncmp(path, places[i], length) == 0 && (path[length] == 0 || path[length] == '/')) return 1;
  }
  return 0;
}

static void say(int is_struck, const char *name, const char *path) {
  static char line[PATH_MAX + 64];
  int length = snprintf(line, sizeof line, "%s%ld %s %s\n", is_struck ? "!" : "", seen, name, path);
  for (int i = 0; i < length - 1; i++)
    if (line[i] == '\n') line[i] = '?';
  if (write(report, line, length) < 0) die("log");
}

/* Trouble passes: a program that pauses after each error would else meet it for minutes. */
static int is_over(void) {
  static struct timespec since;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (since.tv_sec == 0) since = now;
  return now.tv_sec - since.tv_sec > 2;
}

/* At a call of the list, before it happens. */
static void at_call(pid_t task) {
  struct user_regs_struct regs;
  if (ptrace(PTRACE_GETREGS, task, 0, &regs) < 0) return; /* it is dying */
  const struct call *call = NULL;
  for (size_t i = 0; i < KNOWN; i++)
    if (known[i].number == (long)regs.orig_rax) call = &known[i];
  if (call == NULL) return;
  if (call->number == SYS_openat && only_creating && !(regs.rdx & O_CREAT)) return;
  unsigned long args[4] = {regs.rdi, regs.rsi, regs.rdx, regs.r10};
  static char path[PATH_MAX];
  int counts = 0;
  for (int i = 0; i < 2 && !counts && call->places[i][0] != -2; i++) {
    resolve(task, call->places[i], args, path);
    counts = is_among_places(path);
  }
  if (!counts) return;
  seen++;
  int is_struck = first > 0 && seen >= first && seen < first + times && !is_over();
  say(is_struck, only_creating && call->number == SYS_openat ? "create" : call->name, path);
  if (!is_struck) return;
  if (failure == 0) {
    kill(victim, SIGKILL);
    return;
  }
  regs.orig_rax = -1;
  regs.rax = -failure;
  if (ptrace(PTRACE_SETREGS, task, 0, &regs) < 0 && errno != ESRCH) die("registers");
}

static void trace(void) {
  int status;
  pid_t task;
  while ((task = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
    if (task <= 0 || !WIFSTOPPED(status)) continue;
    int signal = WSTOPSIG(status), event = status >> 16;
    if (event == PTRACE_EVENT_SECCOMP) at_call(task);
    int is_group_stop = event == PTRACE_EVENT_STOP && signal != SIGTRAP;
    ptrace(is_group_stop ? PTRACE_LISTEN : PTRACE_CONT, task, 0, event == 0 ? signal : 0);
  }
}

static void install_filter(char *list) {
  struct sock_filter code[KNOWN + 8];
  int count = 0, wanted = 0;
  long numbers[KNOWN];
  for (char *name = strtok(list, ","); name != NULL; name = strtok(NULL, ",")) {
    size_t i = 0;
    if (strcmp(name, "create") == 0) name = "openat";
    while (i < KNOWN && strcmp(known[i].name, name) != 0) i++;
    if (i == KNOWN || wanted == (int)KNOWN) {
      fprintf(stderr, "strike: no call %s\n", name);
      exit(125);
    }
    numbers[wanted++] = known[i].number;
  }
  code[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int i = 0; i < wanted; i++)
    code[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, numbers[i], wanted - i, 0);
  code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  struct sock_fprog program = {count, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) die("no new privileges");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) die("filter");
}

int main(int count, char **words) {
  if (count < 8) {
    fprintf(stderr, "usage: strike LOG CALLS PLACES AT TIMES ACT PROGRAM [ARGUMENT]...\n");
    return 125;
  }
  report = open(words[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (report < 0) die(words[1]);
  for (char *place = strtok(words[3], ","); place != NULL && place_count < 8; place = strtok(NULL, ","))
    places[place_count++] = place;
  first = atol(words[4]);
  times = atol(words[5]);
  if (strcmp(words[6], "kill") != 0) {
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
      if (strcmp(errors[i].name, words[6]) == 0) failure = errors[i].number;
    if (failure == 0) {
      fprintf(stderr, "strike: no act %s\n", words[6]);
      return 125;
    }
  }
  victim = getpid();
  only_creating = strstr(words[2], "create") != NULL;
  int ready[2];
  if (pipe2(ready, O_CLOEXEC) < 0) die("pipe");
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
  pid_t between = fork();
  if (between < 0) die("fork");
  if (between == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                   PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, victim, 0, options) < 0) die("seize");
    if (write(ready[1], "!", 1) != 1) die("pipe");
    for (int fd = 0; fd < 64; fd++)
      if (fd != report) close(fd);
    trace();
    _exit(0);
  }
  waitpid(between, NULL, 0);
  close(ready[1]);
  char byte;
  if (read(ready[0], &byte, 1) != 1) die("no tracer");
  install_filter(words[2]);
  execvp(words[7], words + 7);
  die(words[7]);
}
