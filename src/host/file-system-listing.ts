/** Names in a directory, bytes that are no UTF-8 told apart. */

import fs from 'node:fs';
import type { DirListing } from '../ports/file-system.ts';

const NONE: readonly string[] = [];

/** The complete listing of the directory at `path`, or Node's error. Bytes are read only where a name looks lossy. */
export function listingAt(path: string): DirListing {
  const names = fs.readdirSync(path);
  const isClean = names.every((name) => !name.includes('\uFFFD'));
  return isClean ? { names, undecodable: NONE } : sortOut(fs.readdirSync(path, 'buffer'));
}

function sortOut(raw: readonly Uint8Array[]): DirListing {
  // A mark of byte order is part of a name like any other character.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const names: string[] = [];
  const undecodable: string[] = [];
  for (const bytes of raw) {
    try {
      names.push(decoder.decode(bytes));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      undecodable.push(escapeBytes(bytes));
    }
  }
  return { names, undecodable };
}

/** Printable ASCII as it is, every other byte as `\xNN`, a backslash doubled. */
function escapeBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0x5c) text += '\\\\';
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}
