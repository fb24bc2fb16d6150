/** Disks that are not like an ordinary one of Linux, each as one that exists. Plain data. */

import type { DiskOptions } from './disk-options.ts';

/** First and last second of exFAT and FAT: 1980 to 2107. */
const FAT_YEARS = [315_532_800, 4_354_819_199] as const;

export const PERSONALITIES = {
  ext4: {},
  /** As an ordinary user, not as root. */
  user: { obeysModes: true },
  /** exFAT through FUSE. */
  exfat: {
    foldsCase: 'upper',
    reserved: 'signs',
    longestName: { units: 255 },
    timeStepNs: 1_000_000_000,
    timeRange: FAT_YEARS,
    inodeNumbers: 'unstable',
    syncsAsOne: false,
    ctime: 'mtime',
    symlinks: false,
    hardLinks: false,
    renames: 'none',
    respells: false,
    ignoresEqualCuts: true,
    hidesOpen: '.fuse_hidden',
    forgetsRemoved: true,
    renamesUndated: true,
    fixedModes: { file: 0o777, directory: 0o777 },
  },
  /** A memory card that the kernel itself reads. */
  fat: {
    foldsCase: 'lower',
    reserved: 'windows',
    longestName: { units: 255 },
    timeStepNs: 2_000_000_000,
    timeRange: FAT_YEARS,
    inodeNumbers: 'unstable',
    syncsAsOne: false,
    symlinks: false,
    hardLinks: false,
    renames: 'keep',
    fixedModes: { file: 0o755, directory: 0o755 },
  },
  /** A disk of Windows with its rules for names. */
  ntfs: { foldsCase: 'upper', reserved: 'windows', longestName: { units: 255 }, syncsAsOne: false },
  /** Folds as Unicode does and keeps names decomposed. */
  hfs: { foldsCase: 'full', normalForm: 'NFD', timeStepNs: 1_000_000_000, syncsAsOne: false },
  /** Folds as Unicode does and keeps names as they were given. */
  casefold: { foldsCase: 'full', obeysModes: true },
  composing: { normalForm: 'NFC' },
  /** Names are encrypted and so become longer. */
  encrypted: { longestName: { bytes: 143 } },
  /** A share of another computer. */
  network: {
    syncsAsOne: false,
    inodeNumbers: 'unstable',
    ctime: 'flutters',
    timeStepNs: 1_000,
    hidesOpen: '.nfs',
  },
} as const satisfies Readonly<Record<string, DiskOptions>>;
