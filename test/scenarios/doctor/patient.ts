import { execFileSync } from 'node:child_process';
import { DamagedMachine } from '../../kit/damage.js';
import { scenario } from '../../kit/scenario.js';

/** A healthy machine with plugins in a project under version control and in the global root, a key, and a registry. */
export async function buildPatient(): Promise<DamagedMachine> {
  const world = await scenario()
    .today()
    .registry('main', async (registry) => {
      await registry.publisher('ada');
      await registry.publisher('eve');
      await registry.publish('ada/base', '1.0.0');
      await registry.publish('ada/extra', '1.0.0');
      await registry.publish('ada/notes', '1.0.0', { needs: { 'ada/base': '^1.0.0' } });
      await registry.publish('ada/notes', '1.1.0', { needs: { 'ada/base': '^1.0.0' } });
      await registry.publish('eve/tool', '1.0.0');
    })
    .build();
  const { machine } = world;
  await world.begin();
  await machine
    .run(
      'registry',
      'add',
      'main',
      world.url('main', 'plain folder'),
      '--id',
      world.registry('main').id,
      '-g',
    )
    .succeeds();
  await machine.run('key', 'generate', 'work', '--no-password').succeeds();
  await machine.run('add', 'ada/notes@1.0.0', 'eve/tool').succeeds();
  await machine.run('add', 'ada/notes@1.0.0', '--global').succeeds();
  const git = (...args: string[]) => execFileSync('git', args, { cwd: machine.project });
  git('init', '--quiet');
  git('add', 'udos.json', 'udos-lock.json');
  git('-c', 'user.name=T', '-c', 'user.email=t@example.org', 'commit', '--quiet', '-m', 'Begin');
  const sick = new DamagedMachine(world);
  sick.remember();
  return sick;
}
