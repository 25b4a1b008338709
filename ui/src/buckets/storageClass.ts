/** S3's storage classes as its console calls them. */
const NAMES: Record<string, string> = {
  STANDARD: 'Standard',
  STANDARD_IA: 'Standard-IA',
  ONEZONE_IA: 'One Zone-IA',
  INTELLIGENT_TIERING: 'Intelligent',
  GLACIER: 'Glacier',
  GLACIER_IR: 'Glacier IR',
  DEEP_ARCHIVE: 'Deep Archive',
  REDUCED_REDUNDANCY: 'Reduced',
  EXPRESS_ONEZONE: 'Express'
};

export const className = (code: string) => NAMES[code] ?? code;
