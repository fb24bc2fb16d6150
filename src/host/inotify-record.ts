/** What the kernel writes to an inotify descriptor, decoded. */

/** Bits of a record's mask and of a watch. */
export const IN = {
  modify: 0x2,
  attrib: 0x4,
  closeWrite: 0x8,
  movedFrom: 0x40,
  movedTo: 0x80,
  create: 0x100,
  delete: 0x200,
  deleteSelf: 0x400,
  moveSelf: 0x800,
  unmount: 0x2000,
  overflow: 0x4000,
  ignored: 0x8000,
  onlyDir: 0x1000000,
  isDir: 0x40000000,
} as const;

/** What a watched directory is asked to tell. */
export const WATCH_MASK =
  IN.modify |
  IN.attrib |
  IN.closeWrite |
  IN.movedFrom |
  IN.movedTo |
  IN.create |
  IN.delete |
  IN.deleteSelf |
  IN.moveSelf |
  IN.onlyDir;

/** `watch` is -1 for an overflow. `name`: '' for the watched directory itself, undefined if it is not UTF-8. */
export interface InotifyRecord {
  readonly watch: number;
  readonly mask: number;
  readonly name: string | undefined;
}

const HEADER = 16;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The last record if it cannot be read: whatever it says is lost, like what an overflow does not say. */
const LOST: InotifyRecord = { watch: -1, mask: IN.overflow, name: '' };

/** The records in the first `length` bytes. The kernel never cuts in the middle of one; if it did, it counts as an overflow. */
export function parseRecords(bytes: Buffer, length: number): InotifyRecord[] {
  const records: InotifyRecord[] = [];
  for (let at = 0; at < length; ) {
    if (at + HEADER > length) return [...records, LOST];
    const padded = bytes.readUInt32LE(at + 12);
    const end = at + HEADER + padded;
    if (end > length) return [...records, LOST];
    const name = decodeName(bytes, at + HEADER, end);
    records.push({ watch: bytes.readInt32LE(at), mask: bytes.readUInt32LE(at + 4), name });
    at = end;
  }
  return records;
}

/** The name stands before the first NUL; zeros fill the rest. */
function decodeName(bytes: Buffer, start: number, limit: number): string | undefined {
  let end = start;
  while (end < limit && bytes[end] !== 0) end++;
  const name = bytes.toString('utf8', start, end);
  if (!name.includes('\uFFFD')) return name;
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
