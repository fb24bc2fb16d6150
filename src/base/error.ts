/** The one class that is thrown on purpose, and the table of every code. docs/errors.md is made from it. */

/** How to react. transient: retry. permanent: report, go on. invalid: refuse. corrupt: stop the folder. bug: crash. */
export type ErrorKind = 'transient' | 'permanent' | 'invalid' | 'corrupt' | 'bug';

/** Every code Kith raises: its kind, and the sentence people see. */
export const ERRORS = {
  BUG: { kind: 'bug', text: 'Kith broke a rule of its own; please report this' },

  DEVICE_ID_INVALID: { kind: 'invalid', text: 'this is not a device id; copy it whole, with its dashes' },
  PATH_INVALID: { kind: 'invalid', text: 'this is not a path inside a folder' },
  FOLDER_ID_INVALID: { kind: 'invalid', text: 'this is not a folder id: 1 to 200 characters, no control characters' },
  FOLDER_NOT_SHARED: { kind: 'invalid', text: 'this folder is not shared with that device' },
  REQUEST_REFUSED: { kind: 'permanent', text: 'the device does not give this block' },

  IDENTITY_INVALID: {
    kind: 'permanent',
    text: 'cert.pem or key.pem of this device cannot be used; put both back from a copy, or move the home away and begin anew with kith init',
  },
  IDENTITY_EXISTS: { kind: 'permanent', text: 'this device has an identity already; it is never overwritten' },
  IDENTITY_EXPOSED: { kind: 'permanent', text: 'others can read the private key; take their rights away (chmod 600)' },
  WIRE_HELLO_UNKNOWN: { kind: 'invalid', text: 'the other end speaks another protocol, or a version of it that is not known here' },
  WIRE_MALFORMED: { kind: 'invalid', text: 'the device sent bytes that are no message' },
  WIRE_TOO_LARGE: { kind: 'invalid', text: 'the device sent a message beyond the limit of its type' },
  WIRE_COMPRESSION_UNKNOWN: { kind: 'invalid', text: 'the device compressed a message in a way that is not known here' },
  WIRE_LZ4_INVALID: { kind: 'invalid', text: 'the device sent a compressed message that cannot be unpacked' },
  WIRE_UNEXPECTED: { kind: 'invalid', text: 'the device sent a message at a time when it may not' },
  WIRE_CONFIG_REFUSED: { kind: 'invalid', text: 'the device described its folders in a way that cannot be' },
  WIRE_ENTRY_REFUSED: { kind: 'invalid', text: 'the device announced an entry that cannot be' },
  WIRE_REQUEST_INVALID: { kind: 'invalid', text: 'the device asked for something that cannot be' },

  DEVICE_TWICE: {
    kind: 'permanent',
    text: 'two devices run with one and the same key, so nothing is exchanged with either; move the home of one away (a copy, or a machine put back), give it a key of its own with kith init, and add it as a new device',
  },
  LISTEN_FAILED: { kind: 'permanent', text: 'this address cannot be listened on' },
  DIAL_FAILED: { kind: 'transient', text: 'the device could not be reached at this address' },
  CONNECTION_LOST: { kind: 'transient', text: 'the connection broke' },
  PEER_SILENT: { kind: 'transient', text: 'the device said nothing for too long' },
  PEER_INDEX_UNEXPECTED: { kind: 'invalid', text: 'the device sent news of a folder that is not exchanged with it' },
  PEER_INDEX_GAP: { kind: 'invalid', text: 'the device sent news without the news before it; it is asked for again' },
  PEER_SENDS_WRONG_BYTES: { kind: 'invalid', text: 'the device sent bytes that do not match their hash, again and again' },
  PEER_ANNOUNCES_TOO_MUCH: {
    kind: 'invalid',
    text: 'the device announces more in this folder than is kept of one device; what it announced before is kept, and nothing new is taken',
  },
  PEER_ASKS_TOO_MUCH: { kind: 'invalid', text: 'the device asks for more than can be kept waiting' },

  USAGE_INVALID: { kind: 'invalid', text: 'the command line is not understood' },
  CONFIG_MISSING: { kind: 'permanent', text: 'nothing is set up here; run kith init first' },
  CONFIG_EXISTS: { kind: 'permanent', text: 'this home is set up already; nothing was changed' },
  CONFIG_INVALID: { kind: 'invalid', text: 'the configuration has a mistake' },
  CONFIG_CHANGE_REFUSED: { kind: 'permanent', text: 'the configuration cannot be changed like this' },
  HOME_UNSAFE: { kind: 'permanent', text: 'others can read what must stay private here' },
  HOME_IN_USE: { kind: 'permanent', text: 'another kith process runs on this home' },
  HOME_LOCK_UNSUPPORTED: { kind: 'permanent', text: 'this system cannot lock the home' },
  DEVICE_UNKNOWN: { kind: 'permanent', text: 'no device with this id or name is configured' },
  FOLDER_UNKNOWN: { kind: 'permanent', text: 'no folder with this id is configured' },
  FOLDER_KIND_WRONG: { kind: 'permanent', text: 'a folder of this kind has nothing of that sort to decide' },
  FOLDER_NOT_OPEN: { kind: 'transient', text: 'the folder is paused, stopped or still looking at its files; try again later' },
  DAEMON_NOT_RUNNING: { kind: 'transient', text: 'no daemon runs on this home; start it with kith up' },
  DAEMON_UNREACHABLE: { kind: 'transient', text: 'the daemon runs but does not answer' },
  API_ANSWER_INVALID: { kind: 'invalid', text: 'the daemon gave an answer this program does not understand' },
  API_TOKEN_REFUSED: { kind: 'invalid', text: 'the request carries no valid token' },
  API_ORIGIN_REFUSED: { kind: 'invalid', text: 'requests from this place are not taken' },
  API_ROUTE_UNKNOWN: { kind: 'invalid', text: 'there is nothing at this address' },
  API_REQUEST_INVALID: { kind: 'invalid', text: 'the request is not understood' },
  DEMO_DAEMON_ENDED: { kind: 'permanent', text: 'a daemon of the demonstration ended by itself; its last words' },
  DEMO_NOT_EQUAL: { kind: 'permanent', text: 'the folders of the demonstration did not become equal' },
  DEMO_UNPROVEN: { kind: 'permanent', text: 'the folders of the demonstration could not be compared' },
  API_TOO_MANY_STREAMS: { kind: 'transient', text: 'too many event streams are open' },

  STORE_FULL: { kind: 'transient', text: 'the disk that holds the database is full' },
  STORE_CORRUPT: { kind: 'corrupt', text: 'the database is damaged; the next start keeps it aside and begins an empty one' },
  STORE_FAILED: { kind: 'transient', text: 'the database could not be read or written' },
  STORE_NEWER: {
    kind: 'permanent',
    text: 'the database was made by a newer Kith; run that one, or move index.db out of the home: an empty one is begun, and nothing is deleted',
  },

  ROOT_MISSING: { kind: 'corrupt', text: 'the directory of the folder is not there; mount or restore it' },
  MARKER_MISSING: {
    kind: 'corrupt',
    text: 'the marker .kith/marker is gone from the folder; is the right disk mounted? To start anew, remove the folder and add it again',
  },
  MARKER_FOREIGN: { kind: 'corrupt', text: 'this directory belongs to another folder' },
  FOLDER_EMPTIED: {
    kind: 'permanent',
    text: 'everything in the folder is gone; put it back, or say that it was meant: kith rescan FOLDER --confirm-emptied',
  },
  SPECIAL_FILE: { kind: 'permanent', text: 'neither a file, a directory nor a link: it is not synchronised' },
  NAME_NOT_UNICODE: { kind: 'permanent', text: 'this name is not UTF-8: rename it to have it synchronised' },
  MOUNT_CHANGED: {
    kind: 'permanent',
    text: 'another disk is mounted here than before, or none: mount it again, or confirm that what stood in it is gone (kith rescan FOLDER --confirm-emptied)',
  },
  NAME_FOLDED: {
    kind: 'permanent',
    text: 'this disk takes the name for another one here, in other letters (a and A): rename one',
  },
  NAME_TWICE: { kind: 'permanent', text: 'another name here is the same text in another Unicode form: rename one' },
  CHANGE_KEPT: {
    kind: 'permanent',
    text: 'changed here, in a folder that only receives: it stays, and is not sent; kith folder revert discards such changes',
  },
  CONTENT_DAMAGED: { kind: 'permanent', text: 'the content was damaged by a power cut; it is fetched again' },
  BLOCK_MISMATCH: { kind: 'transient', text: 'a device sent bytes that do not match their hash' },

  FILE_EXISTS: { kind: 'permanent', text: 'something stands at this name already' },
  FILE_NOT_EMPTY: { kind: 'permanent', text: 'the directory still holds something' },
  FILE_DENIED: { kind: 'permanent', text: 'the system does not permit this; check owner and mode' },
  FILE_READ_ONLY: { kind: 'permanent', text: 'the file system is read-only' },
  FILE_DISK_FULL: { kind: 'transient', text: 'no space is left on the disk' },
  FILE_NO_INODES: { kind: 'transient', text: 'the disk has room, but for no further file: its inodes are used up (df -i)' },
  FILE_TOO_MANY_OPEN: { kind: 'transient', text: 'too many files are open on this system' },
  FILE_NAME_IMPOSSIBLE: { kind: 'permanent', text: 'this name cannot exist on this file system' },
  FILE_NOT_DIRECTORY: { kind: 'permanent', text: 'a part of the path is not a directory' },
  FILE_IS_DIRECTORY: { kind: 'permanent', text: 'a directory stands where a file was expected' },
  FILE_IS_LINK: { kind: 'permanent', text: 'a symbolic link stands where none is followed' },
  FILE_CROSS_DEVICE: { kind: 'permanent', text: 'the two names are on different file systems' },
  FILE_BUSY: { kind: 'transient', text: 'the file is in use' },
  FILE_UNSUPPORTED: { kind: 'permanent', text: 'the file system does not support this' },
  FILE_GONE: { kind: 'transient', text: 'what was expected at this path is not there any more' },
  FILE_CHANGED: { kind: 'transient', text: 'the file changed while it was being read' },
  FILE_FAILED: { kind: 'permanent', text: 'the file system reported an error' },
} as const satisfies Record<string, { kind: ErrorKind; text: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** Carries facts in `data`, not in prose; wraps with `cause`. Generic code looks at `kind` alone. */
export class KithError extends Error {
  override readonly name = 'KithError';
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, data: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(ERRORS[code].text, cause === undefined ? undefined : { cause });
    this.code = code;
    this.kind = ERRORS[code].kind;
    this.data = data;
  }
}

/** The error as a KithError of this code, or undefined if it is something else. */
export function asKithError(error: unknown, code?: ErrorCode): KithError | undefined {
  if (!(error instanceof KithError)) return undefined;
  return code === undefined || error.code === code ? error : undefined;
}

/**
 * The error as the trouble of one item or one attempt, beside which everything else goes on. Throws what is more than that: a
 * bug, what is not ours, and `corrupt`, which stops the folder, for what is read after it proves nothing.
 */
export function itemTrouble(error: unknown): KithError {
  const known = asKithError(error);
  if (known === undefined || known.kind === 'bug' || known.kind === 'corrupt') throw error;
  return known;
}
