/** Files that are held over the window. Their paths stay in the program. */
class Dropping {
  /** How many; 0 when there are none. */
  count = $state(0);
}

export const dropping = new Dropping();
