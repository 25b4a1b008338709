/** Which view is shown and what it was opened on. */
export type View = 'roles' | 'sessions' | 'buckets' | 'history' | 'doctor' | 'settings';

export const VIEWS: View[] = ['roles', 'sessions', 'buckets', 'history', 'doctor', 'settings'];

class Place {
  view = $state<View>('roles');
  /** The session that Sessions and Buckets are about. */
  sessionId = $state<string | null>(null);
  /** Whether the add-role form stands in the detail pane. */
  adding = $state(false);

  go(view: View): void {
    this.view = view;
    if (view !== 'roles') this.adding = false;
  }

  openSession(id: string): void {
    this.sessionId = id;
    this.go('sessions');
  }

  addRole(): void {
    this.go('roles');
    this.adding = true;
  }
}

export const place = new Place();

/** Whether a name that came from elsewhere is a view. */
export const isView = (name: string): name is View => (VIEWS as string[]).includes(name);
