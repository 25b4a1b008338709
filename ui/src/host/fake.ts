/**
 * A host made of sample data, for tests and for looking at the page without the program behind it.
 * `?fake=` picks the world; `window.fake` lets a test push events and see what was called.
 */
import { FakeWorld, type WorldName } from './fakeWorld';
import type { CommandName, Commands, Events, Host } from './host';

export interface FakeControl {
  calls: { name: CommandName; request: unknown }[];
  world: FakeWorld;
  emit: <E extends keyof Events>(event: E, payload: Events[E]) => void;
}

declare global {
  interface Window {
    fake: FakeControl;
  }
}

const handlers: { [E in keyof Events]?: ((payload: Events[E]) => void)[] } = {};

function emit<E extends keyof Events>(event: E, payload: Events[E]): void {
  for (const handler of handlers[event] ?? []) handler(structuredClone(payload));
}

const name = (new URLSearchParams(globalThis.location?.search ?? '').get('fake') ?? 'spec') as WorldName;
const world = new FakeWorld(name, emit);
const calls: FakeControl['calls'] = [];

export const host: Host = {
  async call(command, ...request) {
    calls.push({ name: command, request: request[0] });
    const act = world.commands[command] as (request: unknown) => unknown;
    // Replies come later, as over IPC, and as copies.
    const reply = await act(structuredClone(request[0]));
    return structuredClone(reply) as Commands[typeof command]['reply'];
  },
  on(event, handler) {
    (handlers[event] ??= [] as never[]).push(handler as never);
  }
};

window.fake = { calls, world, emit };
