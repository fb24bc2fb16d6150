/**
 * What people wrote, over what. Every write has a value of its own, so the causal graph is known: the *frontier* of a name is
 * what nobody has replaced or deleted. A name is *forked* once somebody wrote without having seen all of its frontier: only
 * then may Kith keep more than one value, or one that was replaced.
 */

import { familyOf } from '../sim/oracle.ts';
import { Removals } from './oracles/removals.ts';
import type { Violation } from './violation.ts';

/** Files of each device with their content, by device. */
export type Ending = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What devices have told that they cannot have: paths, and what stands there on others. */
interface Excused {
  readonly isExcused: (path: string) => boolean;
  readonly values: Set<string>;
}

interface Family {
  readonly frontier: Set<string>;
  /** Something stood there at some time: whoever writes over nothing may not have heard of it, nor of its end. */
  hadValues: boolean;
  isForked: boolean;
}

/** What a power cut made of a file. */
interface Damage {
  readonly device: string;
  readonly path: string;
  readonly value: string;
}

export class History {
  /** Values by the family of the path they were first written to. */
  readonly #written = new Map<string, string>();
  readonly #replaced = new Set<string>();
  /** What was written and not replaced, in the order in which it was written. */
  readonly #latest = new Set<string>();
  /** What was put under a name, in whatever directory. */
  readonly #stood = new Map<string, Set<string>>();
  readonly #families = new Map<string, Family>();
  readonly #problems: Violation[] = [];
  readonly removals = new Removals();
  /** Values whose writers did not wait for the disk. */
  readonly careless = new Set<string>();
  /** What a power cut made of values that had been recorded: no device may give it to others. */
  readonly #damage: Damage[] = [];
  /** What a power cut took from its maker's disk and others have: by device and path. */
  readonly #fragile = new Map<string, string>();
  /** A program or a machine died, or a database went back: what Kith had seen and not yet noted counts as unseen. */
  isBaseInDoubt = false;

  /** A write (undefined: a delete) over what stood there. */
  wrote(path: string, value: string | undefined, over: string | undefined): void {
    const family = this.#family(path);
    if (familyOf(path) !== path) family.isForked = true;
    if (over !== undefined) this.#leave(family, path, over);
    else if (family.hadValues) family.isForked = true;
    if (value === undefined) return;
    this.#stands(path, value);
    if (family.frontier.size > 0) family.isForked = true;
    this.#note(value, path);
    family.frontier.add(value);
    family.hadValues = true;
  }

  /** A file went from one path to another, over what stood there; its value lives on. */
  moved(from: string, to: string, facts: { value: string; over: string | undefined }): void {
    const [source, target] = [this.#family(from), this.#family(to)];
    this.#stands(to, facts.value);
    // Under a name of which nothing was recorded, damage looks as if somebody had written it.
    for (const damage of this.#damage) {
      if (damage.value === facts.value) this.#believe({ ...damage, path: to });
    }
    source.isForked = true;
    target.isForked = true;
    this.#family(this.#written.get(facts.value) ?? from).isForked = true;
    if (facts.over !== undefined) this.#leave(target, to, facts.over);
  }

  /** Something other than content changed at the path: a mode, a time, or what kind of thing stands there. */
  disturbed(path: string): void {
    this.#family(path).isForked = true;
  }

  /** True if it was put under a name like this at some time; that of a copy is its file's. */
  hasStood(name: string, value: string): boolean {
    return this.#stood.get(lastPart(familyOf(name)))?.has(value) === true;
  }

  #stands(path: string, value: string): void {
    const name = lastPart(familyOf(path));
    const values = this.#stood.get(name) ?? new Set();
    this.#stood.set(name, values.add(value));
  }

  /** The power went before the disk had it, and nobody else has it. */
  lost(value: string): void {
    this.#replace(value);
    const family = this.#family(this.birthplace(value));
    family.frontier.delete(value);
    family.isForked = true;
  }

  /**
   * A power cut took it from its maker's disk, others have it still. It must come back, but whoever changes something there
   * on that device before it has replaced it, knowing or not.
   */
  fragile(device: string, path: string, value: string): void {
    this.#fragile.set(`${device} ${path}`, value);
  }

  /** A person is about to change something at the path, or above it. */
  touches(device: string, path: string): void {
    for (const [place, value] of this.#fragile) {
      const isThere = `${place}/`.startsWith(`${device} ${path}/`);
      if (isThere) this.lost(value);
    }
  }

  /** What a power cut made of a file. Nobody can tell it from an edit unless the file had been recorded before. */
  damaged(
    path: string,
    value: string,
    facts: { readonly device: string; readonly isRecorded: boolean },
  ): void {
    this.#family(path).isForked = true;
    this.#stands(path, value);
    const isDamage = this.#damage.some((each) => each.value === value);
    if (this.#written.has(value) && !isDamage) {
      // What the file held before, maybe under another name: nobody can tell it from an old version that was put back.
      this.#stands(path, value);
      return;
    }
    const damage = { device: facts.device, path, value };
    this.#damage.push(damage);
    if (!facts.isRecorded) this.#believe(damage);
  }

  /** Such a file may go back to its name on its own device. */
  isDamageOf(device: string, value: string): boolean {
    return this.#damage.some((each) => each.device === device && each.value === value);
  }

  /** The database of this device was lost: what had been recorded is known there no more. */
  forgot(device: string): void {
    for (const damage of this.#damage) if (damage.device === device) this.#believe(damage);
  }

  #believe({ path, value }: Damage): void {
    if (!this.#written.has(value)) this.#note(value, path);
    this.#replace(value);
    this.#stands(path, value);
  }

  #note(value: string, path: string): void {
    this.#written.set(value, familyOf(path));
    if (!this.#replaced.has(value)) this.#latest.add(value);
  }

  #replace(value: string): void {
    this.#replaced.add(value);
    this.#latest.delete(value);
  }

  /** True if someone wrote just this. */
  isWritten(value: string): boolean {
    return this.#written.has(value);
  }

  /** True if nobody replaced or deleted it. */
  isLatest(value: string): boolean {
    return this.#latest.has(value);
  }

  /** Values that nobody replaced or deleted. */
  frontier(): ReadonlySet<string> {
    return this.#latest;
  }

  /** Where it was written first. */
  birthplace(value: string): string {
    return this.#written.get(value) ?? '?';
  }

  /** Every violation at rest. `kept`: what was put aside as damage and is in nobody's sight. */
  violations(
    ending: Ending,
    { isExcused, kept }: { isExcused: (path: string) => boolean; kept: ReadonlySet<string> },
  ): readonly Violation[] {
    const found = [...this.#problems];
    const excused: Excused = { isExcused, values: new Set(kept) };
    for (const files of ending.values()) {
      for (const [path, value] of files) if (isExcused(path)) excused.values.add(value);
    }
    for (const [device, files] of ending) {
      for (const { invariant, what } of this.#violationsOn(files, excused)) {
        found.push({ invariant, what: `${device}: ${what}` });
      }
    }
    return found;
  }

  #leave(family: Family, path: string, over: string): void {
    if (!this.#written.has(over)) {
      if (this.#damage.some(({ value }) => value === over)) return;
      this.#problems.push({
        invariant: 'I5',
        what: `${path} held ${quoted(over)}, which nobody wrote`,
      });
      return;
    }
    // It was replaced elsewhere meanwhile, or it came from another name.
    if (!family.frontier.delete(over) || this.#replaced.has(over)) family.isForked = true;
    const born = this.#families.get(this.birthplace(over));
    if (born !== undefined && born !== family) {
      born.frontier.delete(over);
      born.isForked = true;
    }
    this.#replace(over);
  }

  #family(path: string): Family {
    const key = familyOf(path);
    const known = this.#families.get(key);
    if (known !== undefined) return known;
    const family: Family = { frontier: new Set(), hadValues: false, isForked: false };
    this.#families.set(key, family);
    return family;
  }

  #violationsOn(files: ReadonlyMap<string, string>, excused: Excused): readonly Violation[] {
    const found: Violation[] = [];
    const blame = (invariant: string, what: string): unknown => found.push({ invariant, what });
    const present = new Set(files.values());
    for (const [path, value] of files) {
      if (excused.isExcused(path)) continue;
      if (!this.#written.has(value))
        blame('I5', `${path} holds ${quoted(value)}, written by nobody`);
      else if (!this.#isPlain(familyOf(path))) continue;
      else if (this.#replaced.has(value)) blame('I4', `${path} holds ${quoted(value)} again`);
      else if (familyOf(path) !== path) blame('I4', `${path} is a copy without a conflict`);
    }
    for (const value of this.frontier()) {
      if (present.has(value) || excused.values.has(value)) continue;
      blame('I1', `${quoted(value)} of ${this.birthplace(value)} is lost`);
    }
    for (const [path, { frontier }] of this.#families) {
      const [only] = frontier;
      if (!this.#isPlain(path) || only === undefined || !present.has(only)) continue;
      if (files.get(path) !== only && !excused.isExcused(path))
        blame('I3', `${path} does not hold its value ${quoted(only)}`);
    }
    return found;
  }

  /** Whether its values came one after the other, each seen by whoever wrote the next. */
  #isPlain(path: string): boolean {
    return !this.isBaseInDoubt && this.#families.get(path)?.isForked !== true;
  }
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A value as people can read it. */
export function quoted(value: string): string {
  return value.length > 40 ? `"${value.slice(0, 40)}…" (${value.length})` : `"${value}"`;
}
