/** Every key there is, as the sheet shows them. */
export const SHEET: { title: string; keys: [string[], string][] }[] = [
  {
    title: 'Anywhere',
    keys: [
      [['Ctrl', '1–6'], 'Sections'],
      [['Ctrl', ','], 'Settings'],
      [['Ctrl', 'B'], 'Sidebar'],
      [['/'], 'Filter'],
      [['Ctrl', 'N'], 'Add role'],
      [['Alt', '1–9'], 'Favourites'],
      [['Ctrl', 'Shift', 'C'], 'Copy env'],
      [['Ctrl', 'Z'], 'Undo'],
      [['F6'], 'Next pane'],
      [['?'], 'All keys'],
      [['Esc'], 'Close or clear']
    ]
  },
  {
    title: 'Roles',
    keys: [
      [['↑', '↓'], 'Move'],
      [['←', '→'], 'Fold'],
      [['Enter'], 'To details'],
      [['Ctrl', 'Enter'], 'Switch role'],
      [['S'], 'Favourite'],
      [['C'], 'Copy ARN'],
      [['Ctrl', 'R'], 'Reload']
    ]
  },
  {
    title: 'Session',
    keys: [
      [['Ctrl', 'R'], 'Renew'],
      [['Ctrl', 'Backspace'], 'Switch back'],
      [['B'], 'Browse S3'],
      [['O'], 'Open console'],
      [['T'], 'Open terminal'],
      [['W'], 'Write profile'],
      [['Alt', '↑', '↓'], 'Other session']
    ]
  },
  {
    title: 'Buckets',
    keys: [
      [['Enter'], 'Open'],
      [['Alt', '↑'], 'Up one level'],
      [['Shift', '↑', '↓'], 'Select more'],
      [['Ctrl', 'A'], 'Select all'],
      [['Space'], 'Preview'],
      [['Ctrl', 'D'], 'Download'],
      [['Ctrl', 'U'], 'Upload'],
      [['Ctrl', 'J'], 'Transfers']
    ]
  },
  {
    title: 'History',
    keys: [
      [['['], 'Day, week or month before'],
      [[']'], 'The one after'],
      [['T'], 'Today'],
      [['Ctrl', 'E'], 'Export'],
      [['Enter'], 'Entry, or Doctor if it was denied']
    ]
  },
  {
    title: 'Doctor',
    keys: [
      [['1–4'], 'Pick a check'],
      [['C'], 'Copy what is to be added'],
      [['M'], 'Copy the message'],
      [['Ctrl', 'R'], 'Check again']
    ]
  }
];
