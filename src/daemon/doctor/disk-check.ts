/** Is there room: bytes and inodes of every file system that home and folders are on? */

import type { Stats } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { bad, type Finding, ok, warn } from '../../api/finding.ts';
import { foldersOf, type Patient } from './patient.ts';

const MIB = 1024 * 1024;
/** The database needs some to work in; a folder needs little to be of use. */
const LEAST_HOME_BYTES = 64 * MIB;
const LEAST_FOLDER_BYTES = 8 * MIB;
const LOW_BYTES = 256 * MIB;
const LOW_PART = 0.05;
/** Of a large disk 5 percent are plenty. */
const ENOUGH_BYTES = 10_000 * MIB;
const LEAST_INODES = 100;
const LOW_INODES = 10_000;

/** One file system. */
export interface Room {
  /** Home and folders on it, for people. */
  readonly names: readonly string[];
  readonly hasHome: boolean;
  /** A directory on it. */
  readonly path: string;
  readonly totalBytes: number;
  /** For ordinary users. */
  readonly freeBytes: number;
  /** 0: the file system does not count any. */
  readonly totalInodes: number;
  readonly freeInodes: number;
  /** Bytes that are still to come. */
  readonly comingBytes: number;
}

export async function checkDisk(patient: Patient): Promise<readonly Finding[]> {
  const places = [
    { name: 'the home', path: patient.files.home, comingBytes: 0 },
    ...foldersOf(patient).map(({ id, path }) => {
      return { name: `folder ${id}`, path, comingBytes: comingTo(patient, id) };
    }),
  ];
  const rooms = new Map<number, Room>();
  for (const place of places) {
    const status = await statusOf(place.path);
    if (status === undefined) continue;
    const known = rooms.get(status.dev);
    const room = known ?? { ...(await roomAt(place.path)), names: [], hasHome: false };
    rooms.set(status.dev, {
      ...room,
      names: [...room.names, place.name],
      hasHome: room.hasHome || place.name === 'the home',
      comingBytes: room.comingBytes + place.comingBytes,
    });
  }
  return judgeRooms([...rooms.values()]);
}

/** Pure. */
export function judgeRooms(rooms: readonly Room[]): readonly Finding[] {
  const found = rooms.flatMap((room) => [...judgeBytes(room), ...judgeInodes(room)]);
  if (found.length > 0) return found;
  const least = Math.min(...rooms.map(({ freeBytes }) => freeBytes));
  return [
    ok('disk', rooms.length === 0 ? 'nothing to look at' : `${sizeText(least)} free or more`),
  ];
}

function judgeBytes(room: Room): readonly Finding[] {
  const { names, hasHome, path, totalBytes, freeBytes, comingBytes } = room;
  const text = `${sizeText(freeBytes)} free where ${names.join(', ')} lies`;
  const mend = `make room there: du -xh -d1 '${path}' | sort -h | tail; df -h '${path}'`;
  if (freeBytes < (hasHome ? LEAST_HOME_BYTES : LEAST_FOLDER_BYTES))
    return [bad('disk', text, mend)];
  if (comingBytes > freeBytes) {
    return [bad('disk', `${text}, but ${sizeText(comingBytes)} are still to come`, mend)];
  }
  const isLow = freeBytes < LOW_PART * totalBytes && freeBytes < ENOUGH_BYTES;
  return freeBytes < LOW_BYTES || isLow ? [warn('disk', text, mend)] : [];
}

function judgeInodes({ names, path, totalInodes, freeInodes }: Room): readonly Finding[] {
  if (totalInodes === 0) return [];
  const text = `${freeInodes} more files fit where ${names.join(', ')} lies (inodes)`;
  const mend = `remove files there: du -x --inodes -d1 '${path}' | sort -n | tail`;
  if (freeInodes < LEAST_INODES) return [bad('disk', text, mend)];
  const isLow = freeInodes < Math.min(LOW_INODES, totalInodes * LOW_PART);
  return isLow ? [warn('disk', text, mend)] : [];
}

/** undefined: it cannot be reached. Why is told by the checks of folders and configuration. */
async function statusOf(path: string): Promise<Stats | undefined> {
  return await stat(path).catch(() => undefined);
}

async function roomAt(path: string) {
  const { bsize, blocks, bavail, files, ffree } = await statfs(path);
  return {
    path,
    totalBytes: blocks * bsize,
    freeBytes: bavail * bsize,
    totalInodes: files,
    freeInodes: ffree,
    comingBytes: 0,
  };
}

function comingTo({ said }: Patient, id: string): number {
  if (said.kind !== 'report') return 0;
  return said.report.folders.find((folder) => folder.id === id)?.need.bytes ?? 0;
}

function sizeText(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.floor(bytes / 1e6)} MB`;
}
