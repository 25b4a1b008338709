/** The regions of each partition by code and place (AWS General Reference, "AWS service endpoints"). */
import type { Partition } from '../wire/Partition';

export interface RegionOption {
  value: string;
  label: string;
  dim: string;
}

const PLACES: Record<Partition, Record<string, string>> = {
  aws: {
    'us-east-1': 'N. Virginia', 'us-east-2': 'Ohio', 'us-west-1': 'N. California', 'us-west-2': 'Oregon',
    'af-south-1': 'Cape Town', 'ap-east-1': 'Hong Kong', 'ap-east-2': 'Taipei', 'ap-northeast-1': 'Tokyo',
    'ap-northeast-2': 'Seoul', 'ap-northeast-3': 'Osaka', 'ap-south-1': 'Mumbai', 'ap-south-2': 'Hyderabad',
    'ap-southeast-1': 'Singapore', 'ap-southeast-2': 'Sydney', 'ap-southeast-3': 'Jakarta',
    'ap-southeast-4': 'Melbourne', 'ap-southeast-5': 'Malaysia', 'ap-southeast-6': 'New Zealand',
    'ap-southeast-7': 'Thailand', 'ca-central-1': 'Central', 'ca-west-1': 'Calgary', 'eu-central-1': 'Frankfurt',
    'eu-central-2': 'Zurich', 'eu-north-1': 'Stockholm', 'eu-south-1': 'Milan', 'eu-south-2': 'Spain',
    'eu-west-1': 'Ireland', 'eu-west-2': 'London', 'eu-west-3': 'Paris', 'il-central-1': 'Tel Aviv',
    'me-central-1': 'UAE', 'me-south-1': 'Bahrain', 'mx-central-1': 'Mexico', 'sa-east-1': 'São Paulo'
  },
  'aws-cn': { 'cn-north-1': 'Beijing', 'cn-northwest-1': 'Ningxia' },
  'aws-us-gov': { 'us-gov-east-1': 'US-East', 'us-gov-west-1': 'US-West' },
  'aws-eusc': { 'eusc-de-east-1': 'Brandenburg' }
};

/** A partition's regions, with the role's own first where it is none of them. */
export function regionsOf(partition: Partition, own: string): RegionOption[] {
  const known = PLACES[partition];
  const options = Object.entries(known).map(([value, dim]) => ({ value, label: value, dim }));
  return own in known ? options : [{ value: own, label: own, dim: '' }, ...options];
}
