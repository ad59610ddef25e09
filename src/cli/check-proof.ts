/** `todoke petition check-proof`: whether a proof shows the name that is written on standard input. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { AppError } from '../errors.ts';
import { manifestSchema } from '../petitions/manifest.ts';
import { nameProofSchema, proofShows } from '../petitions/prove-name.ts';
import { createTerminal } from './terminal.ts';

/** Exit code 1 when it does not fit. The name is no argument: those stay in the history of a terminal. */
export async function checkProof(proofFile: string, manifestFile: string | undefined): Promise<void> {
  const terminal = createTerminal();
  const proof = nameProofSchema.safeParse(await readJson(proofFile));
  if (!proof.success) throw new AppError('invalid', `${proofFile} is no proof of a name.`);
  if (process.stdin.isTTY) terminal.line('Write the name as it was printed, and end with Ctrl-D on a new line:');
  const name = (await text(process.stdin)).replace(/\r?\n$/, '');
  const { petition, number, of, root } = proof.data;
  let ok = proofShows(proof.data, name);
  const mark = (fits: boolean): string => (fits ? terminal.good('✓') : terminal.bad('✗'));
  terminal.line(
    `${mark(ok)} The name ${ok ? 'stands' : 'is not shown to stand'} at number ${number} of ${of}, petition ${petition}.`,
  );
  if (manifestFile === undefined) {
    terminal.line(`${terminal.dim('·')} Compare the root with that of the manifest: ${root}`);
  } else {
    const manifest = manifestSchema.safeParse(await readJson(manifestFile));
    if (!manifest.success) throw new AppError('invalid', `${manifestFile} is no manifest of a petition.`);
    const fits = manifest.data.tree?.root === root && manifest.data.petition === petition;
    terminal.line(`${mark(fits)} The root is ${fits ? '' : 'not '}the one of the manifest.`);
    ok &&= fits;
  }
  if (!ok) process.exitCode = 1;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new AppError('not-found', `${file} cannot be read as JSON: name the file that was downloaded.`, { cause });
  }
}
