/** The only file that talks to Tauri. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Host } from './host';

export const host: Host = {
  call: (name, ...request) => invoke(name, request.length > 0 ? { request: request[0] } : {}),
  on: (event, handler) => {
    void listen(event, (message) => handler(message.payload as never));
  }
};
