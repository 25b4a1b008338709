/** Terminals and browsers of the fake computer. */
import type { BrowserSettings } from '../wire/BrowserSettings';
import type { TerminalSettings } from '../wire/TerminalSettings';
import type { TerminalView } from '../wire/TerminalView';
import type { Commands, Topic } from './host';

type Names =
  | 'open_terminal' | 'terminal_command' | 'terminals' | 'terminal_settings' | 'set_terminal'
  | 'console_services' | 'browser_settings' | 'set_browser';
type Part = { [N in Names]: (request: Commands[N]['request']) => Commands[N]['reply'] };

const failure = (message: string, code: string | null = null) => Object.assign(new Error(message), { code });

const shell = (name: string, file: string) => ({
  name, file, prompt: `eval "$(hat prompt --shell ${name})"`, completions: `eval "$(hat completions ${name})"`
});

const SERVICES = [
  ['acm', 'Certificate Manager'], ['athena', 'Athena'], ['cloudformation', 'CloudFormation'], ['cloudfront', 'CloudFront'], ['cloudtrail', 'CloudTrail'],
  ['cloudwatch', 'CloudWatch'], ['dynamodb', 'DynamoDB'], ['ec2', 'EC2'], ['ecr', 'ECR'], ['ecs', 'ECS'], ['eks', 'EKS'], ['iam', 'IAM'], ['kms', 'KMS'],
  ['lambda', 'Lambda'], ['logs', 'CloudWatch Logs'], ['rds', 'RDS'], ['route53', 'Route 53'], ['s3', 'S3'], ['secretsmanager', 'Secrets Manager'],
  ['sqs', 'SQS'], ['vpc', 'VPC']
].map(([name = '', label = '']) => ({ name, label }));

export class FakeTerminals {
  open: TerminalView[] = [];
  /** Whether the person says yes where a command of their own is shown. */
  agrees = true;
  settings: TerminalSettings = {
    choice: { kind: 'system' }, system: 'GNOME Terminal',
    found: [{ name: 'gnome-terminal', label: 'GNOME Terminal' }, { name: 'kitty', label: 'kitty' }, { name: 'xterm', label: 'xterm' }],
    hat: '/usr/bin/hat', hat_on_path: true,
    shells: [
      shell('bash', '~/.bashrc'), shell('zsh', '~/.zshrc'),
      { name: 'fish', file: '~/.config/fish/config.fish', prompt: 'hat prompt --shell fish | source', completions: 'hat completions fish | source' },
      { name: 'starship', file: 'a terminal, once', prompt: 'hat prompt --shell starship >> ~/.config/starship.toml', completions: null }
    ]
  };
  browsers: BrowserSettings = {
    found: [{ name: 'firefox', label: 'Firefox', parts: 'containers' }, { name: 'chromium', label: 'Chromium', parts: 'profiles' }],
    browser: null, system: { name: 'firefox', label: 'Firefox', parts: 'containers' }, separate: false, parts: [], log_out_first: false
  };
  answers: Part;
  #changed: (...topics: Topic[]) => void;

  constructor(changed: (...topics: Topic[]) => void) {
    this.#changed = changed;
    this.answers = {
      open_terminal: (r) => this.#open(r.session_id),
      terminal_command: () => 'hat exec acme-prod/Reader -- /bin/zsh',
      terminals: () => this.open,
      terminal_settings: () => this.settings,
      set_terminal: (r) => {
        if (r.kind === 'command' && !r.template.includes('{command}')) {
          throw failure("the terminal's command says nowhere what runs in it; write {command} there, as in: kitty {command}");
        }
        if (r.kind === 'command' && !this.agrees) return false;
        this.settings = { ...this.settings, choice: r };
        return true;
      },
      console_services: () => SERVICES,
      browser_settings: () => this.browsers,
      set_browser: (r) => {
        const now = this.browsers;
        const parts = r.part ? now.parts.filter((p) => p.account_id !== r.part?.account_id) : now.parts;
        if (r.part && r.part.name.includes('/')) throw failure(`"${r.part.name}" cannot name a part of a browser; use letters, digits, spaces, - and _`);
        this.browsers = {
          ...now, browser: r.browser === null ? now.browser : r.browser === 'default' ? null : r.browser,
          separate: r.separate ?? now.separate, log_out_first: r.log_out_first ?? now.log_out_first,
          parts: r.part && r.part.name.trim() !== '' ? [...parts, r.part] : parts
        };
        return null;
      }
    };
  }

  #open(session_id: string): null {
    const { choice, system, found } = this.settings;
    const label = choice.kind === 'system' ? system : choice.kind === 'known' ? found.find((t) => t.name === choice.name)?.label : 'kitty';
    if (!label) throw failure('no terminal was found; install one, or give the command that opens yours in the settings', 'no_terminal');
    this.open = [...this.open, { id: this.open.length + 1, session_id, label, opened_at: new Date().toISOString() }];
    queueMicrotask(() => this.#changed('terminals'));
    return null;
  }

  /** The shell in it ends. */
  close(id: number): void {
    this.open = this.open.filter((t) => t.id !== id);
    this.#changed('terminals');
  }
}
