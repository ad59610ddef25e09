#!/usr/bin/env node
/** The command line. Each command is a file beside this one; here are only their names and options. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { asError } from '../errors.ts';
import { scopes } from '../intake/source-key.ts';
import { staffRoles, type StaffRole } from '../staff/roles.ts';
import type { CompileOptions } from './petition.ts';
import type { RenderOptions } from './render-petition.ts';

const program = new Command('todoke')
  .description('Carries each signed letter: by mail, and by hand when mail no longer arrives.')
  .showHelpAfterError()
  .configureHelp({ showGlobalOptions: true });

const list = (text: string, before: readonly string[] = []): string[] => [...before, ...text.split(',')];

function port(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535');
  return number;
}

function atOnce(text: string): number {
  const volumes = Number(text);
  if (!Number.isInteger(volumes) || volumes < 1 || volumes > 64)
    throw new InvalidArgumentError('from 1 to 64 at a time');
  return volumes;
}

function volumeSize(text: string): number {
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > 50_000)
    throw new InvalidArgumentError('a volume has 1 to 50000 names');
  return size;
}

program
  .command('serve')
  .description('run the service until it is told to stop')
  .action(async () => (await import('./serve.ts')).serve());

program
  .command('demo')
  .description('the whole journey with 60 signatures and a simulated embassy, in under a minute')
  .option('--out <folder>', 'where everything it makes is put', 'var/demo')
  .option('--stay', 'keep serving afterwards', false)
  .option('--port <port>', 'port of the pages and the API', port)
  .action(async (options: { out: string; stay: boolean; port?: number }) =>
    (await import('./demo/demo.ts')).demo(options),
  );

program
  .command('migrate')
  .description("bring the database's schema up to date")
  .action(async () => (await import('./migrate.ts')).migrate());

program
  .command('audit')
  .description('prove that every accepted signature is in exactly one place, and print the ledger')
  .option('--json', 'print the result as JSON', false)
  .action(async (options: { json: boolean }) => (await import('./audit.ts')).runAudit(options));

const campaign = program.command('campaign').description('check and preview campaign folders');
campaign
  .command('check')
  .description('check every campaign folder, or one')
  .argument('[slug]')
  .action(async (slug: string | undefined) => (await import('./campaign.ts')).checkCampaigns(slug));
campaign
  .command('preview')
  .description('write the letter of a campaign as .eml, .html, .txt, and .png where Chromium is installed')
  .argument('<slug>')
  .option('--out <folder>', 'where to write', 'var/preview')
  .option('--name <name>', 'name of the signer')
  .option('--message <text>', "the signer's own words")
  .action(async (slug: string, options: { out: string; name?: string; message?: string }) =>
    (await import('./campaign.ts')).previewCampaign(slug, options),
  );

campaign
  .command('embed')
  .description('print what another site pastes into its page: a link with a script, or a form of plain HTML')
  .argument('<slug>')
  .option('--language <language>', 'one of the campaign (default: its first)')
  .option('--key <key>', 'made by `todoke key create --origin`; without it the script shows the link alone')
  .option('--form', 'the form of plain HTML, which needs no key and no script')
  .action(async (slug: string, options: { language?: string; key?: string; form?: boolean }) =>
    (await import('./campaign.ts')).embedCampaign(slug, options),
  );

const petition = program.command('petition').description('petitions');
petition
  .command('compile')
  .description('seal the waiting names of a target and make the files')
  .requiredOption('--campaign <slug>')
  .requiredOption('--target <id>')
  .option('--all-campaigns', 'names of every campaign with this target, those of --campaign first')
  .action(async (options: CompileOptions) => (await import('./petition.ts')).compilePetition(options));
petition
  .command('render')
  .description('make the files of a petition from a list of names, without a database')
  .requiredOption('--campaign <slug>')
  .requiredOption('--target <id>')
  .requiredOption('--names <file>', 'one name a line, a language after a tab if it has its own; - reads standard input')
  .requiredOption('--out <folder>', 'where to write')
  .option('--date <date>', 'day on the paper, as 2026-05-29 (default: today)')
  .option('--volume-size <names>', 'names in a volume, 50000 at most', volumeSize, 10_000)
  .addOption(new Option('--paper <size>', 'instead of what the campaign says').choices(['a4', 'us-letter']))
  .option('--names-letter', 'also make a letter of names beside each volume, to be posted')
  .option('--mail-stopped <date>', 'day since which mail has not been accepted, for the cover letter')
  .option('--no-bom', 'leave out the byte order mark that tells spreadsheets of UTF-8')
  .option(
    '--at-once <volumes>',
    'volumes typeset at a time (default: one for each core that nothing else needs)',
    atOnce,
  )
  .action(async (options: RenderOptions) => (await import('./render-petition.ts')).renderPetition(options));
petition
  .command('verify')
  .description('prove a list of names, and the volumes beside the manifest')
  .argument('<manifest>', 'manifest.json of the petition')
  .argument('<csv>', 'the list of names')
  .action(async (manifest: string, csv: string) => (await import('./verify-petition.ts')).runVerify(manifest, csv));
petition
  .command('prove')
  .description('print the proof that one name stands on a petition, for its signer alone')
  .argument('<manifest>', 'manifest.json of the petition')
  .argument('<csv>', 'the list of names')
  .argument('<number>', 'number of the name')
  .action(async (manifest: string, csv: string, number: string) =>
    (await import('./verify-petition.ts')).runProve(manifest, csv, number),
  );
petition
  .command('check-proof')
  .description('check the proof of one name, with the name on standard input')
  .argument('<proof>', 'the file that the signer downloaded')
  .argument('[manifest]', 'manifest.json of the petition, to compare the root')
  .action(async (proof: string, manifest?: string) => (await import('./check-proof.ts')).checkProof(proof, manifest));

const outcome = program.command('outcome').description('what todoke makes of replies and returned mail');
outcome
  .command('read')
  .description('say what each returned mail or reply is, a line of JSON for each')
  .argument('[place...]', 'files or folders of mails')
  .option('--jsonl', 'mails, as {file, isBounce, recipient, class, kind, attribution, rule} (the default)')
  .option('--lines <file>', 'replies instead: a file of lines {id, line}')
  .action(async (places: string[], options: { lines?: string }) =>
    (await import('./outcome.ts')).readOutcomes(places, options),
  );
outcome
  .command('explain')
  .description('explain one SMTP reply, or a returned mail (.eml)')
  .argument('<reply>', 'a reply line such as "550 5.7.1 blocked", or a file')
  .addOption(
    new Option('--identity <identity>', 'sender identity of the letter')
      .choices(['reply-to', 'from'])
      .default('reply-to'),
  )
  .action(async (reply: string, options: { identity: 'reply-to' | 'from' }) =>
    (await import('./outcome.ts')).explainOutcome(reply, options),
  );

const key = program.command('key').description('keys of sources');
key
  .command('create')
  .description('make a key; it is shown once')
  .requiredOption('--source <name>', 'name of the front end; stands in the evidence of consents')
  .option('--scope <scopes>', `comma-separated: ${scopes.join(', ')} (default: sign)`, list)
  .option('--campaign <slugs>', 'comma-separated; without it the key covers all', list)
  .option('--origin <origins>', 'comma-separated sites whose pages may use it, such as https://example.org', list)
  .action(async (options: { source: string; scope?: string[]; campaign?: string[]; origin?: string[] }) =>
    (await import('./key.ts')).createKey(options),
  );

key
  .command('list')
  .description('print every key by its id, with what it covers')
  .action(async () => (await import('./key.ts')).listKeys());
key
  .command('revoke')
  .description('end a key')
  .argument('<id>', 'as `todoke key list` prints it')
  .action(async (id: string) => (await import('./key.ts')).revokeKey(id));

const staff = program.command('staff').description('accounts of the console');
staff
  .command('add')
  .description('make an account and print its invitation, a link that works once, for three days')
  .requiredOption('--login <login>', 'shaped like a mail address; nothing is sent to it')
  .requiredOption('--name <name>', 'name that others on staff see')
  .addOption(new Option('--role <role>', 'what the person may do').choices(staffRoles).makeOptionMandatory())
  .action(async (options: { login: string; name: string; role: StaffRole }) =>
    (await import('./staff.ts')).addStaff(options),
  );
staff
  .command('list')
  .description('print every account with its role and state')
  .action(async () => (await import('./staff.ts')).listStaff());
staff
  .command('reset')
  .description('take password, second factor and sessions away and print a new invitation')
  .argument('<login>')
  .action(async (login: string) => (await import('./staff.ts')).resetByLogin(login));
staff
  .command('disable')
  .description('end all sessions and let nobody sign in with it')
  .argument('<login>')
  .action(async (login: string) => (await import('./staff.ts')).disableByLogin(login));

// `todoke … | head` is no accident: who stopped reading has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await program.parseAsync();
} catch (thrown) {
  process.stderr.write(`todoke: ${asError(thrown).message}\n`);
  process.exit(1);
}
