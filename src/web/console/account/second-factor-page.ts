/** Turning one's second factor on, with a QR code and recovery codes, and off. */
import type { FieldProblem } from '../../../errors.ts';
import { turnOffSecondFactor, turnOnSecondFactor } from '../../../staff/own-account.ts';
import { enrolment, newTotpSecret } from '../../../staff/second-factor.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { StaffVisit } from '../visit.ts';
import { accountWords } from './account-words.ts';
import { confirmed, goOnAs } from './confirm.ts';
import { qrCode } from './qr-code.ts';

const path = '/account/second-factor';

export function secondFactorRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get(path, 'self', (visit) => {
    if (visit.signedIn.staff.totpSecret !== null) return visit.response.redirect(303, '/console/account');
    showSetup(visit, newTotpSecret());
  });

  door.post(path, { need: 'self', recorded: 'by-step' }, async (visit) => {
    const { staff } = visit.signedIn;
    const words = visit.words(accountWords);
    const { secret = '', code = '', current = '' } = visit.form;
    // It went through the browser only to be shown there; another one than ours would be the person's own.
    if (!/^[A-Z2-7]{32}$/.test(secret)) return showSetup(visit, newTotpSecret());
    const problems = await confirmed(needs, visit, current);
    if (problems.length > 0) return showSetup(visit, secret, problems);
    const agent = visit.request.get('user-agent') ?? '';
    const on = await turnOnSecondFactor(needs, { staffId: staff.id, secret, code, agent });
    if (!on) return showSetup(visit, secret, [{ field: 'code', problem: words.factor['wrong-code'] }]);
    visit.begin(on.token);
    // Shown in the answer itself: they are stored nowhere.
    visit.show('recovery-codes', { title: words.codes.title, words, codes: on.codes });
  });

  door.post(`${path}/off`, { need: 'self', recorded: 'by-step' }, async (visit) => {
    const { staff } = visit.signedIn;
    const words = visit.words(accountWords);
    const [problem] = await confirmed(needs, visit, visit.form['current'] ?? '');
    if (problem) return visit.done('/console/account', problem.problem);
    const agent = visit.request.get('user-agent') ?? '';
    const token = await turnOffSecondFactor(needs, { staffId: staff.id, agent });
    await goOnAs(needs, visit, { token, notice: words.factor['turned-off'] });
  });
}

function showSetup(visit: StaffVisit, secret: string, problems: FieldProblem[] = []): void {
  const words = visit.words(accountWords);
  const { uri } = enrolment(secret, visit.signedIn.staff);
  visit.show('second-factor', {
    title: words.factor['setup-title'],
    words,
    status: problems.length > 0 ? 422 : 200,
    problems,
    secret,
    shown: secret.replaceAll(/(.{4})(?=.)/g, '$1 '),
    picture: qrCode(uri, words.factor.scan),
  });
}
