/** Command lines through commander: from the commands as data to words, help and usage errors. */

import { Argument, Command as Commander, Option } from 'commander';
import type { Command, Word } from './command.ts';

/** What a command line is read for. */
export interface CommandLineOptions {
  readonly version: string;
  readonly commands: readonly Command[];
  readonly groups: Readonly<Record<string, string>>;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Called with the command that was named and its words; `home` as --home said it. */
  readonly onCommand: (said: Said) => Promise<void>;
}

export interface Said {
  readonly command: Command;
  readonly words: Readonly<Record<string, unknown>>;
  readonly home: string | undefined;
}

/** A parser for all commands. Its parseAsync throws commander's own error for help, version and wrong usage. */
export function makeCommandLine(options: CommandLineOptions): Commander {
  const { version, commands, groups, writeOut, writeError } = options;
  const root = new Commander('kith')
    .description('Keeps folders equal on several devices, without a server.')
    .usage('[--home DIR] COMMAND [ARGUMENTS]')
    .option(
      '--home <dir>',
      'where keys and configuration are (default: KITH_HOME, or the configuration folder)',
    )
    .version(version, '--version', 'print the version')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut, writeErr: writeError })
    .showHelpAfterError('(--help explains it)')
    .exitOverride();
  const parents = new Map<string, Commander>();
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ');
    let parent = root;
    if (second !== undefined) {
      parent =
        parents.get(first) ??
        root
          .command(first)
          .summary(groups[first] ?? '')
          .description(groups[first] ?? '');
      parents.set(first, parent);
    }
    addCommand({ parent, name: second ?? first, command, options, root });
  }
  addHelp(root);
  root.addHelpText(
    'after',
    "\nBegin with 'kith init'. 'kith help COMMAND' explains one command, with examples.",
  );
  return root;
}

function addCommand({
  parent,
  name,
  command,
  options,
  root,
}: {
  readonly parent: Commander;
  readonly name: string;
  readonly command: Command;
  readonly options: CommandLineOptions;
  readonly root: Commander;
}): void {
  const made = parent.command(name).summary(command.summary).description(`${command.summary}.`);
  const places = command.arguments ?? [];
  for (const { form, about } of places) made.addArgument(new Argument(form, about));
  for (const word of command.options ?? []) made.addOption(optionOf(word));
  made.addHelpText(
    'after',
    `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`,
  );
  made.action(async () => {
    const words: Record<string, unknown> = { ...made.opts() };
    for (const [at, { form }] of places.entries()) {
      const given = made.args[at];
      if (given !== undefined) words[form.slice(1, -1)] = given;
    }
    const { home } = root.opts<{ home?: string }>();
    await options.onCommand({ command, words, home });
  });
}

/** The library's own looks at one word only, and shows the help of everything for one that it does not know. */
function addHelp(root: Commander): void {
  root
    .command('help [command...]')
    .description('Explain a command.')
    .summary('Explain a command')
    .action((names: readonly string[]) => {
      let at = root;
      for (const name of names) {
        const next = at.commands.find((each) => each.name() === name);
        at = next ?? at.error(`error: unknown command '${name}'`);
      }
      at.help();
    });
}

function optionOf({ form, about, isMany }: Word): Option {
  const option = new Option(form, about);
  return isMany
    ? option.argParser((value, before: string[] | undefined) => [...(before ?? []), value])
    : option;
}
