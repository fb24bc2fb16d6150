/** What is measured, and between what. */

/** One of the two machines: a network namespace and a file system of its own. */
export interface Side {
  readonly node: string;
  /** Its address, as the other one reaches it. */
  readonly address: string;
  /** The folder that is synchronised; A's holds the content, B's is empty. */
  readonly data: string;
  /** On the same file system: for what the program keeps. */
  readonly state: string;
}

export interface Pair extends AsyncDisposable {
  readonly a: Side;
  readonly b: Side;
  /** The arguments that run a command on a side. */
  on(side: Side, command: readonly string[]): readonly [string, ...string[]];
}

/** A process that runs for a while. */
export interface Running extends AsyncDisposable {
  /** Processor time since its start, of all threads, in seconds. */
  processorSeconds(): number;
}

/** A program that is ready: A has looked at its content, both sides are connected, B does not have the folder yet. */
export interface Ready extends AsyncDisposable {
  /** Lets B have the folder. Resolves when it has been told, or when it is done. */
  begin(): Promise<void>;
  /** Resolves when both sides are at rest. */
  settled(): Promise<void>;
  /** Called after each change on A: what has no daemon starts here. */
  nudge(): Promise<void>;
  /** The two processes, A's first; none if they come and go. */
  readonly processes: readonly Running[];
}

export interface Contender {
  readonly name: string;
  prepare(pair: Pair, files: number): Promise<Ready>;
}
