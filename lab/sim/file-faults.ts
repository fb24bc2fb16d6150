/** Trouble that a test orders in advance: which call, on which name, which of them, and what becomes of it. */

import { type ErrorCode, KithError } from '../../src/base/error.ts';
import type { FileCall, FileCallName } from '../../src/ports/file-system.ts';

/** Errors as the system names them, and the codes that the host gives for them; a test keeps both tables equal. */
export const ERRNO_CODES = {
  EIO: 'FILE_FAILED',
  ENOSPC: 'FILE_DISK_FULL',
  EDQUOT: 'FILE_DISK_FULL',
  EMFILE: 'FILE_TOO_MANY_OPEN',
  ENFILE: 'FILE_TOO_MANY_OPEN',
  EROFS: 'FILE_READ_ONLY',
  EACCES: 'FILE_DENIED',
  EPERM: 'FILE_DENIED',
  ENAMETOOLONG: 'FILE_NAME_IMPOSSIBLE',
  EBUSY: 'FILE_BUSY',
  ETXTBSY: 'FILE_BUSY',
  ENOTSUP: 'FILE_UNSUPPORTED',
  ENOSYS: 'FILE_UNSUPPORTED',
  ESTALE: 'FILE_FAILED',
  ETIMEDOUT: 'FILE_FAILED',
  EINTR: 'FILE_FAILED',
  ENOMEM: 'FILE_FAILED',
} as const satisfies Readonly<Record<string, ErrorCode>>;

export type Errno = keyof typeof ERRNO_CODES;

/** Which calls: those that fit all that is given are counted; from number `nth` on (1 is the first) `times` of them. */
export interface CallMatch {
  readonly call: FileCallName | readonly FileCallName[];
  /** Name the call is about (either one of a rename). */
  readonly name?: string;
  /** 1 unless said. */
  readonly nth?: number;
  /** 1 unless said; Infinity for good. */
  readonly times?: number;
}

/** An error: a code of ours, or one of the system's, EIO if nothing is said. */
export interface FaultOrder extends CallMatch {
  readonly code?: ErrorCode;
  readonly errno?: Errno;
  /** The call is done and fails nevertheless, as on a network disk that lost the answer. */
  readonly late?: boolean;
  /** Of a write that fails: this share of its bytes is written before. */
  readonly part?: number;
}

/** The call takes so much longer. */
export type SlowOrder = CallMatch & { readonly ms: number };

/** Calls by what they do, for orders that are about a class. */
export const CALL_CLASSES = {
  opening: ['openRoot', 'openDir', 'openFile'],
  looking: ['list', 'status', 'statusOf', 'readLink', 'abilities'],
  reading: ['read'],
  writing: ['write', 'truncate'],
  making: ['makeDir', 'makeLink'],
  naming: ['rename', 'removeFile', 'removeDir'],
  marking: ['setMode', 'setTime'],
  syncing: ['sync', 'syncFileSystem'],
} as const satisfies Readonly<Record<string, readonly FileCallName[]>>;

interface Ordered<Order extends CallMatch> {
  readonly order: Order;
  seen: number;
}

/** A device's orders; they outlive its crashes. */
export class FileFaults {
  #faults: Ordered<FaultOrder>[] = [];
  #slow: Ordered<SlowOrder>[] = [];
  #struck = 0;

  /** Orders an error; the result takes the order back. */
  fail(order: FaultOrder): () => void {
    const entry = { order, seen: 0 };
    this.#faults.push(entry);
    return () => {
      this.#faults = this.#faults.filter((other) => other !== entry);
    };
  }

  /** Makes calls take longer; the result takes the order back. */
  slow(order: SlowOrder): () => void {
    const entry = { order, seen: 0 };
    this.#slow.push(entry);
    return () => {
      this.#slow = this.#slow.filter((other) => other !== entry);
    };
  }

  /** Takes every order back. */
  clear(): void {
    this.#faults = [];
    this.#slow = [];
  }

  /** How many calls failed or were slow: a test whose order never struck proves nothing. */
  get struck(): number {
    return this.#struck;
  }

  /** The order that strikes this call. */
  check(call: FileCall): FaultOrder | undefined {
    if (this.#faults.length === 0) return undefined;
    let found: FaultOrder | undefined;
    for (const entry of this.#faults) if (strikes(entry, call)) found ??= entry.order;
    if (found !== undefined) this.#struck += 1;
    return found;
  }

  /** Virtual milliseconds that this call takes longer. */
  delayOf(call: FileCall): number {
    let ms = 0;
    for (const entry of this.#slow) if (strikes(entry, call)) ms += entry.order.ms;
    if (ms > 0) this.#struck += 1;
    return ms;
  }
}

/** What a call that is struck throws. */
export function errorOf(order: FaultOrder, call: FileCall): KithError {
  const [name] = namesOf(call);
  const facts = { call: call.call, ordered: true, ...(name === undefined ? {} : { name }) };
  if (order.code !== undefined) return new KithError(order.code, facts);
  const errno = order.errno ?? 'EIO';
  return new KithError(ERRNO_CODES[errno], { ...facts, errno });
}

function strikes(entry: Ordered<CallMatch>, call: FileCall): boolean {
  const { order } = entry;
  if (!isAbout(order, call)) return false;
  entry.seen += 1;
  const nth = order.nth ?? 1;
  return entry.seen >= nth && entry.seen < nth + (order.times ?? 1);
}

function isAbout(order: CallMatch, call: FileCall): boolean {
  const fits =
    typeof order.call === 'string' ? order.call === call.call : order.call.includes(call.call);
  return fits && (order.name === undefined || namesOf(call).includes(order.name));
}

/** The names a call is about. */
export function namesOf(call: FileCall): readonly string[] {
  if (call.call === 'rename') return [call.from.name, call.to.name];
  if (call.call === 'openRoot') return [call.path];
  return 'name' in call ? [call.name] : [];
}
