/** The error that was pasted; it stays while the window is open. */
class PastedError {
  text = $state('');
}

export const pasted = new PastedError();
