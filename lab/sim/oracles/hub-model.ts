/**
 * A second opinion on stars with a hub that is always on: whether what people saw of one file can be explained. Uploads and
 * downloads are not seen, so all states that they could have led to are followed (after Hughes, Pierce, Arts and Norell,
 * "Mysteries of Dropbox"). Where Kith differs from the table there, it is by what it promises:
 * - who wins is no matter of who came first: of two concurrent files the later one by its maker's clock;
 * - a file wins against a concurrent delete, on whichever side it is, keeps the name, and leaves no copy;
 * - who holds the loser makes the copy: the hub when something better comes up, a spoke when something better comes down. So
 *   a losing spoke needs not go up at all; and who has not heard that a value was replaced may make a copy of it;
 * - a version competes as long as it stands anywhere, so a value that was deleted elsewhere meanwhile may win again.
 */

/** What a file holds; undefined: there is none. No two writes have the same. */
export type HubValue = string | undefined;

/** What was seen. */
export type HubEvent =
  | { readonly kind: 'read'; readonly node: string; readonly value: HubValue }
  /** A delete if `value` is undefined. `time` is the file's, by the clock of its maker. */
  | {
      readonly kind: 'write';
      readonly node: string;
      readonly value: HubValue;
      readonly over: HubValue;
      readonly time: number;
    }
  /** All was quiet, and every node and the hub showed this value and these in conflict copies. */
  | {
      readonly kind: 'stabilise';
      readonly value: HubValue;
      readonly copies: readonly string[];
    };

/** The first event that no run explains, or none. */
export type HubVerdict =
  | { readonly isLegal: true }
  | { readonly isLegal: false; readonly at: number; readonly event: HubEvent };

/** A value and the writes that it knows, one bit for each. */
export interface HubVersion {
  readonly value: HubValue;
  readonly past: bigint;
  readonly time: number;
}

/** What is decided where two versions meet of which neither knows the other. */
export interface HubRules {
  /** Which of them may keep the name; both if that cannot be told. */
  readonly winners: (a: HubVersion, b: HubVersion) => readonly HubVersion[];
  /** Whether who holds the loser keeps a copy of it. */
  readonly isCopied: (loser: HubVersion, winner: HubVersion) => boolean;
}

interface State {
  readonly hub: HubVersion;
  readonly copies: readonly string[];
  readonly local: readonly HubVersion[];
  /** What one node has fetched and not put in place yet, while the hub may move on. */
  readonly coming: { readonly node: number; readonly version: HubVersion } | undefined;
  /** How often that may still happen before the next rest. */
  readonly late: number;
}

const NOTHING: HubVersion = { value: undefined, past: 0n, time: 0 };

/** Kith's. */
export const HUB_RULES: HubRules = {
  winners: (a, b) => {
    if (a.value === undefined || b.value === undefined) return [a.value === undefined ? b : a];
    if (a.time === b.time) return [a, b];
    return [a.time > b.time ? a : b];
  },
  isCopied: (loser, winner) => loser.value !== undefined && loser.value !== winner.value,
};

/** More of them than this between two rests need no explanation by chance. Each makes the search some ten times longer. */
const MOST_LATE = 2;

/**
 * Follows the trace from empty nodes on: first as if what a node fetches were in place at once, and only if that explains
 * nothing as if it were late once, or twice, between two rests. Some thousand states for each event and three nodes.
 */
export function judgeHub(
  nodes: readonly string[],
  trace: readonly HubEvent[],
  rules: HubRules = HUB_RULES,
): HubVerdict {
  let verdict = follow({ nodes, trace, rules, late: 0 });
  for (let late = 1; late <= MOST_LATE && !verdict.isLegal; late++) {
    verdict = follow({ nodes, trace, rules, late });
  }
  return verdict;
}

function follow(search: {
  readonly nodes: readonly string[];
  readonly trace: readonly HubEvent[];
  readonly rules: HubRules;
  readonly late: number;
}): HubVerdict {
  const { nodes, trace, rules, late } = search;
  const local = nodes.map(() => NOTHING);
  let states: readonly State[] = [{ hub: NOTHING, copies: [], local, coming: undefined, late }];
  for (const [at, event] of trace.entries()) {
    const node = 'node' in event ? nodes.indexOf(event.node) : -1;
    if ('node' in event && node < 0) throw new Error(`there is no node ${event.node}`);
    states = closed(states, rules)
      .map((state) => after(state, { event, node, bit: 1n << BigInt(at), late }))
      .filter((state) => state !== undefined);
    if (states.length === 0) return { isLegal: false, at, event };
  }
  return { isLegal: true };
}

/** All states that hidden steps lead to, each once. */
function closed(states: readonly State[], rules: HubRules): readonly State[] {
  const found = new Map(states.map((state) => [keyOf(state), state]));
  // A map that grows while it is walked is walked to its end.
  for (const state of found.values()) {
    for (const next of hiddenSteps(state, rules)) {
      const key = keyOf(next);
      if (!found.has(key)) found.set(key, next);
    }
  }
  return [...found.values()];
}

function hiddenSteps(state: State, rules: HubRules): readonly State[] {
  const { hub, coming } = state;
  const steps = state.local.flatMap((local, node) => [
    ...settled({ holder: hub, other: local }, rules).map(({ version, copy }) => ({
      ...state,
      hub: version,
      copies: withCopy(state.copies, copy),
    })),
    ...placed(state, { node, version: hub }, rules),
    ...fetched(state, node),
  ]);
  if (coming === undefined) return steps;
  return [...steps, ...placed({ ...state, coming: undefined }, coming, rules)];
}

function placed(
  state: State,
  { node, version: other }: { readonly node: number; readonly version: HubVersion },
  rules: HubRules,
): readonly State[] {
  const holder = state.local[node] ?? NOTHING;
  return settled({ holder, other }, rules).map(({ version, copy }) => ({
    ...state,
    local: state.local.with(node, version),
    copies: withCopy(state.copies, copy),
  }));
}

function fetched(state: State, node: number): readonly State[] {
  const { hub, coming, late } = state;
  const isWanted = !knows(state.local[node] ?? NOTHING, hub);
  if (late === 0 || coming !== undefined || !isWanted) return [];
  return [{ ...state, coming: { node, version: hub }, late: late - 1 }];
}

/** What becomes of the holder's version when it hears of the other one; nothing if it stays. */
function settled(
  { holder, other }: { readonly holder: HubVersion; readonly other: HubVersion },
  rules: HubRules,
): readonly { readonly version: HubVersion; readonly copy: HubValue }[] {
  if (knows(holder, other)) return [];
  if (knows(other, holder)) return [{ version: other, copy: undefined }];
  if (holder.value === other.value) {
    return [{ version: { ...other, past: holder.past | other.past }, copy: undefined }];
  }
  return rules
    .winners(holder, other)
    .filter((winner) => winner === other)
    .map((winner) => ({
      version: winner,
      copy: rules.isCopied(holder, winner) ? holder.value : undefined,
    }));
}

function knows(one: HubVersion, other: HubVersion): boolean {
  return (one.past | other.past) === one.past;
}

/** The state after what was seen; undefined if it could not have been seen. */
function after(
  state: State,
  seen: {
    readonly event: HubEvent;
    readonly node: number;
    readonly bit: bigint;
    readonly late: number;
  },
): State | undefined {
  const { event, node, bit } = seen;
  if (event.kind === 'stabilise') {
    return isStable(state, event) ? { ...state, coming: undefined, late: seen.late } : undefined;
  }
  const local = state.local[node] ?? NOTHING;
  if (event.kind === 'read') return local.value === event.value ? state : undefined;
  if (local.value !== event.over) return undefined;
  const written = { value: event.value, past: local.past | bit, time: event.time };
  return { ...state, local: state.local.with(node, written) };
}

function isStable(
  { hub, copies, local }: State,
  seen: { readonly value: HubValue; readonly copies: readonly string[] },
): boolean {
  const isEverywhere = local.every(({ past }) => past === hub.past);
  const isSame = hub.value === seen.value && setOf(seen.copies).join('\0') === copies.join('\0');
  return isEverywhere && isSame;
}

function withCopy(copies: readonly string[], copy: HubValue): readonly string[] {
  return copy === undefined || copies.includes(copy) ? copies : setOf([...copies, copy]);
}

/** Copies of one content under two names are one: those who made them could not know of each other. */
function setOf(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

function keyOf({ hub, copies, local, coming, late }: State): string {
  const versions = [hub, ...local, ...(coming === undefined ? [] : [coming.version])];
  const shown = versions.map(({ value, past }) => `${value ?? ''}@${past.toString(36)}`);
  return `${shown.join(' ')} ${coming?.node ?? ''} ${late} ${JSON.stringify(copies)}`;
}
