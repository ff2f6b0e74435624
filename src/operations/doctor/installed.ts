import path from 'node:path';
import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import type { Lockfile, Receipt } from '../../model/formats/index.js';
import { folderNameOf, type PluginName } from '../../model/names.js';
import { isFolder, listFolder } from '../../primitives/fs/index.js';
import {
  createReceipts,
  findLink,
  inspectInstalled,
  inspectTransaction,
  readEcosystem,
  type InstalledProblem,
} from '../../store/index.js';
import { isInstalledAs } from '../steps/apply.js';
import { lockedPlugins } from '../steps/lock-graph.js';
import { shellPath } from '../steps/fix-text.js';
import type { FindingKind, Findings } from './findings.js';
import type { Patient } from './patient.js';

/** Whether what is installed is what is locked: transaction, receipts, folders, every file, the host's view. */
export async function checkInstalled(
  context: Context,
  patient: Patient,
  lock: Lockfile | undefined,
  findings: Findings,
): Promise<void> {
  if (await hasLink(patient, findings)) return;
  if (await isInterrupted(patient, findings)) return;
  const receipts = await checkReceipts(patient, findings);
  await checkLocked(patient, lock, receipts, findings);
  for (const receipt of receipts.known.values()) {
    const problems = await findings.attempt(
      'unreadable',
      patient.paths.installed(receipt.name),
      repairing(patient),
      () => inspectInstalled(patient.paths, receipt),
    );
    for (const problem of problems ?? []) addProblem(patient, receipt, problem, findings);
  }
  if (patient.paths.global) await checkHost(context, patient, receipts.known, findings);
}

/** Nothing is read or written through a link, so that nothing else can be said below one. */
async function hasLink({ paths, flags }: Patient, findings: Findings): Promise<boolean> {
  for (const place of [paths.staging, paths.installedFolder, paths.communityFolder]) {
    const link = await findLink(paths.root, place);
    if (link === undefined) continue;
    findings.add(
      'root-link',
      link,
      'It is a link, and plugins are installed into real folders only.',
      `Put what it points to in its place, or remove the link with \`rm ${shellPath(link)}\` and install anew with \`udos install --repair${flags}\`.`,
    );
    return true;
  }
  return false;
}

async function isInterrupted(patient: Patient, findings: Findings): Promise<boolean> {
  const { paths, flags } = patient;
  try {
    const state = await inspectTransaction(patient);
    if (state === 'none') return false;
    const outcome =
      state === 'decided'
        ? 'It was decided already, so that the next command finishes it.'
        : 'It was not decided yet, so that the next command undoes it.';
    findings.add(
      'transaction-interrupted',
      paths.staging,
      `A command that changed what is installed was interrupted. ${outcome}`,
      `Run \`udos install${flags}\`.`,
    );
  } catch (error) {
    if (!(error instanceof UdosError)) throw error;
    const fix = `If another user's command was interrupted here, let that user run udos first. Otherwise remove what is left with \`rm -r ${shellPath(paths.staging)}\`, then run \`udos install --repair${flags}\`.`;
    findings.add('journal-invalid', paths.journal, error.message, fix);
  }
  return true;
}

interface FoundReceipts {
  readonly known: ReadonlyMap<PluginName, Receipt>;
  /** Plugins whose receipt cannot be read. */
  readonly unreadable: ReadonlySet<PluginName | undefined>;
}

async function checkReceipts(patient: Patient, findings: Findings): Promise<FoundReceipts> {
  const folder = patient.receiptsFolder;
  const survey = await findings.attempt(
    'unreadable',
    folder,
    'Check the owner and the mode of that folder.',
    () => createReceipts(folder).survey(),
  );
  for (const { file, plugin, error } of survey?.unreadable ?? []) {
    const isReplaced = plugin !== undefined && error.code === 'STATE_CORRUPT';
    findings.add(
      'receipt-invalid',
      file,
      error.message,
      isReplaced
        ? repairing(patient)
        : `Remove it with \`rm -r ${shellPath(file)}\`, then run \`udos install --repair${patient.flags}\`.`,
    );
  }
  return {
    known: new Map((survey?.receipts ?? []).map((receipt) => [receipt.name, receipt])),
    unreadable: new Set((survey?.unreadable ?? []).map(({ plugin }) => plugin)),
  };
}

async function checkLocked(
  { paths, flags }: Patient,
  lock: Lockfile | undefined,
  { known, unreadable }: FoundReceipts,
  findings: Findings,
): Promise<void> {
  const locked = lock === undefined ? [] : lockedPlugins(lock);
  for (const [name, plugin] of locked) {
    const receipt = known.get(name);
    const where = paths.installed(name);
    const fix = `Run \`udos install${flags}\`.`;
    if (receipt === undefined && !unreadable.has(name)) {
      findings.add(
        'plugin-not-installed',
        where,
        `${name} ${plugin.version} is locked and not installed.`,
        fix,
      );
    } else if (receipt !== undefined && !isInstalledAs(receipt, plugin)) {
      const message = `${name} ${plugin.version} is locked, and another release is installed: ${receipt.version}.`;
      findings.add('plugin-other-release', where, message, fix);
    }
  }
  const names = new Set([...known.keys(), ...unreadable, ...locked.map(([name]) => name)]);
  if (lock !== undefined) {
    for (const receipt of known.values()) {
      if (lock.plugins[receipt.name] !== undefined) continue;
      findings.add(
        'plugin-not-locked',
        paths.installed(receipt.name),
        `${receipt.name} ${receipt.version} is installed, and the lockfile does not have it.`,
        `Run \`udos install${flags}\` to remove it, or add it to udos.json.`,
      );
    }
  }
  const folders = new Set([...names].filter((name) => name !== undefined).map(folderNameOf));
  for (const entry of await listFolder(paths.installedFolder)) {
    if (folders.has(entry)) continue;
    const folder = path.join(paths.installedFolder, entry);
    findings.add(
      'folder-unknown',
      folder,
      'It lies among the installed plugins, and no receipt knows it.',
      `Look at what is in it, then remove it with \`rm -r ${shellPath(folder)}\`.`,
    );
  }
}

const fileKinds: Readonly<Record<InstalledProblem['kind'], readonly [FindingKind, string]>> = {
  'folder-missing': ['folder-missing', 'The folder is missing.'],
  missing: ['file-missing', 'A file of the plugin is missing.'],
  changed: ['file-changed', 'The file is not what was signed.'],
  extra: ['file-extra', 'The plugin has no such file.'],
  mode: ['file-mode', 'The file has another executable bit than the signed one.'],
  link: ['file-link', 'It is a link, which no plugin has.'],
};

function addProblem(patient: Patient, receipt: Receipt, problem: InstalledProblem, findings: Findings): void {
  const [kind, message] = fileKinds[problem.kind];
  const folder = patient.paths.installed(receipt.name);
  findings.add(
    kind,
    problem.path === '.' ? folder : path.join(folder, ...problem.path.split('/')),
    `${receipt.name} ${receipt.version}: ${message}`,
    repairing(patient),
  );
}

/** The uDOS host's own list, and the folders that it looks into. */
async function checkHost(
  { home }: Context,
  patient: Patient,
  receipts: ReadonlyMap<PluginName, Receipt>,
  findings: Findings,
): Promise<void> {
  const { ecosystem } = home;
  const broken = shellPath(`${ecosystem}.broken`);
  const list = await findings.attempt(
    'host-list-invalid',
    ecosystem,
    `Mend it by hand, or move it away with \`mv ${shellPath(ecosystem)} ${broken}\` and write it anew with \`udos install --repair${patient.flags}\`.`,
    async () => (await readEcosystem(ecosystem)) ?? { plugins: {} },
  );
  if (list === undefined) return;
  for (const name of receipts.keys()) {
    const community = patient.paths.community(name);
    const isListed = Object.hasOwn(list.plugins, folderNameOf(name));
    if (isListed && (await isFolder(community))) continue;
    findings.add(
      'host-entry-missing',
      isListed ? community : ecosystem,
      `The uDOS host cannot see ${name}.`,
      repairing(patient),
    );
  }
}

function repairing({ flags }: Patient): string {
  return `Run \`udos install --repair${flags}\`.`;
}
