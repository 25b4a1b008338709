/** Acts on objects: delete, rename, lend, properties, versions; and on a bucket: new folder, upload link, settings. */
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import History from '@lucide/svelte/icons/history';
import Info from '@lucide/svelte/icons/info';
import Link from '@lucide/svelte/icons/link';
import PencilLine from '@lucide/svelte/icons/pencil-line';
import Settings2 from '@lucide/svelte/icons/settings-2';
import Trash2 from '@lucide/svelte/icons/trash-2';
import Upload from '@lucide/svelte/icons/upload';
import { sessions } from '../session/sessions.svelte';
import { sheets } from '../shell/sheets.svelte';
import type { Act, PlaceAct } from './acts';
import { browser } from './browser.svelte';
import { keyOf, type S3Row } from './listing.svelte';
import DeleteDialog from './objects/DeleteDialog.svelte';
import { Deleting } from './objects/deleting.svelte';
import FolderDialog from './objects/FolderDialog.svelte';
import { Lending } from './objects/lending.svelte';
import LinkDialog from './objects/LinkDialog.svelte';
import { Properties } from './objects/properties.svelte';
import PropertiesDialog from './objects/PropertiesDialog.svelte';
import RenameDialog from './objects/RenameDialog.svelte';
import { MakingFolder, Renaming } from './objects/renaming.svelte';
import SettingsDialog from './objects/SettingsDialog.svelte';
import { Versions } from './objects/versions.svelte';
import VersionsDialog from './objects/VersionsDialog.svelte';

const here = (): true | string => {
  if (browser.bucket === null) return 'Open a bucket first';
  return !browser.session || sessions.left(browser.session) === 0 ? 'The session has ended' : true;
};

const some = (rows: S3Row[]): true | string => (rows.length === 0 ? 'Nothing is selected' : here());

/** One object, or one version of it that can be read. */
function oneObject(rows: S3Row[]): true | string {
  const [only] = rows;
  if (!only || rows.length > 1) return rows.length > 1 ? 'One object at a time' : 'Nothing is selected';
  if (only.kind === 'folder') return 'A folder has none of its own';
  if (only.kind === 'version' && only.version.marker) return 'Nothing can be read from a delete marker';
  return here();
}

function oneName(rows: S3Row[]): true | string {
  const [only] = rows;
  if (!only || rows.length > 1) return rows.length > 1 ? 'One at a time' : 'Nothing is selected';
  return only.kind === 'version' ? 'A past version keeps its name' : here();
}

/** With what is open, if there is anything. */
function at(rows: S3Row[], run: (row: S3Row, session: NonNullable<typeof browser.session>, bucket: string) => void): void {
  const [row] = rows;
  if (row && browser.session && browser.bucket !== null) run(row, browser.session, browser.bucket);
}

const versionOf = (row: S3Row) => (row.kind === 'version' ? row.version.version_id : null);

export const objectActs: Act[] = [
  {
    id: 'link',
    label: 'Presigned link…',
    icon: Link,
    keys: ['Ctrl', 'L'],
    inBar: true,
    enabled: oneObject,
    run: (rows) => at(rows, (row, session, bucket) => sheets.show(LinkDialog, { lending: new Lending(session, bucket, keyOf(row), versionOf(row), true) }))
  },
  {
    id: 'rename',
    label: 'Rename or move…',
    icon: PencilLine,
    keys: ['F2'],
    action: 's3:DeleteObject',
    enabled: oneName,
    run: (rows) => at(rows, (row, session, bucket) => sheets.show(RenameDialog, { renaming: new Renaming(row, session, bucket) }))
  },
  {
    id: 'properties',
    label: 'Properties…',
    icon: Info,
    keys: ['Ctrl', 'I'],
    enabled: oneObject,
    run: (rows) => at(rows, (row, session, bucket) => sheets.show(PropertiesDialog, { properties: new Properties(session, bucket, keyOf(row), versionOf(row)) }))
  },
  {
    id: 'object-versions',
    label: 'Versions…',
    icon: History,
    action: 's3:ListBucketVersions',
    enabled: (rows) => (rows.length === 1 && rows[0]?.kind !== 'folder' ? here() : 'One object at a time'),
    run: (rows) => at(rows, (row, session, bucket) => sheets.show(VersionsDialog, { versions: new Versions(session, bucket, keyOf(row)) }))
  },
  {
    id: 'delete',
    label: 'Delete…',
    icon: Trash2,
    keys: ['Delete'],
    action: 's3:DeleteObject',
    ending: true,
    inBar: true,
    enabled: some,
    run: (rows) => at(rows, (_, session, bucket) => sheets.show(DeleteDialog, { deleting: new Deleting([...rows], session, bucket) }))
  }
];

export const objectPlaceActs: PlaceAct[] = [
  {
    id: 'new-folder',
    label: 'New folder…',
    icon: FolderPlus,
    keys: ['Ctrl', 'Shift', 'N'],
    action: 's3:PutObject',
    enabled: here,
    run: () => {
      const { session, bucket, prefix } = browser;
      if (session && bucket !== null) sheets.show(FolderDialog, { making: new MakingFolder(session, bucket, prefix) });
    }
  },
  {
    id: 'upload-link',
    label: 'Link for uploading…',
    icon: Upload,
    action: 's3:PutObject',
    enabled: here,
    run: () => {
      const { session, bucket, prefix } = browser;
      if (session && bucket !== null) sheets.show(LinkDialog, { lending: new Lending(session, bucket, prefix, null, false) });
    }
  },
  {
    id: 'bucket-settings',
    label: 'Bucket settings',
    icon: Settings2,
    enabled: here,
    run: () => {
      const { session, bucket } = browser;
      if (session && bucket !== null) sheets.show(SettingsDialog, { session, bucket });
    }
  }
];
