/** Whether the person is being asked what becomes of live sessions. */
class QuitAsk {
  open = $state(false);
}

export const quitAsk = new QuitAsk();
