/** Endpoints that the fake program has open. */
import type { EndpointUse } from '../wire/EndpointUse';
import type { EndpointView } from '../wire/EndpointView';
import type { SessionView } from '../wire/SessionView';
import type { Commands, Topic } from './host';

type Names = 'endpoints' | 'open_endpoint' | 'close_endpoint' | 'copy_endpoint';
type Part = { [N in Names]: (request: Commands[N]['request']) => Commands[N]['reply'] };

export class FakeEndpoints {
  all: EndpointView[] = [];
  answers: Part;
  #changed: (...topics: Topic[]) => void;

  constructor(session: (id: string) => SessionView, changed: (...topics: Topic[]) => void) {
    this.#changed = changed;
    this.answers = {
      endpoints: () => this.all,
      open_endpoint: (r) => {
        const endpoint: EndpointView = {
          session_id: session(r.session_id).id, address: 'http://127.0.0.1:40917/credentials', opened_at: new Date().toISOString(), kept: true,
          holds: 0, served: 0, refused: 0, uses: []
        };
        this.all = [...this.all.filter((e) => e.session_id !== r.session_id), endpoint];
        changed('endpoints', 'history');
        return { endpoint, notes: ['The shared files have a default profile with credentials, which SDKs take before an endpoint.'] };
      },
      close_endpoint: (r) => {
        this.all = this.all.filter((e) => e.session_id !== r.session_id);
        changed('endpoints', 'history');
        return null;
      },
      copy_endpoint: (r) => ({ clears_in_s: 60, what: `the endpoint for ${r.shell}` })
    };
  }

  /** A program asks. */
  ask(use: Omit<EndpointUse, 'at'>): void {
    const at = new Date().toISOString();
    this.all = this.all.map((e) => ({
      ...e, served: e.served + (use.outcome === 'served' ? 1 : 0), refused: e.refused + (use.outcome === 'served' ? 0 : 1), uses: [{ ...use, at }, ...e.uses]
    }));
    this.#changed('endpoints');
  }
}
