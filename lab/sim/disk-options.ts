/** How one simulated disk differs from an ordinary disk of Linux. Plain data, so that a story can be written down with it. */

/** How letters are compared: each lower-cased; each upper-cased if that is one letter (exFAT, NTFS); as Unicode folds them. */
export type CaseFolding = 'lower' | 'upper' | 'full';

/** Everything has the default of an ordinary Linux disk. */
export interface DiskOptions {
  /** Names that differ by case alone are one; true is `lower`. */
  readonly foldsCase?: boolean | CaseFolding;
  /** Names are kept in this normal form, and found under any. */
  readonly normalForm?: 'NFC' | 'NFD';
  /** Names that cannot be: the signs that Windows forbids; or its devices and dots and spaces at the end as well. */
  readonly reserved?: 'signs' | 'windows';
  /** The longest name; 255 bytes of UTF-8 unless said. */
  readonly longestName?: { readonly bytes: number } | { readonly units: number };
  /** Smallest step of times in nanoseconds: 1 unless said. */
  readonly timeStepNs?: 1 | 1_000 | 1_000_000_000 | 2_000_000_000;
  /** First and last second that can be kept; other times become the nearer one. */
  readonly timeRange?: readonly [number, number];
  /** Bytes that fit, counted in blocks of 4 KiB. */
  readonly capacity?: number;
  /** Bytes that this user may use; what is free does not tell of it. */
  readonly quota?: number;
  /** Files, directories and links that fit. */
  readonly inodes?: number;
  readonly syncsAsOne?: boolean;
  /** The programs obey the owner's bits of modes, as those of ordinary users must. */
  readonly obeysModes?: boolean;
  /** A freed number goes to the next that comes; or to nothing else; or all are given anew at every start of a program. */
  readonly inodeNumbers?: 'reused' | 'fresh' | 'unstable';
  /** Of changes; or always equal to mtime; or another at every look. */
  readonly ctime?: 'true' | 'mtime' | 'flutters';
  /** False: links cannot be made. */
  readonly symlinks?: boolean;
  /** False: a file has one name. */
  readonly hardLinks?: boolean;
  /** False: a rename to another spelling of the same name changes nothing, although it succeeds. */
  readonly respells?: boolean;
  /** A handle on a directory that was removed is of no use: every call through it is FILE_GONE. */
  readonly forgetsRemoved?: boolean;
  /** A rename leaves the times of its directories as they are. */
  readonly renamesUndated?: boolean;
  /** A cut to the size that a file has already is no change. */
  readonly ignoresEqualCuts?: boolean;
  /** What the disk knows of renames that never replace. */
  readonly renames?: 'all' | 'keep' | 'none';
  /** An open file that is removed stays under a name that begins so until it is closed, as FUSE and NFS have it. */
  readonly hidesOpen?: '.fuse_hidden' | '.nfs';
  /** Modes are these and stay so; setting them is taken without a word. */
  readonly fixedModes?: { readonly file: number; readonly directory: number };
}
