/**
 * What must be true at rest, whoever wrote what where in whatever order. Every write has a value of its own and tells the
 * value it replaced, so the causal graph is known: the frontier are the values that nobody has replaced or deleted.
 */

/** A write, or a delete if `value` is undefined. `over`: what stood there on the same device just before. */
export interface ObservedWrite {
  readonly path: string;
  readonly value: string | undefined;
  readonly over: string | undefined;
  /** It was done to a conflict copy or beside one: the person tends to the conflict, and where its values stand is theirs. */
  readonly tends?: boolean;
}

/** Who can be watched while writing. */
export interface Writer {
  read(path: string): string | undefined;
  contents(): ReadonlyMap<string, string>;
  write(path: string, content: string): void;
  delete(path: string): void;
}

/** Files of each device with their content, by device. */
export type Ending = ReadonlyMap<string, ReadonlyMap<string, string>>;

const COPY = /\.sync-conflict-\d{8}-\d{6}-[A-Z2-7]{7}(?:-\d+)?/g;

/** The path whose conflict copy this is, through all generations of copies; a path that is none is its own. */
export function familyOf(path: string): string {
  return path.replace(COPY, '');
}

export class FrontierOracle {
  /** Values by the path they were first written to. */
  readonly #written = new Map<string, string>();
  readonly #replaced = new Set<string>();
  readonly #tended = new Set<string>();
  readonly #problems: string[] = [];

  /** Notes a write. A value that nobody wrote, seen before a write, is a violation at rest. */
  observe({ path, value, over, tends }: ObservedWrite): void {
    if (tends === true) this.#tended.add(familyOf(path));
    if (over !== undefined) {
      if (!this.#written.has(over))
        this.#problems.push(`${path} held ${show(over)}, written by nobody`);
      this.#replaced.add(over);
    }
    if (value === undefined) return;
    if (this.#written.has(value)) throw new Error(`the value ${show(value)} was written twice`);
    this.#written.set(value, familyOf(path));
  }

  /** Writes as this person does, and notes it. */
  write(person: Writer, path: string, value: string): void {
    const over = person.read(path);
    const tends = hasCopies(person, path);
    person.write(path, value);
    this.observe({ path, value, over, tends });
  }

  /** Deletes as this person does, and notes it; nothing happens where nothing stands. */
  delete(person: Writer, path: string): void {
    const over = person.read(path);
    if (over === undefined) return;
    const tends = hasCopies(person, path);
    person.delete(path);
    this.observe({ path, value: undefined, over, tends });
  }

  /** A person renamed the file with this value; what stood at the target (`over`) was replaced. */
  moved(value: string, over: string | undefined): void {
    this.#tended.add(this.#written.get(value) ?? '');
    if (over === undefined) return;
    this.#tended.add(this.#written.get(over) ?? '');
    this.#replaced.add(over);
  }

  /** Values that nobody replaced or deleted: each must be somewhere, on every device. */
  frontier(): readonly string[] {
    return [...this.#written.keys()].filter((value) => !this.#replaced.has(value)).sort();
  }

  /** Every violation at rest, in words; empty if all is well. */
  violations(ending: Ending): readonly string[] {
    const devices = [...ending];
    const found = [...this.#problems];
    for (const [device, files] of devices) {
      found.push(...this.#violationsOn(files).map((what) => `${device}: ${what}`));
    }
    const [first, ...others] = devices;
    for (const [device, files] of others) {
      if (first !== undefined) found.push(...differences(first, [device, files]));
    }
    return found;
  }

  #violationsOn(files: ReadonlyMap<string, string>): readonly string[] {
    const found: string[] = [];
    const present = new Set(files.values());
    for (const [path, value] of files) {
      if (!this.#written.has(value)) found.push(`${path} holds ${show(value)}, written by nobody`);
      else if (this.#replaced.has(value))
        found.push(`${path} holds ${show(value)}, which was replaced`);
    }
    for (const value of this.frontier()) {
      if (!present.has(value)) found.push(`${show(value)} of ${this.#written.get(value)} is lost`);
    }
    return [...found, ...this.#falseConflicts(files)];
  }

  /** One value alone keeps its name without copies; a name is empty only if nothing is left for it. */
  #falseConflicts(files: ReadonlyMap<string, string>): readonly string[] {
    const found: string[] = [];
    const families = Map.groupBy(this.frontier(), (value) => this.#written.get(value) ?? '');
    for (const [path, values] of families) {
      // Conflicts that a person tended to, and renamed files, are judged by their values alone.
      if (this.#tended.has(path)) continue;
      const standing = [...files.keys()].filter((other) => familyOf(other) === path);
      if (!files.has(path)) found.push(`${path} is empty although ${values.map(show)} stand`);
      if (values.length === 1 && standing.length > 1)
        found.push(`${path} has copies without a conflict: ${standing}`);
    }
    return found;
  }
}

function hasCopies(person: Writer, path: string): boolean {
  const family = familyOf(path);
  if (family !== path) return true;
  return [...person.contents().keys()].some(
    (other) => other !== path && familyOf(other) === family,
  );
}

function differences(
  [one, files]: readonly [string, ReadonlyMap<string, string>],
  [other, others]: readonly [string, ReadonlyMap<string, string>],
): readonly string[] {
  const paths = [...new Set([...files.keys(), ...others.keys()])].sort();
  return paths
    .filter((path) => files.get(path) !== others.get(path))
    .map(
      (path) =>
        `${path} is ${show(files.get(path))} on ${one} and ${show(others.get(path))} on ${other}`,
    );
}

function show(value: string | undefined): string {
  if (value === undefined) return 'nothing';
  return value.length > 40 ? `"${value.slice(0, 40)}…" (${value.length})` : `"${value}"`;
}
