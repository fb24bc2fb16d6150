/** The token of the control API: 256 random bits in a private file, made once, compared in constant time. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { homeFiles } from '../host/locations.ts';
import { readTextIfThere, requirePrivate, writePrivateFile } from '../host/private-file.ts';

/** The shortest token that is taken from the file; a person may put a longer one there. */
const LEAST_CHARACTERS = 32;

/**
 * The token in `home`, made now if there is none or what stands there is too short to be one. HOME_UNSAFE if others can read
 * it. The caller holds the home's lock.
 */
export async function ensureToken(home: string): Promise<string> {
  const { token: file } = homeFiles(home);
  await requirePrivate([file]);
  const known = (await readTextIfThere(file))?.trim();
  if (known !== undefined && known.length >= LEAST_CHARACTERS) return known;
  const token = randomBytes(32).toString('base64url');
  await writePrivateFile(file, `${token}\n`);
  return token;
}

/** True if both are the same; the time it takes tells nothing of where they differ, nor of their lengths. */
export function isSameToken(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
