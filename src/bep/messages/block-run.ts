/**
 * The blocks of one entry, read one by one into one growing buffer of hashes: nothing is kept per block. Source: BEP v1,
 * BlockInfo.
 */

import { HASH_BYTES } from '../../base/sha256.ts';
import { blockAt } from '../../model/block.ts';
import type { Entry } from '../../model/entry.ts';
import { bytesTag, type Reader, readFields, varintTag, type Writer } from '../protobuf.ts';
import { readSafeInt } from '../protobuf-values.ts';

const BLOCK = bytesTag(16);
const OFFSET = varintTag(1);
const SIZE = varintTag(2);
const HASH = bytesTag(3);

const NO_BYTES = new Uint8Array(0);

/** Gathers the blocks of one entry in the order in which they come; its buffer serves the next entry again. */
export class BlockRun {
  #hashes = NO_BYTES;
  #count = 0;
  #bytes = 0;
  #firstSize = 0;
  #lastSize = 0;
  #isEmpty = true;
  #isRegular = true;

  /** True if no block was read at all, not even one that does not fit. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Begins anew with no blocks. */
  clear(): void {
    this.#count = 0;
    this.#bytes = 0;
    this.#isEmpty = true;
    this.#isRegular = true;
  }

  /** Reads one BlockInfo. */
  add(from: Reader, end: number): void {
    let offset = 0;
    let size = 0;
    let hash: Uint8Array = NO_BYTES;
    readFields(from, end, (tag) => {
      if (tag === OFFSET) offset = readSafeInt(from);
      else if (tag === SIZE) size = from.int32();
      else if (tag === HASH) hash = from.bytes();
      else return false;
      return true;
    });
    this.#check(offset, size);
    this.#append(hash);
  }

  /** True if the blocks are those of a file of `size` bytes cut at `blockSize`: complete, in order, all but the last full. */
  fits(size: number, blockSize: number): boolean {
    if (!this.#isRegular || this.#count === 0 || this.#bytes !== size) return false;
    if (this.#count === 1) return size <= blockSize;
    return this.#firstSize === blockSize && this.#lastSize > 0 && this.#lastSize <= blockSize;
  }

  /** The hashes one after the other, in an array of their own. */
  hashes(): Uint8Array {
    return this.#hashes.slice(0, this.#count * HASH_BYTES);
  }

  #check(offset: number, size: number): void {
    if (offset !== this.#bytes || size < 0) this.#isRegular = false;
    if (this.#isEmpty) this.#firstSize = size;
    // Only the last block may be short, and this one shows that the one before was not the last.
    else if (this.#lastSize !== this.#firstSize) this.#isRegular = false;
    this.#isEmpty = false;
    this.#lastSize = size;
    this.#bytes += size;
  }

  #append(hash: Uint8Array): void {
    // A hash of another length is not stored, so that short blocks cannot make the buffer outgrow the message.
    if (hash.length !== HASH_BYTES) {
      this.#isRegular = false;
      return;
    }
    const at = this.#count * HASH_BYTES;
    if (at + HASH_BYTES > this.#hashes.length) this.#grow();
    this.#hashes.set(hash, at);
    this.#count++;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.max(4 * HASH_BYTES, this.#hashes.length * 2));
    larger.set(this.#hashes);
    this.#hashes = larger;
  }
}

/** Writes the blocks of an entry as fields of its FileInfo. */
export function writeBlocks(to: Writer, entry: Entry): void {
  const count = entry.blocks.length / HASH_BYTES;
  for (let i = 0; i < count; i++) {
    const { offset, size, hash } = blockAt(entry, i);
    to.uint32(BLOCK).fork();
    if (offset !== 0) to.uint32(OFFSET).int64(offset);
    if (size !== 0) to.uint32(SIZE).int32(size);
    to.uint32(HASH).bytes(hash).join();
  }
}
