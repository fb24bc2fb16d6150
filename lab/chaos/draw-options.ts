/**
 * How stories are drawn where it is not as usual: kinds that are rare among all stories are so told often. Equal options and
 * seeds draw equal scripts; without options every kind comes.
 */

/** What may befall a run. */
export const TROUBLES = [
  'links',
  'lines',
  'kills',
  'power',
  'stops',
  'errors',
  'clocks',
  'room',
  'database',
  'moments',
  'platters',
  'carelessness',
  'roots',
  'emptying',
  'slowness',
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** What people do, one as often as another where it is chosen. */
export const PEOPLE = [
  'write',
  'save',
  'append',
  'same-tick',
  'delete',
  'rename',
  'swap',
  'make-dir',
  'link',
  'mode',
  'touch',
  'write-copy',
  'delete-copy',
] as const;
export type Deed = (typeof PEOPLE)[number];

export interface DrawOptions {
  /** Acts, of people and of fate; 20 to 150 unless said. */
  readonly acts?: number;
  /** At most so many, and at least two; up to 6 unless said. */
  readonly devices?: number;
  /** Names of single files, but for those that some disks take in their own way; 3 to 22 unless said. */
  readonly names?: number;
  /** Which share of what people do is the work of programs that go through many files; up to a half unless said. */
  readonly flocks?: number;
  /** People do just these to single files and directories; all of them, some oftener than others, unless said. */
  readonly people?: readonly Deed[];
  /** Just these befall each run; a mixture, another one each time, unless said. */
  readonly troubles?: readonly Trouble[];
  /** Which share of the acts is theirs; a quarter unless said. */
  readonly fate?: number;
}

/** Of the command line: `--draw devices=3,flocks=0,troubles=power+platters`. */
export function drawOptionsOf(text: string): DrawOptions {
  const options: { -readonly [Name in keyof DrawOptions]: DrawOptions[Name] } = {};
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=');
    switch (name) {
      case 'acts':
      case 'devices':
      case 'names':
        options[name] = numberOf(part, value, /^[1-9]\d{0,3}$/);
        break;
      case 'flocks':
      case 'fate':
        options[name] = numberOf(part, value, /^(?:0(?:\.\d+)?|1)$/);
        break;
      case 'troubles':
        options.troubles = value.split('+').map((word) => known(word, TROUBLES));
        break;
      case 'people':
        options.people = value.split('+').map((word) => known(word, PEOPLE));
        break;
      default:
        throw new Error(
          `--draw takes acts, devices, names, flocks, people, troubles, fate: ${part}`,
        );
    }
  }
  return options;
}

/** As the command line takes it. */
export function drawText(options: DrawOptions): string {
  return Object.entries(options)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join('+') : value}`)
    .join(',');
}

function numberOf(part: string, value: string, form: RegExp): number {
  if (!form.test(value)) throw new Error(`--draw cannot be told ${part}`);
  return Number(value);
}

function known<Word extends string>(word: string, words: readonly Word[]): Word {
  const found = words.find((each) => each === word);
  if (found === undefined) throw new Error(`${word} is none of ${words.join(', ')}`);
  return found;
}
