/** The system calls that are struck, and why these. */

/** Which calls a sweep counts. */
export type CallSet = 'changing' | 'reading';

/** Calls that change something, or make it durable: between two of them a process can be killed and leave another state behind. */
const CHANGING: Readonly<Record<string, string>> = {
  create: 'an openat that may make the file',
  write: 'the database log, small files, notes',
  writev: 'the same in one call',
  pwrite64: 'blocks of staged files, pages of the database',
  ftruncate: 'the size of a staged file, the end of the database log',
  fallocate: 'space of the database',
  fsync: 'durability of one file or directory',
  fdatasync: 'durability of the database and its log',
  syncfs: 'durability of a group of files',
  rename: 'control files of the home',
  renameat: 'the same, by descriptor',
  renameat2: 'gives names to files: without replacing, or by exchange',
  link: 'a second name',
  linkat: 'the same, by descriptor',
  unlink: 'deletes',
  unlinkat: 'deletes, by descriptor',
  rmdir: 'deletes directories',
  mkdir: 'makes directories',
  mkdirat: 'the same, by descriptor',
  symlink: 'makes links',
  symlinkat: 'the same, by descriptor',
  chmod: 'modes by name',
  fchmod: 'modes by descriptor',
  utimensat: 'times, to the nanosecond',
};

/** Calls by which something is found out: an error in one of them must never count as "not there". */
const READING: Readonly<Record<string, string>> = {
  openat: 'opens files and directories',
  getdents64: 'names in a directory',
  statx: 'what stands at a name: the fast way, and that of Node',
  newfstatat: 'the same, by the C library',
  fstat: 'what was opened',
  stat: 'what stands at a name',
  lstat: 'the same, links not followed',
  statfs: 'what kind of file system it is',
  fstatfs: 'the same of what was opened',
  read: 'contents, pages of the database',
  pread64: 'the same at a place',
  readlink: 'where a link points',
  readlinkat: 'the same, by descriptor',
  inotify_add_watch: 'watching a directory',
};

/** The names of a set. */
export function callsOf(set: CallSet): readonly string[] {
  return Object.keys(set === 'changing' ? CHANGING : READING);
}
