/** `kith pause`: a folder, a device or everything rests. */

import { durationSchema } from '../../api/pause.ts';
import { resumeSchema } from '../../api/pause-requests.ts';
import { defineCommand, ExitCode } from '../command.ts';
import { withConfiguration } from '../connect.ts';
import { namedThing } from '../paused-thing.ts';

export const pauseCommand = defineCommand({
  name: 'pause',
  summary: 'Let a folder, a device or everything rest',
  arguments: [
    { form: '[folder]', about: 'only this folder: nothing of it is looked at, taken or given' },
  ],
  options: [
    { form: '--device <device>', about: 'only this device, by name or id: no connection to it' },
    { form: '--for <time>', about: 'go on after this time, such as 30m, 2h or 1d' },
  ],
  examples: ['kith pause', 'kith pause docs --for 30m', 'kith pause --device nas'],
  input: resumeSchema.safeExtend({ for: durationSchema.optional() }),
  async run({ for: seconds, ...named }, context) {
    const request = { ...named, ...(seconds === undefined ? {} : { seconds }) };
    await withConfiguration(context, (service) => service.pause(request));
    const until =
      seconds === undefined ? 'until kith resume' : 'for that time, or until kith resume';
    context.out.note(`${namedThing(named)}: paused ${until}.`);
    return ExitCode.ok;
  },
});
