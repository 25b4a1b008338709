/** Export lines of the fake worlds, masked as the program masks them. */
import type { SessionView } from '../wire/SessionView';
import type { EnvLine, Shell } from './host';

type Form = (name: string) => [before: string, between: string, after: string];

const FORMS: Record<Shell, Form> = {
  posix: () => ['export ', '=', ''],
  fish: () => ['set -gx ', ' ', ''],
  powershell: () => ['$env:', " = '", "'"],
  cmd: () => ['set "', '=', '"'],
  nu: () => ['$env.', " = '", "'"],
  dotenv: () => ['', '=', ''],
  json: () => ['  "', '": "', '",']
};

export function fakeEnv(session: SessionView, shell: Shell): EnvLine[] {
  const values: [string, string | null, number | null][] = [
    ['AWS_ACCESS_KEY_ID', session.access_key_id, null],
    ['AWS_SECRET_ACCESS_KEY', null, 40],
    ['AWS_SESSION_TOKEN', null, session.token_chars],
    ['AWS_REGION', session.region, null],
    ['AWS_DEFAULT_REGION', session.region, null],
    ['AWS_CREDENTIAL_EXPIRATION', session.expires_at.replace('.000Z', 'Z'), null]
  ];
  const unset: EnvLine[] =
    shell === 'posix'
      ? ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SECURITY_TOKEN'].map((name) => ({
          before: 'unset ', name, between: '', value: null, secret_chars: null, after: ''
        }))
      : [];
  const set = values.map(([name, value, secret_chars]) => {
    const [before, between, after] = FORMS[shell](name);
    return { before, name, between, value, secret_chars, after };
  });
  return [...unset, ...set];
}
