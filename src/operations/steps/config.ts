import type { Context } from '../../context/index.js';
import { config as configFormat, readFormat, type Config } from '../../model/formats/index.js';
import { readFileIfAny, writeFileAtomic } from '../../primitives/fs/index.js';
import { formatJson } from '../../primitives/json/index.js';

/** The user's own settings. @throws CONFIG_INVALID */
export async function readConfig(context: Context): Promise<Config> {
  const bytes = (await readFileIfAny(context.home.config)) ?? Buffer.from('{}');
  return readFormat(configFormat, bytes, {
    what: context.home.config,
    code: 'CONFIG_INVALID',
    hint: 'Mend that field, or remove the file to start over.',
  });
}

export async function writeConfig(context: Context, config: Config): Promise<void> {
  await writeFileAtomic(context.home.config, formatJson(config), 0o600);
}
