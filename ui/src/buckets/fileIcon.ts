import FileIcon from '@lucide/svelte/icons/file';
import FileArchive from '@lucide/svelte/icons/file-archive';
import FileBraces from '@lucide/svelte/icons/file-braces';
import FileChartColumn from '@lucide/svelte/icons/file-chart-column';
import FileImage from '@lucide/svelte/icons/file-image';
import FileMusic from '@lucide/svelte/icons/file-music';
import FilePlay from '@lucide/svelte/icons/file-play';
import FileSpreadsheet from '@lucide/svelte/icons/file-spreadsheet';
import FileText from '@lucide/svelte/icons/file-text';

const KINDS: [RegExp, typeof FileIcon][] = [
  [/\.(gz|zip|zst|xz|bz2|tar|tgz|7z)$/i, FileArchive],
  [/\.(json|jsonl|ndjson|ya?ml|toml|xml)$/i, FileBraces],
  [/\.(parquet|orc|avro)$/i, FileChartColumn],
  [/\.(png|jpe?g|gif|webp|svg|avif)$/i, FileImage],
  [/\.(mp3|wav|flac|ogg|oga|m4a|aac|opus)$/i, FileMusic],
  [/\.(mp4|mov|webm|mkv|ogv|m4v)$/i, FilePlay],
  [/\.(csv|tsv|xlsx?|ods)$/i, FileSpreadsheet],
  [/\.(txt|md|log|html?|ini|cfg|conf|pdf)$/i, FileText]
];

/** An icon by what the key's ending promises. */
export const iconOf = (key: string) => KINDS.find(([ending]) => ending.test(key))?.[1] ?? FileIcon;
