/** Texts that are links to a role, or may be. The program behind the page reads them. */

/** Whether a text claims to be a link: an address that a role's name or ARN never is. */
export const isLink = (text: string) => /^\s*(https|hatrack):\/\//i.test(text);

const PARTITIONS: Record<string, string> = {
  aws: 'AWS',
  'aws-cn': 'AWS China',
  'aws-us-gov': 'AWS GovCloud (US)',
  'aws-eusc': 'AWS European Sovereign Cloud'
};

/** `AWS China` of `aws-cn`. */
export const partitionName = (partition: string) => PARTITIONS[partition] ?? partition;
