import { isExpected } from './parser.js';
import { parsers } from './parsers.js';
import { grownFields, shapesFor } from './worst-cases.js';

/** Gives every parser every worst case, and prints a line of JSON for each parser: who watches sees that it goes on. */
/** Each is made once. */
const made = new Map<string, Uint8Array>();
for (const parser of parsers) {
  const faults: string[] = [];
  let inputs = 0;
  let slowest = { milliseconds: 0, input: '' };
  const tryOne = async (input: string, bytes: Uint8Array) => {
    inputs += 1;
    const before = process.cpuUsage();
    try {
      await parser.parse(bytes);
    } catch (error) {
      if (!isExpected(parser, error)) faults.push(`${input}: ${String(error).slice(0, 300)}`);
      else if ((error as Error).message.length > 2000)
        faults.push(`${input}: a message of ${(error as Error).message.length} characters`);
    }
    const { user, system } = process.cpuUsage(before);
    const milliseconds = Math.round((user + system) / 1000);
    if (milliseconds >= slowest.milliseconds) slowest = { milliseconds, input };
  };
  for (const [name, make] of shapesFor(parser)) {
    const bytes = made.get(name) ?? make();
    made.set(name, bytes);
    await tryOne(name, bytes);
  }
  for (const [name, make] of grownFields(parser)) await tryOne(name, make());
  console.log(JSON.stringify({ parser: parser.name, inputs, faults, slowest }));
}
