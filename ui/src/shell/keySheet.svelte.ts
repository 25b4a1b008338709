/** Whether the sheet with all keys stands open. */
class KeySheetState {
  open = $state(false);
}

export const keySheet = new KeySheetState();
