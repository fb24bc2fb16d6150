/** Who may enter the home and read what is in it, and is the identity whole? */

import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { bad, type Finding, ok, warn } from '../../api/finding.ts';
import { asKithError } from '../../base/error.ts';
import { readIdentity } from '../../host/identity-files.ts';
import { isAbsence } from '../../host/private-file.ts';
import type { Patient } from './patient.ts';
import { reasonText } from './reason-text.ts';

/** One private name. `mode` undefined: it is not there. */
export interface PrivateName {
  readonly file: string;
  readonly kind: 'home' | 'secret' | 'private';
  readonly mode: number | undefined;
  readonly owner: number | undefined;
}

export async function checkKeys({ files }: Patient): Promise<readonly Finding[]> {
  const { home, key, token, certificate, config, index } = files;
  const named = [
    ...[{ file: home, kind: 'home' } as const],
    ...[key, token].map((file) => ({ file, kind: 'secret' }) as const),
    ...[certificate, config, index].map((file) => ({ file, kind: 'private' }) as const),
  ];
  const names = await Promise.all(
    named.map(async (name) => {
      const status = await statusOf(name.file);
      return { ...name, mode: status && status.mode & 0o777, owner: status?.uid };
    }),
  );
  if (names[0]?.mode === undefined) return [];
  const found = judgeModes(names, process.getuid?.());
  const identity = await judgeIdentity(home);
  const all = [...found, ...(identity === undefined ? [] : [identity])];
  return all.length > 0 ? all : [ok('keys', 'home, key and token are yours alone')];
}

/** Pure. `self`: the user who runs this. The daemon refuses an open home, key and token; the rest is hidden by the home. */
export function judgeModes(
  names: readonly PrivateName[],
  self: number | undefined,
): readonly Finding[] {
  return names.flatMap((name) => {
    const { file, kind, mode, owner } = name;
    if (mode === undefined) return [];
    const found: Finding[] = [];
    if (owner !== self) {
      const text = `${path.basename(file)} belongs to user ${owner}, not to you (${self})`;
      const mend = `run kith as its owner, or: sudo chown ${self} '${file}'`;
      // Root reads everything, and looks after the homes of others.
      found.push(self === 0 ? warn('keys', text, mend) : bad('keys', text, mend));
    }
    const wanted = kind === 'home' ? 0o700 : 0o600;
    const text = `${path.basename(file)} has mode ${octal(mode)} instead of ${octal(wanted)}`;
    const mend = `chmod ${octal(wanted)} '${file}'`;
    const isLacking = (mode & wanted) !== wanted;
    if (isLacking) found.push(bad('keys', `${text}: its owner cannot use it`, mend));
    if ((mode & 0o077) !== 0) {
      const open = `${text}: others may ${kind === 'home' ? 'enter' : 'read it'}`;
      found.push(kind === 'private' ? warn('keys', open, mend) : bad('keys', open, mend));
    }
    return found;
  });
}

async function judgeIdentity(home: string): Promise<Finding | undefined> {
  try {
    await readIdentity(home);
    return undefined;
  } catch (error) {
    // Told by the modes already.
    if (asKithError(error, 'IDENTITY_EXPOSED') !== undefined) return undefined;
    const text = reasonText(error);
    const mend = `put cert.pem and key.pem back from a copy, or move ${home} away and: kith init`;
    return bad('keys', text, mend);
  }
}

async function statusOf(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}
