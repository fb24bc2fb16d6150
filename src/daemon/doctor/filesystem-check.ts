/** On what kinds of file system home and folders lie: some tell no changes, some take databases badly, some forget. */

import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { bad, type Finding, ok, warn } from '../../api/finding.ts';
import { abilitiesAt } from '../../host/file-system-status.ts';
import { type Mount, mountOf, parseMounts } from '../../host/mounts.ts';
import { isShared, mayChangeUntold } from '../../host/shared-mounts.ts';
import { foldersOf, type Patient } from './patient.ts';

const FORGETFUL: readonly string[] = ['tmpfs', 'ramfs'];

/** One place that matters, and the file system it is on. */
export interface Place {
  /** `home`, or the id of a folder. */
  readonly name: string;
  readonly isHome: boolean;
  /** A folder that only sends is not written to. */
  readonly mayBeReadOnly: boolean;
  readonly path: string;
  readonly mount: Mount;
  /** One sync for all of the file system is trusted. */
  readonly syncsAsOne: boolean;
}

export async function checkFilesystem(patient: Patient): Promise<readonly Finding[]> {
  const mounts = parseMounts(await readFile(path.join(patient.proc, 'self/mountinfo'), 'utf8'));
  const places: Place[] = [];
  const home = { id: 'home', path: patient.files.home, kind: 'send-receive' } as const;
  for (const [at, { id, path: named, kind }] of [home, ...foldersOf(patient)].entries()) {
    const real = await realName(named);
    const mount = real === undefined ? undefined : mountOf(mounts, real);
    if (real === undefined || mount === undefined) continue;
    const { syncsAsOne } = abilitiesAt(real);
    const mayBeReadOnly = kind === 'send-only';
    places.push({ name: id, isHome: at === 0, mayBeReadOnly, path: real, mount, syncsAsOne });
  }
  return judgeFilesystems(places);
}

/** undefined: it cannot be reached. Why is told by the checks of folders and configuration. */
async function realName(name: string): Promise<string | undefined> {
  return await realpath(name).catch(() => undefined);
}

/** Pure. */
export function judgeFilesystems(places: readonly Place[]): readonly Finding[] {
  const found = places.flatMap((place) => (place.isHome ? judgeHome(place) : judgeFolder(place)));
  if (found.length > 0) return found;
  const kinds = [...new Set(places.map(kindText))];
  return [ok('filesystem', kinds.join(', '))];
}

function judgeHome({ path: home, mount }: Place): readonly Finding[] {
  const { type } = mount;
  const mend = `stop the daemon and move ${home} to a disk of this machine; then --home names it`;
  if (mount.isReadOnly) return [readOnly('the home', mount)];
  if (isShared(type)) {
    const text = `the home is on ${type}, a network or shared file system: databases break there`;
    return [bad('filesystem', text, mend)];
  }
  if (FORGETFUL.includes(type)) {
    const text = `the home is on ${type}: the key is gone when this machine stops`;
    return [warn('filesystem', text, mend)];
  }
  if (!type.startsWith('fuse') || type === 'fuseblk') return [];
  return [
    warn(
      'filesystem',
      `the home is on ${type}: whether databases are safe there is not known`,
      mend,
    ),
  ];
}

function judgeFolder({ name, mount, mayBeReadOnly }: Place): readonly Finding[] {
  const { type, source } = mount;
  if (mount.isReadOnly && !mayBeReadOnly) return [readOnly(`folder ${name}`, mount)];
  if (mayChangeUntold(type)) {
    const text = `folder ${name} is on ${type} (${source}): changes made elsewhere are not told; to find them everything is looked at again and again`;
    const mend = `run kith on the machine that owns the disk, or after a change: kith rescan '${name}'`;
    return [warn('filesystem', text, mend)];
  }
  if (FORGETFUL.includes(type)) {
    const text = `folder ${name} is on ${type}: it is gone when this machine stops`;
    return [warn('filesystem', text, 'choose a directory on a disk')];
  }
  return [];
}

function readOnly(what: string, { point }: Mount): Finding {
  const mend = `sudo mount -o remount,rw '${point}' (dmesg tells whether the disk failed)`;
  return bad('filesystem', `${what} is on a file system that is mounted read-only`, mend);
}

function kindText({ mount, syncsAsOne }: Place): string {
  return `${mount.type}${syncsAsOne ? '' : ' (synced file by file)'}`;
}
