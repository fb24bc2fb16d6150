/**
 * What a device does to its own messages between making and sending them, as plain data. A plan has rates, or names every
 * mutation, or both; what was done on rates can be said again as orders.
 */

/** Index and IndexUpdate go by one name, and are counted together. */
export type MessageName =
  | 'hello'
  | 'cluster-config'
  | 'index'
  | 'request'
  | 'response'
  | 'progress'
  | 'ping'
  | 'close';

/** What can happen to a message of any kind. */
const ANY = [
  /** It is not sent. */
  'drop',
  /** It is sent twice. */
  'repeat',
  /** It follows the message after it. */
  'swap',
  /** An earlier one of its kind, of this connection, is sent again behind it. */
  'replay',
  /** Its tail is missing, and the stream goes on. */
  'truncate',
  /** Its tail is missing, and the connection ends. */
  'cut-off',
  /** Some bits of its body are others. */
  'flip',
  /** Its body is others, of the same length. */
  'garbage',
] as const;

/** What can happen to messages of one kind, by fields. */
const FIELDS = {
  hello: [],
  'cluster-config': ['folder', 'index-id', 'sequence', 'heard', 'paused'],
  index: [
    'folder',
    'prev-sequence',
    'sequence',
    'name',
    'escape',
    'kind',
    'deleted',
    'invalid',
    'size',
    'hash',
    /** The content of another entry, under this one's version. */
    'content',
    'mtime',
    'mode',
    'previous-hash',
    'version-raise',
    'version-lower',
    'version-forge',
    /** A delete, or the content of another entry, as a new version of this device: its right. */
    'delete',
    'overwrite',
    'entry-drop',
    'entry-repeat',
    'flood',
  ],
  request: ['id', 'folder', 'name', 'offset', 'size', 'hash', 'flood'],
  response: ['id', 'data', 'length', 'empty', 'refuse'],
  progress: [],
  ping: [],
  close: [],
} as const satisfies Record<MessageName, readonly string[]>;

export type How = (typeof ANY)[number] | (typeof FIELDS)[MessageName][number];

/** One mutation: of the `nth` message (from 0) of this kind to that device (undefined: to any), through all connections. */
export interface MutationOrder {
  readonly to?: string;
  readonly message: MessageName;
  readonly nth: number;
  readonly how: How;
}

/** `MESSAGE.HOW`, with how likely it is for each message of that kind: `{ 'response.data': 0.1 }`. */
type MutationRates = Readonly<Record<string, number>>;

export interface MutationPlan {
  readonly rates?: MutationRates;
  readonly orders?: readonly MutationOrder[];
}

/** Every `MESSAGE.HOW` there is. */
const ALL_MUTATIONS: readonly string[] = (Object.keys(FIELDS) as MessageName[]).flatMap((message) =>
  [...ANY, ...FIELDS[message]].map((how) => `${message}.${how}`),
);

const TOLD = ['cluster-config', 'index'];
const TOLD_ANEW = ['drop', 'repeat', 'swap', 'replay', 'truncate', 'cut-off'];

/** Those that tell nothing false of any file, whatever they do to the exchange: they must leave no trace. */
export const TRANSFER_MUTATIONS: readonly string[] = ALL_MUTATIONS.filter((name) => {
  const [message = '', how = ''] = name.split('.');
  return !TOLD.includes(message) || TOLD_ANEW.includes(how);
});

/** Those that tell of folders and files what is not so. */
export const FACT_MUTATIONS: readonly string[] = ALL_MUTATIONS.filter(
  (name) => !TRANSFER_MUTATIONS.includes(name),
);

/** The ways to mutate this kind of message, always in one order. */
export function waysOf(message: MessageName): readonly How[] {
  return [...ANY, ...FIELDS[message]];
}

/** These at one rate. */
export function atRate(names: readonly string[], rate: number): MutationRates {
  return Object.fromEntries(names.map((name) => [name, rate]));
}

/** Throws if the plan names what there is not. */
export function checkPlan({ rates = {}, orders = [] }: MutationPlan): void {
  const named = [...Object.keys(rates), ...orders.map(({ message, how }) => `${message}.${how}`)];
  const unknown = named.filter((name) => !ALL_MUTATIONS.includes(name));
  if (unknown.length > 0) throw new Error(`there are no mutations ${unknown.join(', ')}`);
}
